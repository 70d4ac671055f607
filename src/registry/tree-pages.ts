import { compareTexts, leafOf, type Principal, type RemoteRepository, type TreeEntry } from "#core";
import type { RemoteFile } from "./remote-tree.ts";
import { mayRead } from "./rights.ts";
import type { TreeNode } from "./tree.ts";
import { nodeOfEntry, remoteFileNodeOf, remoteFolderNodeOf } from "./tree-nodes.ts";
import { pathOf, sightOf } from "./tree-sight.ts";
import type { TreeSource } from "./tree-sources.ts";
import type { TreeTools } from "./tree-tools.ts";

/** So many entries are read at a time where some may be left out. */
const AT_LEAST = 100;

export interface SourcePage {
  readonly tools: TreeTools;
  readonly principal: Principal;
  readonly source: TreeSource;
  readonly path: string;
  readonly after: string | null;
  readonly limit: number;
}

/** What one repository shows of a folder, sorted by path; below it at any depth, or in it itself, after a name. */
export function pageOf(wish: SourcePage, kind: "children" | "below"): Promise<readonly TreeNode[]> {
  return wish.source.repository.kind === "local" ? localPage(wish, kind) : remotePage(wish, kind);
}

/** Of a local repository, what may be seen of it. */
async function localPage(
  { tools, principal, source, path, after, limit }: SourcePage,
  kind: "children" | "below",
): Promise<readonly TreeNode[]> {
  const sight = sightOf(tools, principal, source);
  return tools.metadata.read(async (view) => {
    const nodes: TreeNode[] = [];
    const atOnce = Math.max(limit, AT_LEAST);
    for (let cursor = after; nodes.length < limit; ) {
      const entries: readonly TreeEntry[] = await view[kind](source.repository.name, path, {
        after: cursor,
        limit: atOnce,
      });
      for (const entry of entries) {
        const isSeen = entry.kind === "file" ? sight.file(entry.artifact) : await sight.folder(view, entry.folder.path);
        if (isSeen) nodes.push(nodeOfEntry(entry));
      }
      const last = entries.at(-1);
      if (last === undefined || entries.length < atOnce) break;
      cursor = kind === "children" ? leafOf(pathOf(last)) : pathOf(last);
    }
    return nodes.slice(0, limit);
  });
}

/** Of a remote, the copies that are here, and the folders around them. */
async function remotePage(
  { tools, principal, source, path, after, limit }: SourcePage,
  kind: "children" | "below",
): Promise<readonly TreeNode[]> {
  const { repository: remote } = source;
  if (remote.kind !== "remote" || source.isWithheld || !mayRead(tools, principal, remote, null)) return [];
  const isSeen = ({ path: its }: RemoteFile): boolean =>
    source.shows(its) && mayRead(tools, principal, remote, null, its);
  const nodes = kind === "children" ? childrenOf : belowOf;
  return nodes({ tools, remote, isSeen, folder: path, after, limit });
}

interface RemotePage {
  readonly tools: TreeTools;
  readonly remote: RemoteRepository;
  readonly folder: string;
  readonly after: string | null;
  readonly limit: number;
  isSeen(file: RemoteFile): boolean;
}

const COPIES_AT_ONCE = 1_000;
/** Comes after everything that a path can have. */
const LAST = "\u{10ffff}";

async function childrenOf({ tools, remote, folder, after, limit, isSeen }: RemotePage): Promise<readonly TreeNode[]> {
  const prefix = folder === "" ? "" : `${folder}/`;
  const nodes = new Map<string, TreeNode>();
  // All of them: the order of paths is not the order of the names in one folder.
  for (let cursor: string | null = null; ; ) {
    const files: readonly RemoteFile[] = await tools.remoteTree.cached(remote, folder, {
      after: cursor,
      limit: COPIES_AT_ONCE,
    });
    for (const file of files.filter(isSeen)) {
      const [name = "", ...rest] = file.path.slice(prefix.length).split("/");
      if (nodes.has(name)) continue;
      const path = `${prefix}${name}`;
      nodes.set(name, rest.length === 0 ? remoteFileNodeOf(remote, file) : remoteFolderNodeOf(remote, path));
    }
    const last = files.at(-1);
    if (last === undefined || files.length < COPIES_AT_ONCE) break;
    const [name = "", ...rest] = last.path.slice(prefix.length).split("/");
    cursor = rest.length === 0 ? last.path : `${prefix}${name}/${LAST}`;
  }
  return [...nodes]
    .filter(([name]) => after === null || compareTexts(name, after) > 0)
    .toSorted(([one], [other]) => compareTexts(one, other))
    .slice(0, limit)
    .map(([, node]) => node);
}

async function belowOf({ tools, remote, folder, after, limit, isSeen }: RemotePage): Promise<readonly TreeNode[]> {
  const nodes = new Map<string, TreeNode>();
  for (let cursor = after; nodes.size < limit; ) {
    const files: readonly RemoteFile[] = await tools.remoteTree.cached(remote, folder, {
      after: cursor,
      limit: COPIES_AT_ONCE,
    });
    for (const file of files.filter(isSeen)) {
      for (const path of foldersBetween(folder, file.path)) {
        const isNew = !nodes.has(path) && (after === null || compareTexts(path, after) > 0);
        if (isNew) nodes.set(path, remoteFolderNodeOf(remote, path));
      }
      nodes.set(file.path, remoteFileNodeOf(remote, file));
    }
    const last = files.at(-1);
    if (last === undefined || files.length < COPIES_AT_ONCE) break;
    cursor = last.path;
    if (nodes.size < limit) continue;
    for (const path of foldersAhead(last.path, folder)) {
      const isNew = !nodes.has(path) && (after === null || compareTexts(path, after) > 0);
      if (!isNew) continue;
      const [first] = await tools.remoteTree.cached(remote, path, { after: null, limit: 1 });
      if (first !== undefined && isSeen(first)) nodes.set(path, remoteFolderNodeOf(remote, path));
    }
  }
  return [...nodes.values()].toSorted((one, other) => compareTexts(one.path, other.path)).slice(0, limit);
}

/** The folders below `folder` in which the path stands, outermost first. */
function foldersBetween(folder: string, path: string): readonly string[] {
  const start = folder === "" ? 0 : folder.length + 1;
  const folders: string[] = [];
  for (let slash = path.indexOf("/", start); slash >= 0; slash = path.indexOf("/", slash + 1)) {
    folders.push(path.slice(0, slash));
  }
  return folders;
}

/**
 * Folders that may stand before the path although what is in them comes after it: of `a-b` and `a/x`, the folder `a` is
 * the first.
 */
function foldersAhead(path: string, folder: string): readonly string[] {
  const start = folder === "" ? 1 : folder.length + 2;
  const folders: string[] = [];
  for (let end = start; end < path.length; end += 1) {
    if (path.charAt(end) < "/" && path.charAt(end - 1) !== "/") folders.push(path.slice(0, end));
  }
  return folders;
}
