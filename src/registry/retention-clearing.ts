import {
  folderOf,
  type Instant,
  type LocalRepository,
  type Principal,
  type RemoteRepository,
  type RepositoryName,
  type RetentionPolicy,
} from "#core";
import type { MetadataView, Transaction } from "#stores";
import type { GoingFile, RetentionTools } from "./retention-files.ts";
import { write } from "./tools.ts";
import { trashOrRemove } from "./trash.ts";
import type { Tally } from "./tree.ts";
import { endVersions } from "./tree-removing.ts";
import { NOTHING, sum } from "./tree-tally.ts";

/** So many files go in one transaction, so that nobody waits long behind it. */
const BATCH = 100;
const PAGE = 500;
const MILLISECONDS_PER_HOUR = 60 * 60 * 1000;

/**
 * Clears files away: into the trash, or for good; copies of remotes are dropped. Also from immutable repositories, since
 * an administrator has said so. Returns those that went: what was replaced or removed meanwhile did not.
 */
export async function clearFiles(
  tools: RetentionTools,
  principal: Principal,
  repository: LocalRepository | RemoteRepository,
  policy: RetentionPolicy,
  files: readonly GoingFile[],
): Promise<readonly GoingFile[]> {
  const gone: GoingFile[] = [];
  if (repository.kind === "remote") {
    for (const file of files) if (await tools.remoteTree.drop(repository, file.path)) gone.push(file);
    return gone;
  }
  for (let start = 0; start < files.length; start += BATCH) {
    const batch = files.slice(start, start + BATCH);
    gone.push(...(await write(tools, principal, (tx) => clearBatch(tools, tx, repository.name, policy, batch))));
  }
  return gone;
}

async function clearBatch(
  tools: RetentionTools,
  tx: Transaction,
  repository: RepositoryName,
  { skipsTrash }: RetentionPolicy,
  files: readonly GoingFile[],
): Promise<readonly GoingFile[]> {
  const gone: GoingFile[] = [];
  for (const file of files) {
    const { artifact, path } = file;
    const there = await tx.artifactAt(repository, path);
    if (artifact === null || there?.blob !== artifact.blob || there.publishedAt !== artifact.publishedAt) continue;
    await trashOrRemove(tx, tools, there, skipsTrash);
    gone.push(file);
  }
  await endVersions(tx, gone);
  await dropEmptyFolders(tx, repository, gone);
  return gone;
}

/** Folders go with the last file that was in them; nobody misses an empty one of a version that is gone. */
async function dropEmptyFolders(
  tx: Transaction,
  repository: RepositoryName,
  gone: readonly GoingFile[],
): Promise<void> {
  const folders = new Set(gone.map(({ path }) => folderOf(path)));
  for (const innermost of folders) {
    for (let path = innermost; await isEmptyFolder(tx, repository, path); path = folderOf(path)) {
      tx.append({ type: "folder.removed", repository, path });
    }
  }
}

async function isEmptyFolder(view: MetadataView, repository: RepositoryName, path: string): Promise<boolean> {
  if (path === "" || (await view.folder(repository, path)) === null) return false;
  return (await view.children(repository, path, { after: null, limit: 1 })).length === 0;
}

/** Drops the copies of a remote that nobody has read for as long as it says. */
export async function clearUnusedCopies(
  tools: RetentionTools,
  remote: RemoteRepository,
  signal: AbortSignal,
): Promise<Tally> {
  const unusedSince = (tools.now() - (remote.unusedForHours ?? 0) * MILLISECONDS_PER_HOUR) as Instant;
  let tally = NOTHING;
  let after: string | null = null;
  while (!signal.aborted) {
    const copies = await tools.remoteTree.cached(remote, "", { after, limit: PAGE });
    for (const { path, copiedAt, sizeBytes: bytes } of copies) {
      if (copiedAt === null || copiedAt > unusedSince) continue;
      const { lastAt } = await tools.downloads.of(remote.name, path);
      if ((lastAt ?? 0) > unusedSince || !(await tools.remoteTree.drop(remote, path))) continue;
      tally = sum(tally, { files: 1, folders: 0, sizeBytes: bytes ?? 0 });
    }
    const last = copies.at(-1);
    if (last === undefined || copies.length < PAGE) break;
    after = last.path;
  }
  return tally;
}
