import type { Digest, Instant, Json } from "#core";

/**
 * What is no history: copies from upstream, sessions, counters, claims. Shared by all nodes, known to garbage
 * collection (by `blob`) and backup, never journalled. Losing the last seconds of it in a power cut is allowed;
 * half an entry is not.
 */
export interface SharedState extends AsyncDisposable {
  /** `null` when there is none or it has expired. */
  get(space: string, key: string): Promise<StateEntry | null>;
  put(
    space: string,
    key: string,
    entry: { readonly value: Json; readonly blobs?: readonly Digest[]; readonly expiresAt?: Instant | null },
  ): Promise<void>;
  /** Writes only if the stored version is the given one (`0`: not there). Says whether it did. */
  swap(
    space: string,
    key: string,
    version: number,
    entry: { readonly value: Json; readonly expiresAt?: Instant | null },
  ): Promise<boolean>;
  delete(space: string, key: string): Promise<void>;
  deleteAll(space: string, keyPrefix: string): Promise<void>;
  /** Sorted by key, at most `limit` after `after`. */
  list(
    space: string,
    page: { readonly keyPrefix: string; readonly after: string | null; readonly limit: number },
  ): Promise<readonly StateEntry[]>;
  /** Adds to a counter and returns its new value. */
  add(space: string, key: string, amount: number, expiresAt?: Instant | null): Promise<number>;
  /** Adds to many counters, which do not expire, at once: all or nothing. A key may come more than once. */
  addAll(space: string, amounts: readonly { readonly key: string; readonly amount: number }[]): Promise<void>;
  /** Puts many entries, which name no blobs and do not expire, at once: all or nothing. */
  putAll(space: string, entries: readonly { readonly key: string; readonly value: Json }[]): Promise<void>;
  /** Marks blobs as in use until the moment given; the sweeper leaves them alone. */
  claim(digests: Digest | readonly Digest[], until: Instant): Promise<void>;
  /** Whether an entry names this blob or an unexpired claim holds it. */
  holdsBlob(digest: Digest): Promise<boolean>;
}

export interface StateEntry {
  readonly key: string;
  readonly value: Json;
  readonly blobs: readonly Digest[];
  readonly expiresAt: Instant | null;
  /** Grows with each change; for {@link SharedState.swap}. */
  readonly version: number;
}
