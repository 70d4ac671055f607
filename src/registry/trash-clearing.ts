import { type Principal, placeOf, type RepositoryName, type TrashedFile } from "#core";
import { type Tools, write } from "./tools.ts";
import type { Tally } from "./tree.ts";

/** Files are looked at, or cleared away, so many at a time. */
const PAGE = 200;

/**
 * Clears away what has rested long enough. Oldest first, so it ends at the first ones that may stay; `isThorough`: looks
 * at all, because the time of rest was a longer one before. Returns how much.
 */
export function clearExpired(tools: Tools, principal: Principal, isThorough: boolean): Promise<Tally> {
  const isOver = ({ until }: TrashedFile): boolean => until <= tools.now();
  return clearWhere(tools, principal, undefined, isOver, isThorough ? null : (file) => !isOver(file));
}

/** Clears away what `goes`, in batches, until the end or until `isEnd` says so. Returns how much. */
export async function clearWhere(
  tools: Tools,
  principal: Principal,
  name: RepositoryName | undefined,
  goes: (file: TrashedFile) => boolean,
  isEnd: ((file: TrashedFile) => boolean) | null = null,
): Promise<Tally> {
  let batch: TrashedFile[] = [];
  let files = 0;
  let sizeBytes = 0;
  async function clear(all: readonly TrashedFile[]): Promise<void> {
    if (all.length === 0) return;
    await write(tools, principal, async (tx) => {
      for (const { id } of all) if ((await tx.trashed(id)) !== null) tx.append({ type: "trash.removed", id });
    });
    await forgetDownloads(tools, all);
    files += all.length;
    sizeBytes += all.reduce((sum, { artifact }) => sum + artifact.sizeBytes, 0);
  }
  for await (const file of trashOf(tools, { repository: name }, null, PAGE)) {
    if (isEnd?.(file) === true) break;
    if (!goes(file)) continue;
    batch.push(file);
    if (batch.length <= PAGE) continue;
    // The last one stays for now: the next page is the one after it.
    await clear(batch.slice(0, -1));
    batch = batch.slice(-1);
  }
  await clear(batch);
  return { files, folders: 0, sizeBytes };
}

/** What is gone for good has no downloads any more, unless another file has taken its place. */
export async function forgetDownloads({ metadata, downloads }: Tools, files: readonly TrashedFile[]): Promise<void> {
  for (const { artifact } of files) {
    const { repository } = artifact;
    const path = placeOf(artifact);
    const there = await metadata.read((view) => view.artifactAt(repository, path));
    if (there === null) await downloads.forget(repository, path);
  }
}

/** Oldest first. */
export async function* trashOf(
  { metadata }: Tools,
  { repository, path }: { readonly repository: RepositoryName | undefined; readonly path?: string | undefined },
  first: string | null,
  limit: number,
): AsyncGenerator<TrashedFile> {
  let after = first;
  const which = repository === undefined ? {} : { repository, ...(path === undefined ? {} : { path }) };
  for (;;) {
    const page = await metadata.read((view) => view.trash({ ...which, after, limit }));
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    after = last.id;
  }
}
