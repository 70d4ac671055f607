import { createHash } from "node:crypto";
import {
  ANONYMOUS,
  ANYONE,
  type Artifact,
  type Call,
  type Digest,
  type Instant,
  type JsonObject,
  type ListedFile,
  type Listing,
  type LocalRepository,
  type Offer,
  type ProjectName,
  type Reply,
  type RepositoryName,
  refuse,
  type Seq,
} from "#core";
import type { Desk, MadePage, OpenFile, Page, Route } from "#formats";
import { NO_TREE } from "./no-tree.ts";

export const REPOSITORY = "alice/dev" as RepositoryName;
const AT = Date.UTC(2026, 7, 1, 12) as Instant;
const FRESH = { isCurrent: () => true };

/** A file that a local repository holds; its hash is made of its name. */
export function aFile(
  filename: string,
  change: Partial<Artifact> & { readonly attributes?: JsonObject } = {},
): ListedFile & { readonly kind: "artifact" } {
  const artifact: Artifact = {
    repository: REPOSITORY,
    project: "foo" as ProjectName,
    filename,
    version: "1.0",
    blob: `sha256:${sha256(filename)}` as Digest,
    sizeBytes: 1234,
    publishedAt: AT,
    yanked: null,
    attributes: {},
    companions: {},
    log: [],
    ...change,
  };
  return { kind: "artifact", member: artifact.repository, artifact };
}

/** A file that an upstream offers. */
export function anOffer(filename: string, change: Partial<Offer> = {}): ListedFile & { readonly kind: "offer" } {
  const offer: Offer = {
    project: "foo" as ProjectName,
    filename,
    version: "1.0",
    url: `https://upstream.example/files/${encodeURIComponent(filename)}`,
    digests: { sha256: sha256(filename) },
    sizeBytes: 1234,
    publishedAt: AT,
    yanked: null,
    attributes: {},
    ...change,
  };
  return { kind: "offer", member: "root/mirror" as RepositoryName, offer };
}

export function aListing(files: readonly ListedFile[], change: Partial<Listing> = {}): Listing {
  return {
    project: "foo" as ProjectName,
    displayName: "Foo",
    status: "active",
    statusReason: null,
    versions: [],
    files,
    members: [REPOSITORY],
    seq: 7 as Seq,
    upstreamSerial: null,
    validUntil: null,
    staleSince: null,
    ...change,
  };
}

export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What a {@link Desk} remembers of being asked. */
export interface IndexDesk extends Desk {
  /** Pages that were made, in order: `name variant`. */
  readonly made: readonly string[];
  /** Projects whose listing was asked for, in order. */
  readonly listed: readonly string[];
}

/** A desk over listings in memory, reading only. Files open with what `files` has under their name, else with their name. */
export function indexDesk(
  listings: readonly Listing[],
  options: {
    readonly readers?: readonly string[];
    readonly files?: Readonly<Record<string, OpenFile>>;
    readonly removed?: readonly string[];
    readonly attachments?: readonly NonNullable<Awaited<ReturnType<Desk["attachment"]>>>[];
  } = {},
): IndexDesk {
  const made: string[] = [];
  const listed: string[] = [];
  const pages = new Map<string, Page>();
  const open = (filename: string): OpenFile => options.files?.[filename] ?? storedFile(filename);
  const refused = async (): Promise<never> => {
    throw refuse({ code: "not-permitted", action: "publish", because: "this desk is for reading" });
  };
  return {
    made,
    listed,
    repository: aRepository(options.readers ?? [ANYONE]),
    may: (action) => action === "read",
    tree: NO_TREE,
    projects: async () => ({ projects: listings, staleSince: null }),
    async listing(project) {
      listed.push(project);
      return listings.find((listing) => listing.project === project) ?? null;
    },
    async page(name, variant, _project, make) {
      const key = `${name} ${variant}`;
      const known = pages.get(key);
      if (known !== undefined) return known;
      const fresh = await make();
      if (fresh === null) return null;
      made.push(key);
      const page = finished(fresh);
      pages.set(key, page);
      return page;
    },
    file: async (project, filename) => (has(listings, project, filename) ? open(filename) : null),
    companion: async (_project, filename, suffix) => options.files?.[filename + suffix] ?? null,
    attachment: async (project, filename) =>
      options.attachments?.find(
        ({ attachment }) => attachment.project === project && attachment.filename === filename,
      ) ?? null,
    wasRemoved: async (filename) => options.removed?.includes(filename) ?? false,
    receive: refused,
    publish: refused,
    register: refused,
    document: refused,
    yank: refused,
    remove: refused,
    setStatus: refused,
  };
}

/** A file in the store with this content. */
export function storedFile(content: string, isPrivate = false): OpenFile & { readonly kind: "stored" } {
  const bytes = Buffer.from(content);
  return {
    kind: "stored",
    blob: `sha256:${sha256(bytes)}` as Digest,
    body: { sizeBytes: bytes.length, bytes, open: async () => only(bytes) },
    lastModified: AT,
    isPrivate,
    freshness: FRESH,
  };
}

/** Asks the first route that matches, as the front door does: decoded, with the query taken off. */
export async function ask(
  routes: readonly Route[],
  desk: Desk,
  address: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const [rawPath = "", query = ""] = address.split("?", 2);
  for (const route of routes) {
    const params = match(route.path, rawPath);
    if (params === null) continue;
    const call = aCall(decodeURIComponent(rawPath), params, new URLSearchParams(query), headers);
    if (route.when === undefined || route.when(call)) return route.handle(call, desk);
  }
  throw refuse({ code: "route-not-found", path: rawPath });
}

/** The text of a reply with a body. */
export function textOf(reply: Reply): string {
  if (reply.kind !== "bytes") throw new TypeError(`a reply of the kind ${reply.kind} has no text`);
  return typeof reply.body === "string" ? reply.body : Buffer.from(reply.body).toString("utf8");
}

function match(pattern: string, path: string): Record<string, string> | null {
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  const expression = pattern.replaceAll("+", "\\+").replace(/:\w+/g, "([^/]+)");
  const found = new RegExp(`^${expression}$`).exec(path.replaceAll("%2B", "+"));
  if (found === null) return null;
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? "")]));
}

function aCall(
  path: string,
  params: Readonly<Record<string, string>>,
  query: URLSearchParams,
  headers: Readonly<Record<string, string>>,
): Call {
  return {
    method: "GET",
    path,
    rawPath: encodeURI(path),
    params,
    query,
    header: (name) => headers[name] ?? null,
    principal: ANONYMOUS,
    publicUrl: "https://packages.example/prefix",
    body: () => only(new Uint8Array()),
    json: async () => undefined,
    contentLength: null,
    now: AT,
    signal: new AbortController().signal,
  };
}

function finished({ text, ...made }: MadePage): Page {
  const bytes = Buffer.from(typeof text === "string" ? text : [...text.parts()].join(""));
  return { ...made, bytes, etag: sha256(bytes), freshness: FRESH, encoded: () => null };
}

function has(listings: readonly Listing[], project: string, filename: string): boolean {
  const listing = listings.find((one) => one.project === project);
  return (
    listing?.files.some((file) => (file.kind === "artifact" ? file.artifact : file.offer).filename === filename) ??
    false
  );
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function aRepository(readers: readonly string[]): LocalRepository {
  return {
    kind: "local",
    name: REPOSITORY,
    format: "python" as LocalRepository["format"],
    title: null,
    description: null,
    customData: null,
    readers,
    mutability: "immutable",
    createdAt: AT,
    bases: [],
    publishers: ["alice"],
    testResultWriters: [ANYONE],
    validation: "strict",
    reserved: [],
    resolution: "shadow",
    remotes: "first",
    whitelist: [],
    whitelistInheritance: "intersection",
  };
}
