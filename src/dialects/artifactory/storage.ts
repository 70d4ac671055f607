import { type Call, depthOf, type Json, leafOf, type Reply, refuse } from "#core";
import type { DialectRoute } from "#http";
import type { TreeNode } from "#registry";
import { absence } from "./absence.ts";
import { route } from "./addresses.ts";
import { childOf, fileInfo, folderInfo, isoTime } from "./file-json.ts";
import { type ListPage, listReply } from "./json-stream.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { type NamedPlace, placeOfCall, shownKey, storageUrl } from "./places.ts";
import { deleteProperties, patchProperties, putProperties, showProperties } from "./properties.ts";
import { flagIn, wholeIn } from "./query-flags.ts";
import { isTrashKey, showTrash } from "./trash.ts";

const AT_ONCE = 1000;

/** What is known of files and folders: `api/storage/{repo}/{path}`, and what of it can be set. */
export function storageRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  const path = "/api/storage/:repo/*";
  return [
    route("GET", path, (call) => show(parts, call)),
    route("PUT", path, async (call) => {
      requireProperties(call);
      return putProperties(parts, call, await placeOfCall(parts, call));
    }),
    route("DELETE", path, async (call) => {
      requireProperties(call);
      return deleteProperties(parts, call, await placeOfCall(parts, call));
    }),
    route("PATCH", "/api/metadata/:repo/*", async (call) =>
      patchProperties(parts, call, await placeOfCall(parts, call)),
    ),
  ];
}

async function show(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const { query } = call;
  if (isTrashKey(call.params["repo"] ?? "")) return showTrash(parts, call, call.params["*"] ?? "");
  const named = await placeOfCall(parts, call);
  if (query.has("properties")) return showProperties(parts, call, named, query.get("properties") ?? "");
  if (query.has("list")) return showList(parts, call, named);
  if (query.has("lastModified")) return showLastModified(parts, call, named);
  if (query.has("stats")) return showStatistics(parts, call, named);
  if (query.has("permissions")) {
    const because =
      "Effective permissions are not listed here; read the permission targets at api/v2/security/permissions.";
    throw refuse({ code: "request-invalid", because });
  }
  return showInfo(parts, call, named);
}

async function showInfo(parts: ArtifactoryParts, call: Call, named: NamedPlace): Promise<Reply> {
  const node = await existing(parts, call, named);
  const key = shownKey(named.repository);
  if (node.kind === "file") return { kind: "json", status: 200, body: fileInfo(call, key, node) };
  const page = (after: string | null) => childrenPage(parts, call, named, after);
  return listReply(
    folderInfo(call, key, node),
    "children",
    await page(null),
    (last) => page(leafOf(last.path)),
    childOf,
  );
}

/** `?list`: all below a folder, or what stands in it. */
async function showList(parts: ArtifactoryParts, call: Call, named: NamedPlace): Promise<Reply> {
  const node = await existing(parts, call, named);
  if (node.kind === "file") {
    const because = `'${node.path}' is a file; only what stands in a folder can be listed.`;
    throw refuse({ code: "request-invalid", because });
  }
  const isDeep = flagIn(call, "deep", false);
  const depthMax = isDeep ? (wholeIn(call, "depth") ?? 0) : 1;
  const hasFolders = flagIn(call, "listFolders", false);
  const own = depthOf(node.path);
  const head = { uri: storageUrl(call, shownKey(named.repository), node.path), created: isoTime(call.now) };
  const page = isDeep
    ? (last: TreeNode | null) => belowPage(parts, call, named, last?.path ?? null)
    : (last: TreeNode | null) => childrenPage(parts, call, named, last === null ? null : leafOf(last.path));
  const first = await page(null);
  const root = hasFolders && flagIn(call, "includeRootPath", false) ? [node] : [];
  return listReply(head, "files", { ...first, items: [...root, ...first.items] }, page, (found) => {
    if (found.kind === "folder" && !hasFolders) return null;
    if (depthMax > 0 && depthOf(found.path) - own > depthMax) return null;
    return listed(found, node.path);
  });
}

/** One line of a list; the address is relative to the folder that was asked for. */
function listed(node: TreeNode, folder: string): Json {
  const below = folder === "" ? node.path : node.path.slice(folder.length + 1);
  const isFolder = node.kind === "folder";
  return {
    uri: `/${below}`,
    size: isFolder ? -1 : node.sizeBytes,
    lastModified: isoTime(node.modifiedAt),
    folder: isFolder,
    ...(isFolder || node.sha1 === null ? {} : { sha1: node.sha1 }),
    ...(isFolder || node.sha256 === null ? {} : { sha2: node.sha256 }),
  };
}

/** Of the newest file below. */
async function showLastModified(parts: ArtifactoryParts, call: Call, named: NamedPlace): Promise<Reply> {
  const node = await existing(parts, call, named);
  let newest = node;
  if (node.kind === "folder") {
    for (let after: TreeNode | null = null; ; ) {
      const page: ListPage<TreeNode> = await belowPage(parts, call, named, after?.path ?? null);
      for (const found of page.items) if (found.modifiedAt > newest.modifiedAt) newest = found;
      after = page.items.at(-1) ?? null;
      if (!page.hasMore || after === null) break;
    }
  }
  const uri = storageUrl(call, shownKey(named.repository), newest.path);
  return { kind: "json", status: 200, body: { uri, lastModified: isoTime(newest.modifiedAt) } };
}

async function showStatistics(parts: ArtifactoryParts, call: Call, named: NamedPlace): Promise<Reply> {
  const downloads = await parts.registry.tree.downloads(call.principal, named.place);
  if (downloads === null) throw await absence(parts, call, named);
  return {
    kind: "json",
    status: 200,
    body: {
      uri: storageUrl(call, shownKey(named.repository), named.place.path),
      downloadCount: downloads.count,
      lastDownloaded: downloads.lastAt ?? 0,
      ...(downloads.lastBy === null ? {} : { lastDownloadedBy: downloads.lastBy }),
      remoteDownloadCount: 0,
      remoteLastDownloaded: 0,
    },
  };
}

async function existing(parts: ArtifactoryParts, call: Call, named: NamedPlace): Promise<TreeNode> {
  const node = await parts.registry.tree.look(call.principal, named.place);
  if (node === null) throw await absence(parts, call, named);
  return node;
}

async function childrenPage(
  { registry }: ArtifactoryParts,
  call: Call,
  { place }: NamedPlace,
  after: string | null,
): Promise<ListPage<TreeNode>> {
  const items = (await registry.tree.children(call.principal, place, { after, limit: AT_ONCE })) ?? [];
  return { items, hasMore: items.length === AT_ONCE };
}

async function belowPage(
  { registry }: ArtifactoryParts,
  call: Call,
  { place }: NamedPlace,
  after: string | null,
): Promise<ListPage<TreeNode>> {
  const items = (await registry.tree.below(call.principal, place, { after, limit: AT_ONCE })) ?? [];
  return { items, hasMore: items.length === AT_ONCE };
}

function requireProperties(call: Call): void {
  if (call.query.has("properties")) return;
  const because = "Only properties are set and removed here: write ?properties=key=value.";
  throw refuse({ code: "request-invalid", because });
}
