import type { Instant, Json, NoteServed, RepositoryName } from "#core";
import type { Tools } from "./tools.ts";
import type { Downloads } from "./tree.ts";

/**
 * How often each file was downloaded, when last and by whom: whole files that were sent, through whatever address. By
 * the repository that has the file (of a virtual one its member) and the path in its tree (`placeOf`). Counted in
 * memory and written down now and then, so a kill costs the last seconds.
 */
export interface DownloadCounts extends AsyncDisposable {
  /** For `OpenFile.noteServed`: counts one download each time it is called. */
  counterOf(repository: RepositoryName, path: string): NoteServed;
  /** Also what is not written down yet by this process. A file that nobody has downloaded: 0. */
  of(repository: RepositoryName, path: string): Promise<Downloads>;
  /** What files had elsewhere, which are moved here now; `of` told it before they were taken from there. */
  carry(moved: readonly MovedCounts[]): Promise<void>;
  /** Of a file that is gone for good, so that its successor begins anew. */
  forget(repository: RepositoryName, path: string): Promise<void>;
  /** Writes down what was counted since; to be called every few seconds. */
  save(): Promise<void>;
}

export interface MovedCounts {
  readonly repository: RepositoryName;
  /** Where it stands now. */
  readonly path: string;
  readonly downloads: Downloads;
}

/** How often, by file; a file that was never downloaded has none. */
const COUNT_SPACE = "downloads";
/** When last and by whom, by file. */
const LAST_SPACE = "last-downloads";
/** So many files are written down in one go. */
const BATCH_FILES = 200;
/** With so many files counted it is written down ahead of time. */
const COUNTED_FILES_MAX = 10_000;

interface Counted {
  readonly repository: RepositoryName;
  readonly path: string;
  count: number;
  lastAt: Instant | null;
  lastBy: string;
}

export function openDownloadCounts({
  metadata,
  state,
  now,
}: Pick<Tools, "metadata" | "state" | "now">): DownloadCounts {
  let counted = new Map<string, Counted>();
  /** One after the other; the last one, done or not. */
  let saving: Promise<void> = Promise.resolve();

  const unsubscribe = metadata.subscribe((entries) => {
    for (const { event } of entries) {
      // What is left where that fails belongs to nobody, and harms nobody.
      if (event.type === "repository.removed") void forgetAll(event.name).catch(() => {});
      const isGone = event.type === "artifact.removed" && event.path !== undefined;
      if (isGone) void forget(event.ref.repository, event.path).catch(() => {});
    }
  });

  async function forgetAll(repository: RepositoryName): Promise<void> {
    for (const [key, { repository: its }] of counted) if (its === repository) counted.delete(key);
    await state.deleteAll(COUNT_SPACE, keyOf(repository, ""));
    await state.deleteAll(LAST_SPACE, keyOf(repository, ""));
  }

  async function forget(repository: RepositoryName, path: string): Promise<void> {
    const key = keyOf(repository, path);
    counted.delete(key);
    await Promise.all([state.delete(COUNT_SPACE, key), state.delete(LAST_SPACE, key)]);
  }

  async function saveNow(): Promise<void> {
    const all = [...counted];
    counted = new Map();
    for (let start = 0; start < all.length; start += BATCH_FILES) {
      const batch = all.slice(start, start + BATCH_FILES);
      let added = start;
      try {
        await state.addAll(
          COUNT_SPACE,
          batch.map(([key, { count }]) => ({ key, amount: count })),
        );
        added += BATCH_FILES;
        await state.putAll(
          LAST_SPACE,
          batch.map(([key, { lastAt, lastBy }]) => ({ key, value: { at: lastAt, by: lastBy } })),
        );
      } catch (error) {
        // What was not added is counted on with what has come since; a batch is added as a whole or not at all.
        for (const [key, lost] of all.slice(added)) addTo(counted, key, lost);
        throw error;
      }
    }
  }

  function save(): Promise<void> {
    saving = saving.catch(() => {}).then(saveNow);
    return saving;
  }

  return {
    counterOf(repository, path) {
      const key = keyOf(repository, path);
      return (by) => {
        const known = counted.get(key);
        if (known !== undefined) {
          known.count += 1;
          known.lastAt = now();
          known.lastBy = by;
          return;
        }
        counted.set(key, { repository, path, count: 1, lastAt: now(), lastBy: by });
        // What cannot be written is counted on, and tried again with the next round.
        if (counted.size >= COUNTED_FILES_MAX) void save().catch(() => {});
      };
    },
    async of(repository, path) {
      const key = keyOf(repository, path);
      for (;;) {
        const before = saving;
        await before.catch(() => {});
        const [count, last] = await Promise.all([state.get(COUNT_SPACE, key), state.get(LAST_SPACE, key)]);
        // What was written down in the meantime would be counted twice, or not at all.
        if (saving !== before) continue;
        const fresh = counted.get(key);
        const { at, by } = fresh === undefined ? lastOf(last?.value) : { at: fresh.lastAt, by: fresh.lastBy };
        const base = typeof count?.value === "number" ? count.value : 0;
        return { count: base + (fresh?.count ?? 0), lastAt: at, lastBy: by === "" ? null : by };
      }
    },
    async carry(moved) {
      for (const { repository, path, downloads } of moved) {
        const { count, lastAt, lastBy } = downloads;
        if (count > 0)
          addTo(counted, keyOf(repository, path), { repository, path, count, lastAt, lastBy: lastBy ?? "" });
      }
      if (moved.length === 0) return;
      // They are all that a file has, so they do not wait in memory; what cannot be written is counted on.
      await save().catch(() => {});
    },
    forget,
    save,
    async [Symbol.asyncDispose]() {
      unsubscribe();
      await save();
    },
  };
}

function addTo(counted: Map<string, Counted>, key: string, { repository, path, count, lastAt, lastBy }: Counted): void {
  const known = counted.get(key);
  if (known === undefined) {
    counted.set(key, { repository, path, count, lastAt, lastBy });
    return;
  }
  known.count += count;
  if ((lastAt ?? 0) < (known.lastAt ?? 0)) return;
  known.lastAt = lastAt;
  known.lastBy = lastBy;
}

/** A repository's name has no line break. */
function keyOf(repository: RepositoryName, path: string): string {
  return `${repository}\n${path}`;
}

function lastOf(value: Json | undefined): { readonly at: Instant | null; readonly by: string | null } {
  if (value === null || typeof value !== "object" || !("at" in value && "by" in value)) return { at: null, by: null };
  const { at, by } = value;
  return { at: typeof at === "number" ? (at as Instant) : null, by: typeof by === "string" ? by : null };
}
