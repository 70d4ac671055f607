import {
  ANYONE,
  type Json,
  type JsonObject,
  type PrincipalSpec,
  type ProjectName,
  parseRepositoryName,
  type RepositoryName,
  refuse,
  SIGNED_IN,
} from "#core";

/** What the conversion of values needs to know of the house. */
export interface ValueContext {
  /** The format's normal form of a project's name. */
  normalize(name: string): ProjectName | null;
  /** Whether a base of that name is there. */
  exists(name: RepositoryName): boolean;
}

/** A value that cannot be taken, in devpi's words. */
export function invalid(because: string): Error {
  return refuse({ code: "setting-invalid", because });
}

/** A name that a user or an index cannot have. */
export function badName(what: "username" | "indexname", text: string): Error {
  return invalid(
    `${what} '${text}' contains characters that aren't allowed. Any ascii symbol besides -.@_ is blocked.`,
  );
}

/** Python's way to quote a text in a message, which scripts around devpi look for. */
export function quoted(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}

/** `true`, `yes`, `false`, `no` in any case, or a JSON boolean. */
export function readBoolean(value: Json): boolean {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.toLowerCase() : null;
  if (word === "true" || word === "yes") return true;
  if (word === "false" || word === "no") return false;
  throw invalid(`Unknown boolean value ${repr(value)}.`);
}

/** A JSON list of texts, or a text with commas; blank items are dropped. */
export function readList(value: Json): readonly string[] {
  const items = typeof value === "string" ? value.split(",") : value;
  if (!Array.isArray(items)) throw invalid(`Unknown list value ${repr(value)}.`);
  return items
    .map((item: Json) => {
      if (typeof item !== "string") throw invalid(`Unknown list value ${repr(value)}.`);
      return item.trim();
    })
    .filter((item) => item !== "");
}

/** A list of accounts, `:group`s and the two words, which are understood in any case. */
export function readAcl(value: Json): readonly PrincipalSpec[] {
  return readList(value).map((item) => {
    const upper = item.toUpperCase();
    return upper === ANYONE || upper === SIGNED_IN ? upper : item;
  });
}

/** Bases by `user/index`, slashes around them allowed; every one must exist. All faults are told at once. */
export function readBases(value: Json, context: ValueContext): readonly RepositoryName[] {
  const faults: string[] = [];
  const bases: RepositoryName[] = [];
  for (const item of readList(value)) {
    const name = parseRepositoryName(item.replace(/^\/+|\/+$/g, ""));
    if (name === null) faults.push(`invalid base index spec: ${quoted(item)}`);
    else if (!context.exists(name)) faults.push(`base index ${quoted(item)} does not exist`);
    else bases.push(name);
  }
  if (faults.length > 0) throw invalid(faults.join(", "));
  return bases;
}

/** Project names, normalised; `*` stands for all. */
export function readWhitelist(value: Json, context: ValueContext): readonly (ProjectName | "*")[] {
  return readList(value).map((item) => {
    if (item === "*") return "*";
    const project = context.normalize(item);
    if (project === null) throw invalid(`mirror_whitelist: ${quoted(item)} is not a project name.`);
    return project;
  });
}

/** Lines of a constraints file, as one text or as a list; empty lines and comments of a text are dropped. */
export function readConstraintLines(value: Json): readonly string[] {
  if (typeof value === "string") {
    return value
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"));
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw invalid(`Unknown list value ${repr(value)}.`);
  }
  return value as readonly string[];
}

export function readInheritance(value: Json): "intersection" | "union" {
  const word = typeof value === "string" ? value.toLowerCase() : null;
  if (word === "intersection" || word === "union") return word;
  throw invalid(
    `Unknown value ${quoted(plain(value))} for mirror_whitelist_inheritance, must be 'intersection' or 'union'.`,
  );
}

export function readSeconds(value: Json): number {
  const seconds = typeof value === "string" && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : value;
  if (typeof seconds !== "number" || !Number.isSafeInteger(seconds) || seconds < 0) {
    throw invalid("'mirror_cache_expiry' option must be an integer");
  }
  return seconds;
}

/** Where the mirrored index is, and the login that stood in the address (devpi takes it there). */
export interface MirrorUrl {
  readonly url: string;
  /** `user:password`. */
  readonly credentials: string | null;
}

export function readMirrorUrl(value: Json): MirrorUrl {
  if (typeof value !== "string" || !/^https?:\/\//i.test(value.trim()) || !URL.canParse(value.trim())) {
    throw invalid("'mirror_url' option must be a URL.");
  }
  const url = new URL(value.trim());
  const hasLogin = url.username !== "" || url.password !== "";
  const credentials = hasLogin ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : null;
  url.username = "";
  url.password = "";
  url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return { url: url.href, credentials };
}

export function readText(key: string, value: Json): string {
  if (typeof value !== "string") throw invalid(`'${key}' must be a text.`);
  return value;
}

export function readCustomData(value: Json): JsonObject | string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw invalid("'custom_data' must be a text or a JSON object.");
}

/** A value as it reads in a message: Python's `str`. */
export function plain(value: Json): string {
  return typeof value === "string" ? value : repr(value);
}

/** Python's way to write a value, as devpi has it in its messages. */
export function repr(value: Json): string {
  if (typeof value === "string") return quoted(value);
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  return `{${Object.entries(value as JsonObject)
    .map(([key, item]) => `${quoted(key)}: ${repr(item)}`)
    .join(", ")}}`;
}
