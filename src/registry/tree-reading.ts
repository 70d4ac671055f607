import { compareTexts, hexOf, NO_PROJECT, type Principal, placeOf, type Repository } from "#core";
import type { OpenFile } from "#formats";
import { reachOf } from "./changes.ts";
import { freshnessOf } from "./freshness.ts";
import { isPrivate } from "./rights.ts";
import { storedFile, withBytes } from "./stored-files.ts";
import { existing } from "./tools.ts";
import type { FileNode, Place, Tree, TreeNode } from "./tree.ts";
import type { Found, FoundRemotely, Lookup } from "./tree-lookup.ts";
import { fileNodeOf, folderNodeOf, remoteFileNodeOf, remoteFolderNodeOf } from "./tree-nodes.ts";
import { pageOf, type SourcePage } from "./tree-pages.ts";
import { sourcesOf } from "./tree-sources.ts";
import type { TreeTools } from "./tree-tools.ts";
import { openWatchedMemory } from "./watched-memory.ts";

export type TreeReading = Pick<Tree, "look" | "children" | "below" | "open" | "downloads">;

type PageWish = Parameters<Tree["children"]>[2];

const WEIGHT_PER_FILE = 1_024;

export function openTreeReading(tools: TreeTools, lookup: Lookup): TreeReading & Disposable {
  const memory = openWatchedMemory<{ readonly file: OpenFile }>(tools.settings.memoryBytesMax / 16);

  /** A file that belongs to no package; the small ones stay in memory. */
  async function openPlain(asked: Repository, { artifact }: Found & { readonly kind: "file" }): Promise<OpenFile> {
    const { blobs, catalog, changes, metadata, now } = tools;
    const { repository, blob, publishedAt } = artifact;
    const key = `${asked.name}\n${placeOf(artifact)}\n${blob}`;
    const known = memory.get(key)?.file;
    if (known?.kind === "stored" && known.freshness.isCurrent(now())) return known;
    const watch = changes.watch(reachOf(catalog, asked), NO_PROJECT);
    const read = async (): Promise<{ readonly file: OpenFile }> => {
      const member = catalog.find(repository);
      const isFilePrivate = isPrivate(asked) || member === null || isPrivate(member);
      const about = { publishedAt, isPrivate: isFilePrivate, freshness: freshnessOf(metadata, watch, null) };
      const file = storedFile(blobs, artifact, about);
      const noteServed = tools.downloads.counterOf(repository, placeOf(artifact));
      return { file: { ...file, body: await withBytes(file.body), noteServed } };
    };
    const weigh = ({ file }: { readonly file: OpenFile }): number =>
      WEIGHT_PER_FILE + (file.kind === "stored" ? (file.body.bytes?.byteLength ?? 0) : 0);
    return (await memory.load(key, watch, read, weigh)).file;
  }

  async function openFound(principal: Principal, found: Found): Promise<OpenFile | null> {
    if (found.kind === "file") {
      const { asked, artifact } = found;
      const { project, filename } = artifact;
      if (project === NO_PROJECT) return openPlain(asked, found);
      return tools.files.open(asked, principal, { project, filename, suffix: null });
    }
    return found.kind === "remote-file" ? openRemotely(principal, found) : null;
  }

  async function openRemotely(principal: Principal, found: FoundRemotely): Promise<OpenFile | null> {
    const { asked, remote, file, offer, isCacheOnly } = found;
    if (offer !== null) {
      const { project, filename } = offer;
      return tools.files.open(asked, principal, { project, filename, suffix: null });
    }
    const opened = await tools.remoteTree.open(remote, file.path, isCacheOnly);
    if (opened === null || opened.kind === "elsewhere") return opened;
    const noteServed = tools.downloads.counterOf(remote.name, file.path);
    return { ...opened, isPrivate: isPrivate(asked) || isPrivate(remote), noteServed };
  }

  async function page(
    principal: Principal,
    { repository, path }: Place,
    { after, limit }: PageWish,
    kind: "children" | "below",
  ): Promise<readonly TreeNode[] | null> {
    // Tells apart what is no folder from what is empty, and refuses who may not look. No upstream knows of folders.
    const found = await lookup(principal, { repository, path, isCacheOnly: true });
    if (found === null || found.kind === "file" || found.kind === "remote-file") return null;
    const asked = await existing(tools, repository);
    const nodes = new Map<string, TreeNode>();
    for (const source of sourcesOf(tools, asked)) {
      const wish: SourcePage = { tools, principal, source, path, after, limit };
      for (const node of await pageOf(wish, kind)) if (!nodes.has(node.path)) nodes.set(node.path, node);
    }
    return [...nodes.values()].toSorted((one, other) => compareTexts(one.path, other.path)).slice(0, limit);
  }

  return {
    async look(principal, place) {
      const found = await lookup(principal, place);
      return found === null ? null : nodeOf(found);
    },
    children: (principal, place, wish) => page(principal, place, wish, "children"),
    below: (principal, place, wish) => page(principal, place, wish, "below"),
    async open(principal, place, isCounted = true) {
      const found = await lookup(principal, place);
      if (found === null) return null;
      const node = nodeOf(found);
      if (node.kind === "folder") return null;
      const file = await openFound(principal, found);
      if (file === null) return null;
      return { node: nodeOfOpened(node, file), file: isCounted ? file : uncounted(file) };
    },
    async downloads(principal, place) {
      const found = await lookup(principal, place);
      if (found === null) return null;
      const node = nodeOf(found);
      if (node.kind === "folder") return { count: 0, lastAt: null, lastBy: null };
      return tools.downloads.of(node.repository, node.path);
    },
    [Symbol.dispose]: () => memory.clear(),
  };
}

export function nodeOf(found: Found): TreeNode {
  switch (found.kind) {
    case "file":
      return fileNodeOf(found.artifact);
    case "folder":
      return folderNodeOf(found.folder);
    case "remote-file":
      return remoteFileNodeOf(found.remote, found.file);
    case "remote-folder":
      return remoteFolderNodeOf(found.remote, found.path);
  }
}

/** What is known of a file by opening it is not less than what was known before. */
function nodeOfOpened(node: FileNode, file: OpenFile): FileNode {
  switch (file.kind) {
    case "stored":
      return { ...node, sizeBytes: file.body.sizeBytes, sha256: hexOf(file.blob) };
    case "fetching":
      return file.sizeBytes === null ? node : { ...node, sizeBytes: file.sizeBytes };
    case "elsewhere":
      return node;
  }
}

function uncounted(file: OpenFile): OpenFile {
  if (file.kind === "elsewhere") return file;
  const { noteServed: _, ...rest } = file;
  return rest;
}
