import { type Artifact, type Folder, hexOf, placeOf, type RemoteRepository, type TreeEntry, timesOf } from "#core";
import type { RemoteFile } from "./remote-tree.ts";
import type { FileNode, FolderNode, TreeNode } from "./tree.ts";

/** A local repository's file, as those see it who may. */
export function fileNodeOf(artifact: Artifact): FileNode {
  const { repository, sizeBytes, blob, digests } = artifact;
  return {
    kind: "file",
    repository,
    path: placeOf(artifact),
    ...timesOf(artifact),
    sizeBytes,
    sha256: hexOf(blob),
    sha1: digests?.["sha1"] ?? null,
    md5: digests?.["md5"] ?? null,
    remoteUrl: null,
    isHere: true,
  };
}

export function folderNodeOf({ repository, path, createdAt, createdBy }: Folder): FolderNode {
  return { kind: "folder", repository, path, createdAt, createdBy, modifiedAt: createdAt, modifiedBy: createdBy };
}

export function nodeOfEntry(entry: TreeEntry): TreeNode {
  return entry.kind === "file" ? fileNodeOf(entry.artifact) : folderNodeOf(entry.folder);
}

/** A remote's file. Nobody of this house made it. */
export function remoteFileNodeOf({ name, createdAt }: RemoteRepository, file: RemoteFile): FileNode {
  const { path, url, sizeBytes, hex, lastModified, copiedAt } = file;
  return {
    kind: "file",
    repository: name,
    path,
    createdAt: copiedAt ?? lastModified ?? createdAt,
    createdBy: "",
    modifiedAt: lastModified ?? copiedAt ?? createdAt,
    modifiedBy: "",
    // What an upstream does not tell is known with the copy.
    sizeBytes: sizeBytes ?? 0,
    sha256: hex["sha256"] ?? null,
    sha1: hex["sha1"] ?? null,
    md5: hex["md5"] ?? null,
    remoteUrl: url,
    isHere: copiedAt !== null,
  };
}

/** A remote has a folder where it has a copy below it. */
export function remoteFolderNodeOf({ name, createdAt }: RemoteRepository, path: string): FolderNode {
  return {
    kind: "folder",
    repository: name,
    path,
    createdAt,
    createdBy: "",
    modifiedAt: createdAt,
    modifiedBy: "",
  };
}
