import type { Companion, Digest, Instant, Listing, Offer, ProjectName, RemoteRepository } from "#core";
import type { OpenFile, ProjectNames } from "#formats";
import type { RemoteTree } from "./remote-tree.ts";

/**
 * Remote repositories: pages and files read from upstreams, remembered in the shared state and the blob store.
 * Knows nothing of rights or of other repositories; `listing.ts` and `desk.ts` ask it.
 */
export interface Remotes {
  /**
   * The project as the upstream has it: fresh from memory, else asked conditionally, one fetch at a time per project.
   * `null`: the upstream said so (404, 410), or the project list says so. Upstream fails: the copy that is there, with `staleSince`;
   * without a copy throws `upstream-unavailable`.
   */
  listing(remote: RemoteRepository, project: ProjectName): Promise<Listing | null>;
  /** The same, and until when it holds also where the upstream has no such project. */
  answer(remote: RemoteRepository, project: ProjectName): Promise<RemoteAnswer>;
  /** What `listing` would answer from memory alone, without waiting; `undefined`: it would have to ask. */
  remembered(remote: RemoteRepository, project: ProjectName): Listing | null | undefined;
  /** All projects of the upstream; with `noProjectList` those that were asked for so far. */
  projects(remote: RemoteRepository): Promise<RemoteProjects>;
  /** The cached file; else begins or joins the one fetch that streams while it stores. */
  file(remote: RemoteRepository, offer: Offer): Promise<OpenFile>;
  /** `.metadata`: the cached copy, else the upstream's (digest checked), else made from the file's tail. `null`: not announced for such a file. */
  companion(remote: RemoteRepository, offer: Offer, suffix: string): Promise<OpenFile | null>;
  /** The whole file in the blob store, fetched if needed; for promotion. The offer's companions too. */
  keep(
    remote: RemoteRepository,
    offer: Offer,
  ): Promise<{
    readonly blob: Digest;
    readonly sizeBytes: number;
    readonly companions: Readonly<Record<string, Companion>>;
  }>;
  /** Forgets pages (of one project or all), so that the next reader asks the upstream. Cached files stay. */
  refresh(remote: RemoteRepository, project: ProjectName | null): Promise<void>;
  /** What is here by its path, and, of remotes that know no projects, what is at the upstream. */
  readonly tree: RemoteTree;
  /** Forgets a cached file. */
  dropFile(remote: RemoteRepository, offer: Offer): Promise<void>;
  /** What is shown because the upstream failed is asked for again: how it is asked has changed. */
  retry(remote: RemoteRepository): void;
  /** Forgets everything of a remote that was removed or whose address changed. */
  forget(remote: RemoteRepository): Promise<void>;
  /** Called when the remembered listing of a project has changed, so that pages made of it are dropped. */
  onChange(listener: (remote: RemoteRepository, project: ProjectName | null) => void): void;
  figures(): { readonly hits: number; readonly misses: number; readonly stale: number };
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RemoteAnswer {
  /** `null`: the upstream has no such project. */
  readonly listing: Listing | null;
  /** `null`: for ever, because there is no upstream to ask. */
  readonly validUntil: Instant | null;
}

export interface RemoteProjects {
  readonly projects: ProjectNames;
  readonly validUntil: Instant;
  readonly staleSince: Instant | null;
}
