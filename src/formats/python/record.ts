import { createHash, hash } from "node:crypto";
import { broken, quoted } from "./broken-file.ts";

/** What RECORD says of a file. */
export interface RecordEntry {
  /** `null`: none given, which only files that cannot be listed may lack. */
  readonly digest: { readonly algorithm: "sha256" | "sha384" | "sha512"; readonly base64url: string } | null;
  readonly sizeBytes: number | null;
}

const ALGORITHMS = ["sha256", "sha384", "sha512"] as const;
const FIELDS_MAX = 3;

/** Reads a wheel's RECORD: CSV lines of path, digest and size. Throws where it is malformed or names a file twice. */
export function parseRecord(text: string): ReadonlyMap<string, RecordEntry> {
  const entries = new Map<string, RecordEntry>();
  for (const [path = "", digest = "", size = "", ...rest] of csvLines(text)) {
    if (rest.length > 0) throw broken(`RECORD has a line with more than ${FIELDS_MAX} fields`);
    if (entries.has(path)) throw broken(`RECORD lists ${quoted(path)} twice`);
    entries.set(path, { digest: parseDigest(path, digest), sizeBytes: parseSize(path, size) });
  }
  return entries;
}

/** Takes a file's content in chunks and, at its end, throws where RECORD says something else of it. */
export function openCheck(path: string, entry: RecordEntry): { update(chunk: Buffer): void; end(): void } {
  if (entry.digest === null) throw broken(`RECORD gives no digest for ${quoted(path)}`);
  const { algorithm, base64url } = entry.digest;
  let sizeBytes = 0;
  // One chunk is hashed in one call, which for small files is several times faster than a hash object.
  let only: Buffer | null = null;
  let hasher: ReturnType<typeof createHash> | null = null;
  return {
    update(chunk) {
      if (sizeBytes === 0 && hasher === null && only === null) only = chunk;
      else {
        hasher ??= createHash(algorithm).update(only ?? Buffer.alloc(0));
        hasher.update(chunk);
      }
      sizeBytes += chunk.byteLength;
    },
    end() {
      const actual = hasher === null ? hash(algorithm, only ?? "", "base64url") : hasher.digest("base64url");
      if (actual !== base64url) throw broken(`RECORD gives another digest for ${quoted(path)} than the file has`);
      if (entry.sizeBytes !== null && entry.sizeBytes !== sizeBytes) {
        throw broken(`RECORD gives another size for ${quoted(path)} than the file has`);
      }
    },
  };
}

function parseDigest(path: string, text: string): RecordEntry["digest"] {
  if (text === "") return null;
  const equals = text.indexOf("=");
  const name = text.slice(0, Math.max(0, equals)).toLowerCase();
  const algorithm = ALGORITHMS.find((candidate) => candidate === name);
  // The wheel specification: SHA-256 or better; MD5 and SHA-1 expressly not.
  if (algorithm === undefined) throw broken(`RECORD has no SHA-256 or better for ${quoted(path)}`);
  // Some writers pad, although the specification says not to.
  const base64url = text.slice(equals + 1).replace(/={1,2}$/, "");
  if (!/^[\w-]+$/.test(base64url)) throw broken(`RECORD has a malformed digest for ${quoted(path)}`);
  return { algorithm, base64url };
}

function parseSize(path: string, text: string): number | null {
  if (text === "") return null;
  if (!/^\d{1,15}$/.test(text)) throw broken(`RECORD has a malformed size for ${quoted(path)}`);
  return Number(text);
}

function* csvLines(text: string): Generator<readonly string[]> {
  // Quotes are rare: only paths with a comma or a quote need them.
  if (!text.includes('"')) {
    for (const line of text.split("\n")) {
      const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
      if (bare !== "") yield bare.split(",");
    }
    return;
  }
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let fields: string[] = [];
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) throw broken("RECORD is not well-formed CSV");
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") continue;
    if (fields.length > 1 || fields[0] !== "") yield fields;
    fields = [];
  }
}
