import type { Instant, Offer, Properties, RemoteRepository } from "#core";
import type { OpenFile } from "#formats";

/** A file of a remote, where it stands in the remote's tree. */
export interface RemoteFile {
  /** Of a package: the format's `placeOf`, with the project as it is known; of other files: as it is at the upstream. */
  readonly path: string;
  /** Where the upstream has it; without credentials. */
  readonly url: string;
  /** `null`: the upstream does not say, and there is no copy. */
  readonly sizeBytes: number | null;
  /** Lower-case hex by algorithm (`sha256`, `sha1`, `md5`), of the copy or as announced; perhaps empty. */
  readonly hex: Readonly<Record<string, string>>;
  /** As the upstream says; `null`: it does not. */
  readonly lastModified: Instant | null;
  /** When the copy was made; `null`: there is none. */
  readonly copiedAt: Instant | null;
  /** What its format says of a package, as of one that was published here, as far as it is known. */
  readonly properties: Properties;
}

/**
 * Remote repositories as trees, and what of them is here: also a copy that somebody has read to its end this moment. Knows nothing of rights, of patterns or of other repositories:
 * `open-tree.ts` does.
 *
 * `open` and `look` without `isCacheOnly` are asked of remotes only whose format knows no projects, because a package is
 * found by its listing; everything else of any remote.
 */
export interface RemoteTree {
  /**
   * The copy while it is fresh; else what the upstream has at that path, fetched or revalidated. `null`: the upstream has
   * none (which is believed for `missingForSeconds`), or, with `isCacheOnly`, there is no copy. Throws
   * `upstream-unavailable` where the upstream cannot answer and there is no copy.
   */
  open(remote: RemoteRepository, path: string, isCacheOnly: boolean): Promise<OpenFile | null>;
  /** The same without the bytes: the copy that is there, else what a HEAD tells. */
  look(remote: RemoteRepository, path: string, isCacheOnly: boolean): Promise<RemoteFile | null>;
  /** An offer of a package remote as a place of its tree; asks nobody. */
  ofOffer(remote: RemoteRepository, offer: Offer): Promise<RemoteFile>;
  /** Copies below a folder (`""`: all), at any depth, sorted by path; at most `limit` after the path `after`. */
  cached(
    remote: RemoteRepository,
    folder: string,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly RemoteFile[]>;
  /** Forgets the copy at that path. `false`: there was none. */
  drop(remote: RemoteRepository, path: string): Promise<boolean>;
}
