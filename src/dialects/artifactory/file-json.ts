import { type Call, type Instant, type JsonObject, leafOf } from "#core";
import type { FileNode, FolderNode, TreeNode } from "#registry";
import { mediaTypeOf } from "./media-types.ts";
import { contentUrl, storageUrl } from "./places.ts";

/** `2026-03-01T12:00:00.000Z`. */
export function isoTime(at: Instant): string {
  return new Date(at).toISOString();
}

/** The checksums that are known. */
export function checksumsOf({ sha1, md5, sha256 }: Pick<FileNode, "sha1" | "md5" | "sha256">): JsonObject {
  return {
    ...(sha1 === null ? {} : { sha1 }),
    ...(md5 === null ? {} : { md5 }),
    ...(sha256 === null ? {} : { sha256 }),
  };
}

/** What both kinds of items say of themselves; `key`: under which it is shown. */
function headOf(call: Call, key: string, node: TreeNode): JsonObject {
  return {
    repo: key,
    path: `/${node.path}`,
    created: isoTime(node.createdAt),
    createdBy: node.createdBy,
    lastModified: isoTime(node.modifiedAt),
    modifiedBy: node.modifiedBy,
    lastUpdated: isoTime(node.modifiedAt),
    uri: storageUrl(call, key, node.path),
  };
}

/** File information. The size is a text: Go clients read nothing else. */
export function fileInfo(call: Call, key: string, node: FileNode): JsonObject {
  return {
    ...headOf(call, key, node),
    downloadUri: contentUrl(call, key, node.path),
    ...(node.remoteUrl === null ? {} : { remoteUrl: node.remoteUrl }),
    mimeType: mediaTypeOf(node.path),
    size: String(node.sizeBytes),
    checksums: checksumsOf(node),
    originalChecksums: checksumsOf(node),
  };
}

/** Folder information, but for its children. */
export function folderInfo(call: Call, key: string, node: FolderNode): JsonObject {
  return headOf(call, key, node);
}

/** One of the children of a folder. */
export function childOf(node: TreeNode): JsonObject {
  return { uri: `/${leafOf(node.path)}`, folder: node.kind === "folder" };
}

/** What a deploy answers. */
export function deployed(
  call: Call,
  key: string,
  node: FileNode,
  original: Readonly<Record<string, string>>,
): JsonObject {
  const uri = contentUrl(call, key, node.path);
  return {
    repo: key,
    path: `/${node.path}`,
    created: isoTime(node.createdAt),
    createdBy: node.createdBy,
    downloadUri: uri,
    mimeType: mediaTypeOf(node.path),
    size: String(node.sizeBytes),
    checksums: checksumsOf(node),
    originalChecksums: { ...original, ...(node.sha256 === null ? {} : { sha256: node.sha256 }) },
    uri,
  };
}
