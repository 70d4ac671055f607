import {
  type Artifact,
  type LocalRepository,
  NO_PROJECT,
  type Principal,
  type ProjectName,
  placeOf,
  type RemoteRepository,
  type Repository,
  type RepositoryName,
  refuse,
  type TreeEntry,
} from "#core";
import type { MetadataView, Transaction } from "#stores";
import { requirePath, setProperties } from "./places.ts";
import type { RemoteFile } from "./remote-tree.ts";
import { existing, localIn, requireRight, write } from "./tools.ts";
import { trashOrRemove } from "./trash.ts";
import type { Tally, Tree } from "./tree.ts";
import { pathOf } from "./tree-sight.ts";
import { NOTHING, sum, tallyOfFiles } from "./tree-tally.ts";
import type { TreeTools } from "./tree-tools.ts";

/** So many files go in one transaction. */
const BATCH = 500;
/** Files may come while others go; whoever keeps putting some there meets somebody who gives up. */
const PASSES_MAX = 5;
const RETRY_SECONDS = 5;

/** Taking files and folders away; of a remote its copies. */
export function openTreeRemoving(tools: TreeTools): Pick<Tree, "remove"> {
  const { metadata, publishing } = tools;

  async function removeLocally(principal: Principal, target: LocalRepository, path: string): Promise<Tally | null> {
    const { name } = target;
    const file = await metadata.read((view) => view.artifactAt(name, path));
    requireRight(tools, principal, "remove", target, file?.project ?? null, path);
    if (file !== null) return removeFile(principal, file);
    if ((await metadata.read((view) => view.folder(name, path))) === null) return null;
    // All of it is looked at first, so that what may not go altogether stays altogether.
    for await (const entries of entriesBelow(name, path)) {
      for (const entry of entries) requireEntryRemovable(tools, principal, target, entry, path);
    }
    let tally = NOTHING;
    for (let pass = 0; pass < PASSES_MAX; pass += 1) {
      tally = sum(tally, await removePass(principal, name, path));
      const folders = await endFolder(tools, principal, name, path);
      if (folders !== null) return { ...tally, folders };
    }
    const because = `${path} in ${name} was not cleared away, because files keep coming into it; try again`;
    throw refuse({ code: "storage-busy", retryAfterSeconds: RETRY_SECONDS, because });
  }

  /** `null`: it went meanwhile. */
  function removeFile(principal: Principal, { repository, filename }: Artifact): Promise<Tally | null> {
    return write(tools, principal, async (tx) => {
      const target = await localIn(tx, repository);
      const file = await tx.artifact(repository, filename);
      if (file === null) return null;
      requireRemovable(tools, principal, target, file, placeOf(file));
      await takeAway(tools, tx, [file]);
      return tallyOfFiles([file]);
    });
  }

  /** Once through all files, some in each transaction. */
  async function removePass(principal: Principal, name: RepositoryName, path: string): Promise<Tally> {
    let tally = NOTHING;
    for (let after: string | null = null, isMore = true; isMore; ) {
      const cursor = after;
      const done = await write(tools, principal, async (tx) => {
        const target = await localIn(tx, name);
        const entries = await tx.below(name, path, { after: cursor, limit: BATCH });
        const files = entries.flatMap((entry) => (entry.kind === "file" ? [entry.artifact] : []));
        for (const entry of entries) requireEntryRemovable(tools, principal, target, entry, path);
        await takeAway(tools, tx, files);
        const last = entries.at(-1);
        return {
          tally: tallyOfFiles(files),
          last: last === undefined || entries.length < BATCH ? null : pathOf(last),
        };
      });
      tally = sum(tally, done.tally);
      after = done.last;
      isMore = done.last !== null;
    }
    return tally;
  }

  async function* entriesBelow(name: RepositoryName, path: string): AsyncGenerator<readonly TreeEntry[]> {
    for (let after: string | null = null; ; ) {
      const page = { after, limit: BATCH };
      const entries = await metadata.read((view) => view.below(name, path, page));
      yield entries;
      const last = entries.at(-1);
      if (last === undefined || entries.length < BATCH) return;
      after = pathOf(last);
    }
  }

  async function removeCopies(principal: Principal, remote: RemoteRepository, path: string): Promise<Tally | null> {
    requireRight(tools, principal, "remove", remote, null, path);
    refuseImmutable(remote, path);
    const remoteTree = tools.remoteTree;
    const copy = path === "" ? null : await remoteTree.look(remote, path, true);
    if (copy !== null) {
      await remoteTree.drop(remote, path);
      await endProperties(principal, remote, [path]);
      return { files: 1, folders: 0, sizeBytes: copy.sizeBytes ?? 0 };
    }
    let tally = NOTHING;
    for (let after: string | null = null; ; ) {
      const copies: readonly RemoteFile[] = await remoteTree.cached(remote, path, { after, limit: BATCH });
      for (const one of copies) {
        requireRight(tools, principal, "remove", remote, null, one.path);
        if (!(await remoteTree.drop(remote, one.path))) continue;
        tally = sum(tally, { files: 1, folders: 0, sizeBytes: one.sizeBytes ?? 0 });
      }
      await endProperties(
        principal,
        remote,
        copies.map((one) => one.path),
      );
      const last = copies.at(-1);
      if (last === undefined || copies.length < BATCH) return path !== "" && tally.files === 0 ? null : tally;
      after = last.path;
    }
  }

  /** A copy's properties go with it. */
  async function endProperties(principal: Principal, { name }: RemoteRepository, paths: readonly string[]) {
    const described = await metadata.read((view) => view.propertiesOf(name, paths));
    if (described.size === 0) return;
    await write(tools, principal, async (tx) => {
      for (const path of described.keys()) await setProperties(tx, name, path, {});
    });
  }

  return {
    async remove(principal, place) {
      requirePath(place.path);
      const asked = await existing(tools, place.repository);
      // What is changed through a virtual repository is changed where it publishes to.
      const target = publishing.subjectOf("remove", asked);
      if (target.kind === "remote") return removeCopies(principal, target, place.path);
      if (target.kind === "local") return removeLocally(principal, target, place.path);
      requireRight(tools, principal, "read", target);
      const because = `${target.name} is virtual and holds nothing itself; remove ${place.path} from the member that holds it`;
      throw refuse({ code: "not-publishable", repository: target.name, because });
    },
  };
}

/** Takes the files, and the records of versions that thereby have none left. */
export async function takeAway(tools: TreeTools, tx: Transaction, files: readonly Artifact[]): Promise<void> {
  for (const file of files) await trashOrRemove(tx, tools, file);
  await endVersions(tx, files);
}

/** devpi: the last file of a version takes its record along; its documentation is a file, too. */
export async function endVersions(
  tx: Transaction,
  gone: readonly Pick<Artifact, "repository" | "project" | "version">[],
): Promise<void> {
  const byProject = new Map<ProjectName, Set<string>>();
  const [first] = gone;
  if (first === undefined) return;
  const { repository } = first;
  for (const { project, version } of gone) {
    if (project === NO_PROJECT || version === null) continue;
    byProject.set(project, (byProject.get(project) ?? new Set()).add(version));
  }
  for (const [project, versions] of byProject) {
    const left = await versionsWithFiles(tx, repository, project);
    for (const version of versions) {
      if (left.has(version) || (await tx.version(repository, project, version)) === null) continue;
      tx.append({ type: "version.removed", repository, project, version });
    }
  }
}

async function versionsWithFiles(
  view: MetadataView,
  repository: RepositoryName,
  project: ProjectName,
): Promise<ReadonlySet<string | null>> {
  const artifacts = await view.artifacts(repository, project);
  const attachments = await view.attachments(repository, project);
  return new Set([...artifacts, ...attachments].map(({ version }) => version));
}

/** Ends a folder and those below it; how many they were. `null`: a file has come into it. */
export async function endFolder(
  tools: TreeTools,
  principal: Principal,
  name: RepositoryName,
  path: string,
): Promise<number | null> {
  return write(tools, principal, async (tx) => {
    if ((await tx.folder(name, path)) === null) return 0;
    let folders = path === "" ? 0 : 1;
    for (let after: string | null = null; ; ) {
      const entries = await tx.below(name, path, { after, limit: BATCH });
      if (entries.some(({ kind }) => kind === "file")) return null;
      folders += entries.length;
      const last = entries.at(-1);
      if (last === undefined || entries.length < BATCH) break;
      after = pathOf(last);
    }
    if (folders === 0) return 0;
    const own = await tx.properties(name, "");
    tx.append({ type: "folder.removed", repository: name, path });
    // The repository itself stays, and what is said of it.
    await setProperties(tx, name, "", own);
    return folders;
  });
}

/** A folder goes with what is in it, and what is said of it, so it needs the right as well. */
function requireEntryRemovable(
  tools: TreeTools,
  principal: Principal,
  target: LocalRepository,
  entry: TreeEntry,
  path: string,
): void {
  if (entry.kind === "file") requireRemovable(tools, principal, target, entry.artifact, path);
  else requireRight(tools, principal, "remove", target, null, entry.folder.path);
}

/** `path`: the place that was asked for, by which people know what was refused. */
export function requireRemovable(
  tools: TreeTools,
  principal: Principal,
  target: LocalRepository,
  file: Artifact,
  path: string,
): void {
  requireRight(tools, principal, "remove", target, file.project, placeOf(file));
  refuseImmutable(target, path);
}

function refuseImmutable({ name, mutability }: Repository, path: string): void {
  if (mutability === "volatile") return;
  const what = path === "" ? "what is there" : path;
  const because = `cannot remove ${what} from ${name}, which is immutable; make it volatile, or remove by force`;
  throw refuse({ code: "repository-immutable", repository: name, because });
}
