import { type Principal, type ProjectName, type Properties, type Repository, type RepositoryName, refuse } from "#core";
import type { Transaction } from "#stores";
import { setProperties } from "./places.ts";
import { existing, requireRight, write } from "./tools.ts";
import type { Place, Tree, TreeNode } from "./tree.ts";
import type { Found, Lookup } from "./tree-lookup.ts";
import { nodeOf, type TreeReading } from "./tree-reading.ts";
import { sum, tallyOf } from "./tree-tally.ts";
import type { TreeTools } from "./tree-tools.ts";

type Change = Parameters<Tree["setProperties"]>[2];

const KEY_LENGTH_MAX = 255;
const VALUE_LENGTH_MAX = 4_000;
const VALUES_MAX = 1_000;
const KEYS_MAX = 500;
/** So many places are written in one transaction. */
const BATCH = 500;

export function openTreeProperties(
  tools: TreeTools,
  lookup: Lookup,
  reading: Pick<TreeReading, "below">,
): Pick<Tree, "properties" | "setProperties"> {
  const { metadata } = tools;

  /** A place that has been found, in one transaction with others. */
  async function change(tx: Transaction, principal: Principal, spots: readonly Spot[], wish: Change): Promise<void> {
    for (const { repository: name, path, project } of spots) {
      const repository = await tx.repository(name);
      if (repository === null) continue;
      requireRight(tools, principal, "annotate", repository, project, path);
      // What was removed meanwhile has no properties; of a remote nobody in here knows.
      if (!(await isThere(tx, repository, path))) continue;
      await setProperties(tx, name, path, changed(await tx.properties(name, path), wish, path));
    }
  }

  return {
    async properties(principal, place) {
      const found = await lookup(principal, place);
      if (found === null) return null;
      const { repository, path } = nodeOf(found);
      const own = found.kind === "remote-file" ? found.file.properties : {};
      return { ...own, ...(await metadata.read((view) => view.properties(repository, path))) };
    },

    async setProperties(principal, place, wish, isDeep) {
      checkChange(wish);
      const found = await lookup(principal, { ...place, isCacheOnly: true });
      if (found === null) return null;
      const first = spotOf(found);
      await requireAll(principal, [first]);
      const isFolder = found.kind === "folder" || found.kind === "remote-folder";
      // What may not be done to all of it is done to nothing of it.
      if (isDeep && isFolder) {
        for await (const nodes of pagesBelow(principal, place)) await requireAll(principal, await spotsOf(nodes));
      }
      await write(tools, principal, (tx) => change(tx, principal, [first], wish));
      let tally = tallyOf([nodeOf(found)]);
      if (!isDeep || !isFolder) return tally;
      for await (const nodes of pagesBelow(principal, place)) {
        const spots = await spotsOf(nodes);
        await write(tools, principal, (tx) => change(tx, principal, spots, wish));
        tally = sum(tally, tallyOf(nodes));
      }
      return tally;
    },
  };

  async function* pagesBelow(principal: Principal, place: Place): AsyncGenerator<readonly TreeNode[]> {
    for (let after: string | null = null; ; ) {
      const nodes: readonly TreeNode[] = (await reading.below(principal, place, { after, limit: BATCH })) ?? [];
      yield nodes;
      const last = nodes.at(-1);
      if (last === undefined || nodes.length < BATCH) return;
      after = last.path;
    }
  }

  async function requireAll(principal: Principal, spots: readonly Spot[]): Promise<void> {
    for (const { repository, path, project } of spots) {
      requireRight(tools, principal, "annotate", await existing(tools, repository), project, path);
    }
  }

  /** With the projects, by which rights may differ. */
  async function spotsOf(nodes: readonly TreeNode[]): Promise<readonly Spot[]> {
    return metadata.read(async (view) => {
      const spots: Spot[] = [];
      for (const { kind, repository, path } of nodes) {
        const artifact = kind === "file" ? await view.artifactAt(repository, path) : null;
        spots.push({ repository, path, project: artifact?.project ?? null });
      }
      return spots;
    });
  }
}

interface Spot {
  readonly repository: RepositoryName;
  readonly path: string;
  readonly project: ProjectName | null;
}

function spotOf(found: Found): Spot {
  const { repository, path } = nodeOf(found);
  return { repository, path, project: found.kind === "file" ? found.artifact.project : null };
}

async function isThere(tx: Transaction, { kind, name }: Repository, path: string): Promise<boolean> {
  if (kind !== "local") return true;
  return (await tx.artifactAt(name, path)) !== null || (await tx.folder(name, path)) !== null;
}

function changed(before: Properties, wish: Change, path: string): Properties {
  // A key may be called as an object's own parts are.
  const after = new Map(Object.entries(before));
  for (const [key, values] of Object.entries(wish)) {
    if (values === null || values.length === 0) after.delete(key);
    else after.set(key, values);
  }
  if (after.size <= KEYS_MAX) return Object.fromEntries(after);
  const because = `${path === "" ? "a repository" : path} can have at most ${KEYS_MAX} properties; take some away first`;
  throw refuse({ code: "request-invalid", because });
}

/** Refuses keys and values that nobody could ask for, or that are no properties but contents. */
export function checkChange(wish: Change): void {
  const fault = Object.entries(wish)
    .map(([key, values]) => keyFault(key) ?? valuesFault(key, values ?? []))
    .find((one) => one !== null);
  if (fault !== undefined && fault !== null) throw refuse({ code: "request-invalid", because: fault });
}

function keyFault(key: string): string | null {
  if (key === "" || key.length > KEY_LENGTH_MAX) return `a property's key has 1 to ${KEY_LENGTH_MAX} characters`;
  if (/[\x00-\x1f\x7f]/.test(key) || !key.isWellFormed()) {
    return `the property's key ${JSON.stringify(key)} has a control character or half a character`;
  }
  return null;
}

function valuesFault(key: string, values: readonly string[]): string | null {
  if (values.length > VALUES_MAX) return `the property '${key}' has more than ${VALUES_MAX} values`;
  for (const value of values) {
    if (value.length > VALUE_LENGTH_MAX)
      return `a value of the property '${key}' has more than ${VALUE_LENGTH_MAX} characters`;
    if (value.includes("\0") || !value.isWellFormed()) {
      return `a value of the property '${key}' has a zero byte or half a character`;
    }
  }
  return null;
}
