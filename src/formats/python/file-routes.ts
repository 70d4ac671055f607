import {
  type Call,
  hexOf,
  type ListedFile,
  type Listing,
  type ProjectName,
  RegistryError,
  type Reply,
  refuse,
} from "#core";
import type { Desk, OpenFile, Route } from "../format.ts";
import { attachmentCandidates, attachmentPath } from "./attachment-paths.ts";
import { pythonAttributes } from "./attributes.ts";
import { projectCandidates } from "./filenames.ts";
import { filePath, sha256Of, upstreamDirectory } from "./render-paths.ts";

const METADATA_SUFFIX = ".metadata";

/** Files and their metadata (PEP 658) under the addresses that {@link filePath} gives. */
export const fileRoutes: readonly Route[] = [
  { method: "GET", path: "/+f/:a/:b/:filename", handle: sendFile },
  { method: "GET", path: "/+e/:dir/:filename", handle: sendFile },
];

async function sendFile(call: Call, desk: Desk): Promise<Reply> {
  const asked = call.params["filename"] ?? "";
  // No file has such a name of its own: uploads and mirrors refuse it.
  const isCompanion = asked.endsWith(METADATA_SUFFIX);
  const filename = isCompanion ? asked.slice(0, -METADATA_SUFFIX.length) : asked;
  const { found, closed } = await find(call, desk, filename);
  const opened =
    found === null
      ? null
      : isCompanion
        ? await desk.companion(found.project, filename, METADATA_SUFFIX)
        : await desk.file(found.project, filename);
  if (found === null || opened === null) {
    const attached = await sendAttachment(call, desk, asked);
    if (attached !== null) return attached;
    if (closed !== null) throw closed;
    const code = (await desk.wasRemoved(filename)) ? "file-gone" : "file-not-found";
    throw refuse({ code, repository: desk.repository.name, filename: asked });
  }
  const sha256 = sha256Of(found.file);
  // Where the address has no hash, the upstream may put other bytes there.
  const kept = sha256 === null || call.params["dir"] !== undefined ? "revalidate" : "immutable";
  return replyOf(opened, asked, kept, isCompanion ? null : sha256);
}

/** Documentation or a test result at this very address. */
async function sendAttachment(call: Call, desk: Desk, filename: string): Promise<Reply | null> {
  for (const project of attachmentCandidates(filename)) {
    const found = await desk.attachment(project, filename);
    if (found === null || attachmentPath(found.attachment, found.tested) !== addressOf(call, filename)) continue;
    // The address has the hash of what was tested; the result itself may be another one after its removal.
    return replyOf(found.file, filename, found.attachment.about === null ? "immutable" : "revalidate", null);
  }
  return null;
}

interface Search {
  /** The listed file at this very address. */
  readonly found: { readonly project: ProjectName; readonly file: ListedFile } | null;
  /** What a stranger was told who may see no file of a project that it may belong to. */
  readonly closed: RegistryError | null;
}

/** The hash in the address must be the file's, so that an address never changes its bytes. */
async function find(call: Call, desk: Desk, filename: string): Promise<Search> {
  const address = addressOf(call, filename);
  let closed: RegistryError | null = null;
  for (const project of projectCandidates(filename)) {
    const listing = await listingOf(desk, project);
    if (listing instanceof RegistryError) {
      // The address may be that of an open project's file still.
      closed ??= listing;
      continue;
    }
    const file = listing?.files.find((one) => nameOf(one) === filename);
    if (listing === null || file === undefined) continue;
    if (filePath(file) !== address && !isFormerAddress(file, call.params)) continue;
    if (listing.status === "quarantined") {
      // PEP 792: not offered means not by a direct address either.
      const because = `'${filename}' cannot be downloaded because the project '${project}' is quarantined`;
      throw refuse({ code: "project-quarantined", repository: desk.repository.name, project, because });
    }
    return { found: { project, file }, closed };
  }
  return { found: null, closed };
}

async function listingOf(desk: Desk, project: ProjectName): Promise<Listing | RegistryError | null> {
  try {
    return await desk.listing(project);
  } catch (error) {
    if (error instanceof RegistryError && error.problem.code === "not-signed-in") return error;
    throw error;
  }
}

function addressOf(call: Call, filename: string): string {
  const { a, b, dir } = call.params;
  return `${dir === undefined ? `+f/${a}/${b}` : `+e/${dir}`}/${encodeURIComponent(filename)}`;
}

/**
 * Lock files outlive servers: a devpi wrote addresses with whatever hash the upstream announced at the time, which was
 * MD5 for years, and without one where it announced none, although it may do so now.
 */
function isFormerAddress(file: ListedFile, { a, b, dir }: Call["params"]): boolean {
  if (dir !== undefined) return file.kind === "offer" && dir === upstreamDirectory(file.offer.url);
  if (a?.length !== 3 || b?.length !== 13) return false;
  const digests = file.kind === "offer" ? file.offer.digests : pythonAttributes(file.artifact.attributes).hashes;
  return Object.values(digests).some((hex) => hex.startsWith(`${a}${b}`));
}

function nameOf(file: ListedFile): string {
  return file.kind === "artifact" ? file.artifact.filename : file.offer.filename;
}

/** `sha256`: of these bytes, where the listing tells it before they have come. */
function replyOf(opened: OpenFile, filename: string, kept: "immutable" | "revalidate", sha256: string | null): Reply {
  // Never a type that a browser would run, and no guessing: packages may hold HTML.
  const contentType = "application/octet-stream";
  const headers = { "x-content-type-options": "nosniff" };
  switch (opened.kind) {
    case "stored":
      return {
        kind: "file",
        filename,
        contentType,
        body: opened.body,
        etag: hexOf(opened.blob),
        lastModified: opened.lastModified,
        cache: { kind: kept, isPrivate: opened.isPrivate },
        headers,
        freshness: opened.freshness,
        noteServed: opened.noteServed,
      };
    case "fetching":
      return {
        kind: "stream",
        status: 200,
        contentType,
        sizeBytes: opened.sizeBytes,
        chunks: opened.chunks,
        part: opened.part,
        lastModified: opened.lastModified,
        cache: { kind: kept, isPrivate: opened.isPrivate },
        headers: sha256 === null ? headers : { ...headers, etag: `"${sha256}"` },
        noteServed: opened.noteServed,
      };
    case "elsewhere":
      return { kind: "redirect", status: 302, to: opened.url };
  }
}
