import { leafOf, type Principal, type RepositoryName } from "#core";
import type { DeskTree } from "#formats";
import type { Tree } from "./tree.ts";

/** A repository's tree, as a desk hands it to its format. */
export function openDeskTree(tree: Tree, repository: RepositoryName, principal: Principal): DeskTree {
  return {
    open: async (path) => (await tree.open(principal, { repository, path }))?.file ?? null,
    async names(path, page) {
      const nodes = await tree.children(principal, { repository, path }, page);
      return nodes?.map(({ kind, path: its }) => (kind === "folder" ? `${leafOf(its)}/` : leafOf(its))) ?? null;
    },
    receive: (path, bytes) => tree.receive(principal, { repository, path }, bytes),
    async put(path, received, expected) {
      const { created } = await tree.put(principal, { repository, path }, received, { expected });
      return { created };
    },
    async makeFolder(path) {
      await tree.makeFolder(principal, { repository, path });
    },
    remove: async (path) => (await tree.remove(principal, { repository, path })) !== null,
  };
}
