import type {
  Action,
  ArtifactRef,
  Attachment,
  Decision,
  FormatName,
  Instant,
  JournalEntry,
  Principal,
  ProjectName,
  ProjectStatus,
  Repository,
  RepositoryName,
  RepositorySettings,
  Sealed,
  Seq,
  Token,
  User,
  UserName,
  Version,
} from "#core";
import type { Desk, PackageFormat } from "#formats";
import type { BlobStore, MetadataStore, SharedState } from "#stores";
import type { Upstreams } from "#upstream";
import type { Attachments } from "./attachments.ts";
import type { Documentations } from "./documentation.ts";
import type { Elsewhere } from "./elsewhere.ts";
import type { Governing, Retention } from "./governing.ts";
import type { IndexCopies } from "./index-copies.ts";
import type { Insides } from "./insides.ts";
import type { Moving } from "./moving.ts";
import type { PushContent } from "./parcels.ts";
import type { Resolutions } from "./resolutions.ts";
import type { Search } from "./search.ts";
import type { Trash, Tree } from "./tree.ts";
import type { Usage } from "./usage.ts";

/** All the world the registry needs, in one list; the clock is one of the parts. */
export interface RegistryParts {
  readonly metadata: MetadataStore;
  readonly blobs: BlobStore;
  readonly state: SharedState;
  readonly formats: ReadonlyMap<FormatName, PackageFormat>;
  readonly upstreams: Upstreams;
  /** Opens a sealed upstream credential. */
  readonly open: (sealed: Sealed) => string;
  readonly now: () => Instant;
  /** Resolves after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly settings: RegistrySettings;
}

export interface RegistrySettings {
  /** Largest file that is taken in, by upload or from upstream. */
  readonly fileSizeBytesMax: number;
  /** The same for repositories whose format knows no projects; not given: the same. */
  readonly plainFileSizeBytesMax?: number;
  /** Budget of finished pages and small hot files in memory. */
  readonly memoryBytesMax: number;
  /** `null`: everybody may create users and whoever owns them indexes; a list: only these (devpi's `--restrict-modify`). */
  readonly restrictModify: readonly string[] | null;
  /** Removed files rest in the trash for so long; 0: there is none. */
  readonly trashMilliseconds: number;
  /** A search by who may not see all that there is looks at so many items; not given: at 100,000. */
  readonly searchedItemsMax?: number;
}

/** The workshop: every operation, for every format and repository kind; the only caller of `append`. */
export interface Registry {
  /**
   * A repository, seen by someone. `repository-not-found`; `not-signed-in`/`not-permitted` when they may not read it
   * (publishing without reading is allowed: the check is then made by the operation).
   */
  desk(repository: RepositoryName, principal: Principal, access?: Action): Promise<Desk>;
  /**
   * What a repository has by itself, without bases or members (devpi's `ignore_bases`); rights as for `desk`.
   * A virtual one has nothing of its own.
   */
  own(repository: RepositoryName, principal: Principal): Promise<OwnDesk>;
  /** From memory; never stale with regard to finished writes. */
  repository(name: RepositoryName): Promise<Repository | null>;
  repositoryByKey(key: string): Promise<Repository | null>;
  repositories(owner?: UserName): Promise<readonly Repository[]>;
  format(name: FormatName): PackageFormat;
  /** core's rule; what changes a virtual repository is asked of the member that it publishes to. */
  decide(
    principal: Principal,
    action: Action,
    repository: Repository,
    project?: ProjectName | null,
    path?: string | null,
  ): Decision;

  readonly accounts: Accounts;
  readonly repositoriesAdmin: RepositoriesAdmin;
  readonly releases: Releases;
  readonly resolutions: Resolutions;
  readonly search: Search;
  readonly insides: Insides;
  readonly attachments: Attachments;
  readonly documentation: Documentations;
  readonly elsewhere: Elsewhere;
  readonly moving: Moving;
  readonly indexCopies: IndexCopies;
  readonly tree: Tree;
  readonly trash: Trash;
  readonly governing: Governing;
  readonly retention: Retention;
  readonly usage: Usage;

  /** Wakes up when the journal grows. Needs root. */
  journal(after: Seq, principal: Principal, signal: AbortSignal): AsyncIterable<JournalEntry>;
  /** Drops copies of remotes that are no more, which a crash may have left; to be called now and then. */
  forgetGoneRemotes(): Promise<void>;
  /** Writes down what was downloaded since; to be called every few seconds. */
  saveDownloads(): Promise<void>;
  /** Figures for metrics. */
  figures(): RegistryFigures;
  /** Does the work and tells the journal position of the last thing that it wrote; `null`: it wrote nothing. */
  witness<Result>(work: () => Promise<Result>): Promise<{ readonly result: Result; readonly written: Seq | null }>;
  /** When the last write was; `null`: nothing was written yet. */
  lastWriteAt(): Promise<Instant | null>;
  readonly head: Seq;
  /** Drops what is kept in memory and stops the background work; the stores are closed by who opened them. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A repository's own projects and files; the same promises as the desk's. */
export type OwnDesk = Pick<Desk, "projects" | "listing">;

export interface RegistryFigures {
  readonly pageHits: number;
  readonly pageMisses: number;
  readonly pageBytes: number;
  readonly remoteHits: number;
  readonly remoteMisses: number;
  readonly remoteStale: number;
  readonly uploads: number;
}

/** Users and tokens. Hashing and sealing is `access`'s; these are the facts and who may change them. */
export interface Accounts {
  user(name: UserName): Promise<User | null>;
  users(): Promise<readonly User[]>;
  /** `user-exists`, `setting-invalid` (reserved word, clash with a key), `not-permitted`. Whether sign-up is open is decided by `access` before. */
  create(principal: Principal, user: Omit<User, "createdAt" | "modifiedAt">): Promise<User>;
  /** Fields not given stay; `null` clears. Needs the user or root. */
  modify(
    principal: Principal,
    name: UserName,
    change: Partial<Omit<User, "name" | "createdAt" | "modifiedAt">>,
  ): Promise<User>;
  /** Another hash of the same password, unless it was changed meanwhile. It is no change of the account's. */
  renewHash(name: UserName, before: Sealed, after: Sealed): Promise<void>;
  /** The groups of an account, and whether it may do everything, by itself or by one of them. */
  standingOf(name: UserName): Promise<{ readonly groups: readonly string[]; readonly isAdmin: boolean }>;
  /** Takes the user's repositories and tokens along. Refused for root, and while one of them is immutable and not empty. */
  remove(principal: Principal, name: UserName): Promise<void>;
  tokensOf(principal: Principal, owner: UserName): Promise<readonly Token[]>;
  /**
   * Needs the owner or an administrator; only administrators make tokens that stand for groups, and those of names that
   * are no account. A token makes tokens only where it is an administrator's with all their rights. `replaces`: which of
   * the owner's tokens end with it, in the same write.
   */
  issueToken(
    principal: Principal,
    token: Omit<Token, "createdAt">,
    replaces?: (token: Token) => boolean,
  ): Promise<Token>;
  /** Puts a token in the place of one that its holder has shown; `token-not-found` where it is gone meanwhile. */
  renewToken(id: string, token: Omit<Token, "createdAt">): Promise<Token>;
  /** Everybody's, sorted by id. Needs an administrator. */
  allTokens(principal: Principal): Promise<readonly Token[]>;
  revokeToken(principal: Principal, owner: UserName, id: string): Promise<void>;
}

/** The kind and whatever shall not have its default. */
export type NewRepository = RepositorySettings;

/** `change` sees the stored repository inside the transaction, as earlier changes of the same one have left it. */
export interface RepositoryChange {
  readonly name: RepositoryName;
  readonly change: (current: Repository) => Repository;
}

/** Making, changing and removing repositories; defaults and checks are the pure `core` rules. */
export interface RepositoriesAdmin {
  /** All of them, in their order and in one transaction, or none. A later one may look into an earlier one. */
  createMany(
    principal: Principal,
    wishes: readonly { readonly name: RepositoryName; readonly settings: NewRepository }[],
  ): Promise<readonly Repository[]>;
  /** All of them, in their order and in one transaction, or none. */
  modifyMany(principal: Principal, changes: readonly RepositoryChange[]): Promise<readonly Repository[]>;
  /** `repository-exists`, `user-not-found`, `setting-invalid` (unknown or cyclic member, bad URL), `not-permitted`. */
  create(principal: Principal, name: RepositoryName, settings: NewRepository): Promise<Repository>;
  /** Fields given replace; the kind cannot change. `change` sees the stored repository inside the transaction. */
  modify(principal: Principal, name: RepositoryName, change: (current: Repository) => Repository): Promise<Repository>;
  /**
   * Refused while immutable and not empty… see devpi-protocol.md 5. Virtual repositories lose it as a member, whoever owns
   * them; bases keep its name and go on without it.
   */
  remove(principal: Principal, name: RepositoryName): Promise<void>;
  /** Forgets what was cached of a project of a remote, or of every remote behind a repository. */
  refresh(principal: Principal, name: RepositoryName, project: ProjectName): Promise<void>;
}

/** What is done to published things across repositories and dialects. */
export interface Releases {
  versions(repository: RepositoryName, project: ProjectName): Promise<readonly Version[]>;
  /** The record of one version; `null`: there is none. */
  version(repository: RepositoryName, project: ProjectName, version: string): Promise<Version | null>;
  /** Removes a project with all versions and files. `force` lifts the refusal of immutable repositories. */
  removeProject(principal: Principal, repository: RepositoryName, project: ProjectName, force: boolean): Promise<void>;
  removeVersion(
    principal: Principal,
    repository: RepositoryName,
    project: ProjectName,
    version: string,
    force: boolean,
  ): Promise<void>;
  /** On a remote: drops the cached copy. */
  removeFile(principal: Principal, ref: ArtifactRef, force: boolean): Promise<void>;
  /** Copies a version's record, files, test results and documentation, with their logs. The source may be a remote (fetched first). Returns what was done, in order. */
  push(
    principal: Principal,
    from: RepositoryName,
    project: ProjectName,
    version: string,
    to: RepositoryName,
    content?: PushContent,
  ): Promise<readonly PushStep[]>;
  yank(
    principal: Principal,
    repository: RepositoryName,
    project: ProjectName,
    version: string,
    reason: string | null,
  ): Promise<readonly ArtifactRef[]>;
  setStatus(
    principal: Principal,
    repository: RepositoryName,
    project: ProjectName,
    status: ProjectStatus,
    reason: string | null,
  ): Promise<void>;
  /** Lets the name be asked upstream again. */
  releaseName(principal: Principal, repository: RepositoryName, project: ProjectName): Promise<void>;
  saveVersion(principal: Principal, version: Version, displayName: string): Promise<void>;
}

export type PushStep =
  | { readonly kind: "register"; readonly project: string; readonly version: string }
  | { readonly kind: "file"; readonly ref: ArtifactRef; readonly path: string }
  | { readonly kind: "test-result"; readonly attachment: Attachment; readonly path: string }
  | { readonly kind: "documentation"; readonly project: ProjectName; readonly version: string };
