import mime from "mime";
import { type Call, hexOf, keyOf, leafOf, pathFault, type Reply, refuse } from "#core";
import type { Desk, OpenFile, Route } from "../format.ts";
import { announcedDigests } from "./announced-digests.ts";
import { folderReply, NAMES_MAX, slashRedirect } from "./folder-listing.ts";

/** Files and folders by path: read, written and removed by the methods that HTTP has for it. */
export const fileRoutes: readonly Route[] = [
  { method: "GET", path: "/*", handle: read },
  { method: "PUT", path: "/*", handle: write },
  { method: "DELETE", path: "/*", handle: remove },
];

async function read(call: Call, desk: Desk): Promise<Reply> {
  const { path, isFolder } = placeIn(call);
  const file = isFolder ? null : await desk.tree.open(path);
  return file === null ? readFolder(call, desk, path) : fileReply(leafOf(path), file);
}

async function readFolder(call: Call, desk: Desk, path: string): Promise<Reply> {
  const after = call.query.get("after");
  const names = await desk.tree.names(path, { after, limit: NAMES_MAX + 1 });
  if (names === null) throw missing(desk, path);
  if (!call.rawPath.endsWith("/")) return slashRedirect(call);
  const shown = names.slice(0, NAMES_MAX);
  const next = names.length > NAMES_MAX ? (shown.at(-1)?.replace(/\/$/, "") ?? null) : null;
  return folderReply(call, keyOf(desk.repository.name), { path, names: shown, next });
}

async function write(call: Call, desk: Desk): Promise<Reply> {
  const { path, isFolder } = placeIn(call);
  if (path === "") throw invalid("a file needs a name: put it below the address of the repository");
  if (isFolder) return makeFolder(call, desk, path);
  // RFC 9110, 14.5: a part must not be taken for the whole.
  if (call.header("content-range") !== null) throw invalid("a part of a file cannot be put; send the whole file");
  const coding = call.header("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (coding !== "identity") throw invalid(`a file is kept as it arrives; send it without '${coding}' around it`);
  const expected = announcedDigests(call);
  await using received = await desk.tree.receive(path, call.body());
  const { created } = await desk.tree.put(path, received, expected);
  const { sha256, sha1, md5 } = received.hex;
  const checksums = Object.fromEntries(Object.entries({ sha256, sha1, md5 }).filter(([, hex]) => hex !== undefined));
  return {
    kind: "json",
    status: created ? 201 : 200,
    body: { path, sizeBytes: received.sizeBytes, checksums: checksums as Record<string, string> },
  };
}

async function makeFolder(call: Call, desk: Desk, path: string): Promise<Reply> {
  for await (const chunk of call.body()) {
    if (chunk.byteLength > 0)
      throw invalid(`'${path}/' is a folder, which has no content; put a file without the slash`);
  }
  await desk.tree.makeFolder(path);
  return { kind: "done", status: 201 };
}

async function remove(call: Call, desk: Desk): Promise<Reply> {
  const { path } = placeIn(call);
  if (path === "") throw invalid("a repository is not removed by its address; remove what is in it, or use the API");
  if (!(await desk.tree.remove(path))) throw missing(desk, path);
  return { kind: "done", status: 204 };
}

/** Where a call is about. A slash at the end means a folder. */
function placeIn(call: Call): { readonly path: string; readonly isFolder: boolean } {
  const rest = call.params["*"] ?? "";
  const isFolder = rest === "" || rest.endsWith("/");
  const path = rest.endsWith("/") ? rest.slice(0, -1) : rest;
  const fault = pathFault(path);
  if (fault !== null) throw invalid(fault);
  return { path, isFolder };
}

function fileReply(filename: string, opened: OpenFile): Reply {
  if (opened.kind === "elsewhere") return { kind: "redirect", status: 302, to: opened.url };
  const common = {
    contentType: mime.getType(filename) ?? "application/octet-stream",
    // What stands at a path may be replaced.
    cache: { kind: "revalidate", isPrivate: opened.isPrivate } as const,
    headers: SAFETY,
    noteServed: opened.noteServed,
  };
  if (opened.kind === "fetching") {
    const { sizeBytes, chunks, part, lastModified } = opened;
    return { kind: "stream", status: 200, sizeBytes, chunks, part, lastModified, ...common };
  }
  const { body, lastModified, freshness } = opened;
  return { kind: "file", filename, body, etag: hexOf(opened.blob), lastModified, freshness, ...common };
}

/**
 * Whoever may write may write a page, and others read it at this server's address: in a sandbox it has no origin of
 * ours, runs nothing and loads nothing but what it is itself.
 */
const SAFETY = {
  "x-content-type-options": "nosniff",
  "content-security-policy":
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; frame-ancestors 'none'",
};

function missing(desk: Desk, path: string): Error {
  return refuse({ code: "file-not-found", repository: desk.repository.name, filename: path });
}

function invalid(because: string): Error {
  return refuse({ code: "request-invalid", because });
}
