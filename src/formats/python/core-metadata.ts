import type { MetadataRecord } from "./attributes.ts";
import { broken, quoted } from "./broken-file.ts";

interface Field {
  /** As the upload form spells it, and our records. */
  readonly key: string;
  readonly isList: boolean;
}

// Header names in lower case. Lists are what the specification marks "multiple use"; Keywords is one header.
const FIELDS: ReadonlyMap<string, Field> = new Map([
  ...single("metadata-version", "name", "version", "summary", "description", "description-content-type", "keywords"),
  ...single("home-page", "download-url", "author", "author-email", "maintainer", "maintainer-email"),
  ...single("license", "license-expression", "requires-python"),
  ...multiple("platform", "supported-platform", "license-file", "requires-dist", "requires-external", "requires"),
  ...multiple("provides-dist", "provides-extra", "provides", "obsoletes-dist", "obsoletes", "dynamic"),
  ...multiple("import-name", "import-namespace"),
  // Plural in the form, since distutils.
  ["classifier", { key: "classifiers", isList: true }],
  ["project-url", { key: "project_urls", isList: true }],
]);

const FORM_KEYS: ReadonlyMap<string, Field> = new Map([
  ...[...FIELDS.values()].map((field) => [field.key, field] as const),
  // devpi-client and old tools send these for `provides_extra` and `license_file`.
  ["provides_extras", { key: "provides_extra", isList: true }],
  ["license_files", { key: "license_file", isList: true }],
]);

const LINES_MAX = 100_000;

/** The field of our records that a field of the upload form stands for; `null`: not metadata, or unknown. */
export function formField(name: string): Field | null {
  return FORM_KEYS.get(name) ?? null;
}

/**
 * Reads METADATA or PKG-INFO. Throws where it is not UTF-8, a line is no header, or a field that may occur once occurs
 * twice; unknown fields are passed over. What follows the headers is the `description`. Does not judge values.
 */
export function parseCoreMetadata(bytes: Uint8Array): MetadataRecord {
  const { headers, body } = splitMetadata(decode(bytes));
  const record: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const field = FIELDS.get(name.toLowerCase());
    if (field !== undefined) addField(record, field, value, name);
  }
  if (body.trim() !== "") {
    if (record["description"] !== undefined) throw broken("it has a Description both as a header and as its body");
    record["description"] = body;
  }
  return record;
}

/** Adds a value to a record: to the list, or as the only one. `UNKNOWN`, as old tools wrote it, and blanks mean none. */
export function addField(record: Record<string, string | string[]>, field: Field, value: string, name: string): void {
  const text = trimmed(field.key, value);
  if (text === "" || text === "UNKNOWN") return;
  const current = record[field.key];
  if (field.isList) {
    if (Array.isArray(current)) current.push(text);
    else record[field.key] = [text];
    return;
  }
  if (current !== undefined) throw broken(`${name} is given more than once`);
  record[field.key] = text;
}

/** A description is kept as it is; a line break at the end of a name makes it another name, which is none. */
function trimmed(key: string, value: string): string {
  if (key === "description") return value;
  return key === "name" ? withoutBlanks(value) : value.trim();
}

/** Without blanks and tabs around it; an expression for them would take the square of their number. */
function withoutBlanks(text: string): string {
  const isBlank = (at: number): boolean => text[at] === " " || text[at] === "\t";
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(start)) start += 1;
  while (end > start && isBlank(end - 1)) end -= 1;
  return text.slice(start, end);
}

/** The one value of a field, `null` when it is absent. */
export function textOf(record: MetadataRecord, key: string): string | null {
  const value = record[key];
  return typeof value === "string" ? value : null;
}

/** The values of a field that may occur several times. */
export function listOf(record: MetadataRecord, key: string): readonly string[] {
  const value = record[key];
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
}

/** The headers of a METADATA-like file (WHEEL is one too), continuation lines joined, and what follows them. */
export function splitMetadata(text: string): {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
} {
  const headers: [string, string][] = [];
  let at = 0;
  for (let count = 0; at < text.length; count += 1) {
    if (count > LINES_MAX) throw broken("its metadata has too many lines");
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, text[end - 1] === "\r" && end > at ? end - 1 : end);
    at = end + 1;
    if (line === "") break;
    const last = headers.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) {
      last[1] += `\n${unindent(line)}`;
      continue;
    }
    const match = /^([!-9;-~]+)[ \t]*:[ \t]?(.*)$/s.exec(line);
    if (match === null) throw broken(`line ${count + 1} of its metadata is no header: ${quoted(line)}`);
    headers.push([match[1] ?? "", match[2] ?? ""]);
  }
  return { headers, body: text.slice(at) };
}

/** Setuptools indented continuation lines by eight blanks, or by seven and a `|`. */
function unindent(line: string): string {
  return line.replace(/^(?: {7}\||[ ]{8}|[ \t]+)/, "");
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw broken("its metadata is not UTF-8", cause);
  }
}

function single(...names: readonly string[]): readonly (readonly [string, Field])[] {
  return names.map((name) => [name, { key: name.replaceAll("-", "_"), isList: false }] as const);
}

function multiple(...names: readonly string[]): readonly (readonly [string, Field])[] {
  return names.map((name) => [name, { key: name.replaceAll("-", "_"), isList: true }] as const);
}
