import { type Artifact, type Principal, placeOf, type Rules, type TreeEntry } from "#core";
import type { MetadataView } from "#stores";
import { isForSomeProjects, mayRead, partRead } from "./rights.ts";
import type { TreeSource } from "./tree-sources.ts";

/** What somebody sees of one local repository's tree. */
export interface Sight {
  /** Everything in it. */
  readonly isWhole: boolean;
  file(artifact: Artifact): boolean;
  /** A folder is seen by who may read it, or anything below it. */
  folder(view: MetadataView, path: string): Promise<boolean>;
}

/** So many files are looked at to find one that may be read; a folder whose first ones are closed is closed. */
const LOOKED_AT_MAX = 2_000;
const AT_ONCE = 500;

export function sightOf(tools: { readonly rules: Rules }, principal: Principal, source: TreeSource): Sight {
  const { repository } = source;
  if (source.isWithheld) return NOTHING;
  const isForSome = isForSomeProjects(principal);
  const readsAll =
    mayRead(tools, principal, repository, null) && partRead(tools, principal, repository, null) === null && !isForSome;

  function file(artifact: Artifact): boolean {
    const { project, version } = artifact;
    const path = placeOf(artifact);
    return (
      (readsAll || mayRead(tools, principal, repository, project, path)) &&
      source.shows(path) &&
      source.admits(project, version)
    );
  }

  /** What was looked through to its end in vain. What is in it is mostly asked for next, and is closed with it. */
  let closed: string | null = null;

  async function hasBelow(view: MetadataView, folder: string): Promise<boolean> {
    if (closed !== null && folder.startsWith(`${closed}/`)) return false;
    let after: string | null = null;
    for (let seen = 0; seen < LOOKED_AT_MAX; seen += AT_ONCE) {
      const entries: readonly TreeEntry[] = await view.below(repository.name, folder, { after, limit: AT_ONCE });
      if (entries.some((entry) => entry.kind === "file" && file(entry.artifact))) return true;
      const last = entries.at(-1);
      if (last === undefined || entries.length < AT_ONCE) {
        closed = folder;
        return false;
      }
      after = pathOf(last);
    }
    return false;
  }

  return {
    isWhole: readsAll && source.showsAll,
    file,
    async folder(view, path) {
      // Names of folders are names of projects, and who is good for some does not learn those of the others.
      const isSeen = path === "" || !isForSome;
      return readsAll || (isSeen && mayRead(tools, principal, repository, null, path)) || hasBelow(view, path);
    },
  };
}

export function pathOf(entry: TreeEntry): string {
  return entry.kind === "file" ? placeOf(entry.artifact) : entry.folder.path;
}

const NOTHING: Sight = { isWhole: false, file: () => false, folder: async () => false };
