import type { Artifact } from "#core";
import type { Tally, TreeNode } from "./tree.ts";

export const NOTHING: Tally = { files: 0, folders: 0, sizeBytes: 0 };

export function sum(one: Tally, other: Tally): Tally {
  return {
    files: one.files + other.files,
    folders: one.folders + other.folders,
    sizeBytes: one.sizeBytes + other.sizeBytes,
  };
}

export function tallyOf(nodes: readonly TreeNode[]): Tally {
  const files = nodes.filter((node) => node.kind === "file");
  return {
    files: files.length,
    folders: nodes.length - files.length,
    sizeBytes: files.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
  };
}

export function tallyOfFiles(files: readonly Artifact[]): Tally {
  return { files: files.length, folders: 0, sizeBytes: files.reduce((total, { sizeBytes }) => total + sizeBytes, 0) };
}
