import type { Action, Instant, Limit } from "#core";

/** What a macaroon's caveats leave of its owner's rights, all together. */
export interface Allowance {
  /** May be empty: nothing is left. */
  readonly limits: readonly Limit[];
  /** The earliest end; `null`: none. */
  readonly expiresAt: Instant | null;
  /** The latest beginning; `null`: none. */
  readonly notBefore: Instant | null;
}

/** devpi-server's permissions and what they are here; those of whole indexes count only together. */
const ACTIONS: Readonly<Record<string, readonly Action[]>> = {
  pkg_read: ["read", "fill-cache"],
  upload: ["publish", "overwrite", "yank", "annotate"],
  toxresult_upload: ["upload-test-result"],
  del_entry: ["remove"],
  del_project: ["remove"],
  del_verdata: ["remove"],
};
const ADMINISTER = ["index_create", "index_delete", "index_modify"];
/**
 * All that a macaroon can be good for, one by one: what is good for everything would be good for its owner's account,
 * which no such token is.
 */
const ALL: readonly Action[] = [...new Set<Action>([...Object.values(ACTIONS).flat(), "administer"])];

interface Allowing {
  actions: ReadonlySet<Action> | null;
  repositories: ReadonlySet<string> | null;
  projects: ReadonlySet<string> | null;
  expiresAt: number | null;
  notBefore: number | null;
}

type Normalize = (project: string) => string;

/**
 * Reads the caveats that devpi-tokens knows: its own `key=value`, and those of the public index' tokens. `null`: one of
 * them says something unknown, so nobody can say that it holds.
 */
export function readCaveats(caveats: readonly string[], normalize: Normalize): Allowance | null {
  const allowing: Allowing = { actions: null, repositories: null, projects: null, expiresAt: null, notBefore: null };
  for (const caveat of caveats) {
    const isRead = /^\s*[[{]/.test(caveat)
      ? readJson(allowing, caveat, normalize)
      : readPair(allowing, caveat, normalize);
    if (!isRead) return null;
  }
  const { actions, repositories, projects, expiresAt, notBefore } = allowing;
  const limits = [...(actions ?? ALL)].flatMap((action) =>
    [...(repositories ?? ["*"])].map(
      (repository): Limit => ({ action, repository, projects: projects === null ? null : [...projects] }),
    ),
  );
  return { limits, expiresAt: instantOf(expiresAt), notBefore: instantOf(notBefore) };
}

/** The caveats, in devpi-tokens' words, that say what these limits say, as far as its words go. */
export function describeLimits(limits: readonly Limit[], expiresAt: Instant | null): readonly string[] {
  const actions = new Set(limits.map(({ action }) => action));
  const named = Object.entries(ACTIONS)
    .filter(([, needed]) => needed.every((action) => actions.has(action)))
    .map(([permission]) => permission);
  const permissions = [...named, ...(actions.has("administer") ? ADMINISTER : [])].sort();
  const isFull = actions.has("*") || ALL.every((action) => actions.has(action));
  const repositories = [...new Set(limits.map(({ repository }) => repository))].sort();
  const projects = [...new Set(limits.flatMap((limit) => limit.projects ?? []))].sort();
  return [
    ...(isFull ? [] : [`allowed=${permissions.join(",")}`]),
    `expires=${expiresAt === null ? "never" : Math.floor(expiresAt / 1000)}`,
    ...(repositories.includes("*") ? [] : [`indexes=${repositories.join(",")}`]),
    ...(limits.some((limit) => limit.projects === null) ? [] : [`projects=${projects.join(",")}`]),
  ];
}

function readPair(allowing: Allowing, caveat: string, normalize: Normalize): boolean {
  const cut = caveat.indexOf("=");
  const value = caveat.slice(cut + 1);
  switch (cut < 0 ? "" : caveat.slice(0, cut)) {
    case "allowed":
      allowing.actions = both(allowing.actions, actionsOf(itemsOf(value)));
      return true;
    case "indexes":
      allowing.repositories = both(allowing.repositories, itemsOf(value));
      return true;
    case "projects":
      allowing.projects = both(allowing.projects, itemsOf(value).map(normalize));
      return true;
    case "expires":
      return value === "never" || readExpiry(allowing, value);
    case "not_before":
      return readBeginning(allowing, value);
    default:
      return false;
  }
}

/** `{"version": 1, "permissions": …}`, `{"nbf": …, "exp": …}`, `[0, expiry, beginning]`, `[1, [projects]]`. */
function readJson(allowing: Allowing, caveat: string, normalize: Normalize): boolean {
  const value = parsed(caveat);
  if (Array.isArray(value)) {
    const [kind, first, second, ...more] = value as readonly unknown[];
    if (kind === 0) return more.length === 0 && readExpiry(allowing, first) && readBeginning(allowing, second);
    return kind === 1 && value.length === 2 && readProjects(allowing, first, normalize);
  }
  if (typeof value !== "object" || value === null) return false;
  const { version, permissions, nbf, exp } = value as Readonly<Record<string, unknown>>;
  if (nbf !== undefined || exp !== undefined) return readBeginning(allowing, nbf) && readExpiry(allowing, exp);
  if (version !== 1) return false;
  if (permissions === "user") return true;
  if (typeof permissions !== "object" || permissions === null) return false;
  return readProjects(allowing, (permissions as Readonly<Record<string, unknown>>)["projects"], normalize);
}

function readProjects(allowing: Allowing, value: unknown, normalize: Normalize): boolean {
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) return false;
  allowing.projects = both(allowing.projects, value.map(normalize));
  return true;
}

function readExpiry(allowing: Allowing, value: unknown): boolean {
  const seconds = secondsOf(value);
  if (seconds === null) return false;
  allowing.expiresAt = Math.min(allowing.expiresAt ?? seconds, seconds);
  return true;
}

function readBeginning(allowing: Allowing, value: unknown): boolean {
  const seconds = secondsOf(value);
  if (seconds === null) return false;
  allowing.notBefore = Math.max(allowing.notBefore ?? seconds, seconds);
  return true;
}

function secondsOf(value: unknown): number | null {
  const seconds = typeof value === "string" && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof seconds === "number" && Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : null;
}

function instantOf(seconds: number | null): Instant | null {
  return seconds === null ? null : ((seconds * 1000) as Instant);
}

/** Permissions that are not known are those of no action here. */
function actionsOf(permissions: readonly string[]): readonly Action[] {
  const isWhole = ADMINISTER.every((permission) => permissions.includes(permission));
  const named = permissions.flatMap((permission) =>
    Object.hasOwn(ACTIONS, permission) ? (ACTIONS[permission] ?? []) : [],
  );
  return isWhole ? [...named, "administer"] : named;
}

function itemsOf(value: string): readonly string[] {
  return value.split(",").map((item) => item.trim());
}

function both<Item>(soFar: ReadonlySet<Item> | null, items: readonly Item[]): ReadonlySet<Item> {
  const own = new Set(items);
  return soFar === null ? own : soFar.intersection(own);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
