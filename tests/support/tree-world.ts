import assert from "node:assert/strict";
import type { FormatName, Principal } from "#core";
import type { Place, PutOptions, Tree, TreeNode } from "#registry";
import { aWheel, type WheelOptions, wheelName } from "./archives.ts";
import { ALICE, nameOf, openRegistryWorld, type RegistryWorld, type RegistryWorldOptions } from "./registry-world.ts";

export const GENERIC = "generic" as FormatName;

/** A registry world, and its repositories as trees. Places are written `owner/name:path`. */
export interface TreeWorld extends RegistryWorld {
  readonly tree: Tree;
  /** A local repository of plain files; volatile, and alice's. */
  plain(name: string, change?: Parameters<RegistryWorld["local"]>[1]): ReturnType<RegistryWorld["local"]>;
  put(at: string, content: string | Uint8Array, options?: PutOptions, principal?: Principal): ReturnType<Tree["put"]>;
  /** The content; `null`: no such file. */
  text(at: string, principal?: Principal): Promise<string | null>;
  /** What stands in a folder, folders with a slash; `null`: no folder. */
  names(at: string, principal?: Principal): Promise<readonly string[] | null>;
  /** All below, folders with a slash. */
  all(at: string, principal?: Principal): Promise<readonly string[] | null>;
  copy(from: string, to: string, principal?: Principal, isDry?: boolean): ReturnType<Tree["copy"]>;
  move(from: string, to: string, principal?: Principal, isDry?: boolean): ReturnType<Tree["move"]>;
  remove(at: string, principal?: Principal): ReturnType<Tree["remove"]>;
  properties(at: string, principal?: Principal): ReturnType<Tree["properties"]>;
  /** Types of the events since the last call. */
  news(): Promise<readonly string[]>;
}

export async function openTreeWorld(options: RegistryWorldOptions = {}): Promise<TreeWorld> {
  const world = await openRegistryWorld(options);
  const { tree } = world.registry;
  let seen = world.metadata.head;
  return {
    ...world,
    tree,
    plain: (name, change = {}) => world.local(name, { format: GENERIC, ...change }),
    async put(at, content, wish, principal = ALICE) {
      await using received = await tree.receive(principal, placeAt(at), chunksOf(content));
      // Awaited here: what was received is forgotten at the end of this block.
      return await tree.put(principal, placeAt(at), received, wish);
    },
    async text(at, principal = ALICE) {
      const opened = await tree.open(principal, placeAt(at));
      if (opened === null) return null;
      const { file } = opened;
      assert(file.kind !== "elsewhere");
      const chunks = file.kind === "stored" ? await file.body.open() : file.chunks;
      return Buffer.concat(await Array.fromAsync(chunks)).toString();
    },
    async names(at, principal = ALICE) {
      const place = placeAt(at);
      const nodes = await tree.children(principal, place, { after: null, limit: 1000 });
      return nodes?.map((node) => nameIn(place.path, node)) ?? null;
    },
    async all(at, principal = ALICE) {
      const nodes = await tree.below(principal, placeAt(at), { after: null, limit: 1000 });
      return nodes?.map((node) => nameIn("", node)) ?? null;
    },
    copy: (from, to, principal = ALICE, isDry = false) => tree.copy(principal, placeAt(from), placeAt(to), isDry),
    move: (from, to, principal = ALICE, isDry = false) => tree.move(principal, placeAt(from), placeAt(to), isDry),
    remove: (at, principal = ALICE) => tree.remove(principal, placeAt(at)),
    properties: (at, principal = ALICE) => tree.properties(principal, placeAt(at)),
    async news() {
      const entries = await world.metadata.read((view) => view.entries(seen, 10_000));
      seen = entries.at(-1)?.seq ?? seen;
      return entries.map(({ event }) => event.type);
    },
    // A getter is not copied with the rest.
    get made() {
      return world.made;
    },
  };
}

/** `alice/dev:foo/bar.txt`; with `@cache` behind the repository only what is here of it. */
export function placeAt(text: string): Place {
  const colon = text.indexOf(":");
  const [repository = "", cache] = text.slice(0, colon).split("@");
  return {
    repository: nameOf(repository),
    path: text.slice(colon + 1),
    ...(cache === undefined ? {} : { isCacheOnly: true }),
  };
}

/** A wheel and where its repository's layout has it. */
export function wheelAt(options: WheelOptions): { readonly path: string; readonly bytes: Uint8Array } {
  return { path: `${options.name}/${options.version}/${wheelName(options)}`, bytes: aWheel(options) };
}

export async function* chunksOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof content === "string" ? Buffer.from(content) : content;
}

function nameIn(folder: string, { kind, path }: TreeNode): string {
  const name = folder === "" ? path : path.slice(folder.length + 1);
  return kind === "folder" ? `${name}/` : name;
}
