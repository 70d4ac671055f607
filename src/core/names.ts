/** Names as proven values: what has one of these types has been checked at the door, and is compared with `===`. */

declare const brand: unique symbol;
type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };

/** `owner/name`, for example `alice/dev`. Each half obeys {@link isOwnName}. */
export type RepositoryName = Brand<string, "RepositoryName">;
/** The short name of a repository: `name` where the owner is `root`, else `owner.name`; see {@link keyOf}. */
export type RepositoryKey = Brand<string, "RepositoryKey">;
/** The name of an account. */
export type UserName = Brand<string, "UserName">;
/** Already normalised by the format (Python: PEP 503); only a format makes one from what a client sent. */
export type ProjectName = Brand<string, "ProjectName">;
/** `sha256:` and 64 lower-case hex digits. */
export type Digest = Brand<string, "Digest">;
/** A place in the journal. The first entry has 1; 0 means "before everything". */
export type Seq = Brand<number, "Seq">;
/** Milliseconds since the epoch, UTC. Only the edge makes one; the core is handed it. */
export type Instant = Brand<number, "Instant">;
/** An open set: a new format adds a folder, not a member to a union here. */
export type FormatName = Brand<string, "FormatName">;
/** A secret encrypted with the installation's key; opened only where it is used. */
export type Sealed = Brand<string, "Sealed">;

/**
 * First path segments that mean something else than an owner or a repository key
 * (house.md 1.2). Whatever begins with `+` is reserved too.
 */
export const RESERVED_WORDS: ReadonlySet<string> = new Set([
  "_",
  ".well-known",
  "access",
  "api",
  "artifactory",
  "assets",
  "router",
  "simple",
  "ui",
  "webapp",
]);

const NAME_LENGTH_MAX = 200;
// devpi: every ASCII symbol except `- . @ _` is refused in names of users and indexes, control characters and blanks
// too; letters beyond ASCII are allowed. We also refuse C1 controls, lone surrogates and invisible separators.
const FORBIDDEN = /[\x00-\x2c\x2f\x3a-\x3f\x5b-\x5e\x60\x7b-\x9f\u2028\u2029\ufeff\ud800-\udfff]/u;

/**
 * Whether `text` may name a user or an index, by devpi's rule: ASCII letters, digits, `-`, `.`, `@`, `_`, and letters
 * beyond ASCII; not empty, not `.` or `..`, at most 200 characters.
 */
export function isOwnName(text: string): boolean {
  return text.length > 0 && text.length <= NAME_LENGTH_MAX && text !== "." && text !== ".." && !FORBIDDEN.test(text);
}

/** Whether `text` is taken by the server's own addresses and so can be neither an owner nor a key. */
export function isReservedWord(text: string): boolean {
  return text.startsWith("+") || RESERVED_WORDS.has(text.toLowerCase());
}

/** `owner/name` as a proven name, or `null` where a half is not allowed. */
export function repositoryName(owner: string, name: string): RepositoryName | null {
  return isOwnName(owner) && isOwnName(name) ? (`${owner}/${name}` as RepositoryName) : null;
}

/** Reads `owner/name`; `null` when it is anything else. */
export function parseRepositoryName(text: string): RepositoryName | null {
  const slash = text.indexOf("/");
  return slash < 0 ? null : repositoryName(text.slice(0, slash), text.slice(slash + 1));
}

/** The account that a repository belongs to. */
export function ownerOf(repository: RepositoryName): UserName {
  return repository.slice(0, repository.indexOf("/")) as UserName;
}

/** The repository's name below its owner. */
export function shortNameOf(repository: RepositoryName): string {
  return repository.slice(repository.indexOf("/") + 1);
}

/** The key under which short addresses and the Artifactory dialect know the repository (house.md 1.2). */
export function keyOf(repository: RepositoryName): RepositoryKey {
  const owner = ownerOf(repository);
  const name = shortNameOf(repository);
  return (owner === "root" ? name : `${owner}.${name}`) as RepositoryKey;
}

/** `text` as an account's name, or `null`; says nothing about whether such an account exists. */
export function userName(text: string): UserName | null {
  return isOwnName(text) ? (text as UserName) : null;
}

/** Makes a digest of 64 hex digits in any case; `null` for anything else. */
export function sha256Digest(hex: string): Digest | null {
  return /^[0-9a-fA-F]{64}$/.test(hex) ? (`sha256:${hex.toLowerCase()}` as Digest) : null;
}

/** The 64 hex digits of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice("sha256:".length);
}
