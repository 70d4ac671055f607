import type {
  Actor,
  Artifact,
  Attachment,
  AttachmentKind,
  Digest,
  Folder,
  Group,
  Item,
  ItemQuery,
  JournalEntry,
  JournalEvent,
  PermissionTarget,
  Project,
  ProjectName,
  Properties,
  Repository,
  RepositoryKey,
  RepositoryName,
  RetentionPolicy,
  Seq,
  Token,
  TrashedFile,
  TreeEntry,
  User,
  UserName,
  Version,
} from "#core";

/**
 * Where facts are kept: the journal, and tables that are a fold over it. `write` is the only way in; secrets stand in
 * sealed fields. The contract suite (`metadata-store.contract.ts`) runs over every keeper.
 */
export interface MetadataStore extends AsyncDisposable {
  /** Reads made inside `work` see one moment in time. `work` awaits nothing but `view`. */
  read<Result>(work: (view: MetadataView) => Promise<Result>): Promise<Result>;
  /**
   * Writers run one after another; those that wait are committed as one batch. Resolves only after the commit is
   * durable; `seq` is the position of the last event that was appended, or the head when none was. If `work` throws,
   * nothing of it happened and the others of the batch are untouched. `work` awaits nothing but `tx`.
   */
  write<Result>(
    by: Actor,
    work: (tx: Transaction) => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly seq: Seq }>;
  /** Entries after `after`, in order, without gaps; then waits for more until aborted, and then ends at once. */
  follow(after: Seq, signal: AbortSignal): AsyncIterable<JournalEntry>;
  /** For replicas: store entries another node wrote, keeping their numbers. The first must be `head + 1`. */
  replay(entries: readonly JournalEntry[]): Promise<void>;
  /** How far a named follower has come; 0 at first. Local to this installation; never journalled. */
  cursor(follower: string): Promise<Seq>;
  advance(follower: string, to: Seq): Promise<void>;
  /**
   * Calls `listener` with the entries of every commit, in order, before the `write` that made them resolves.
   * Returns how to stop. Listeners must be quick and must not throw.
   */
  subscribe(listener: (entries: readonly JournalEntry[]) => void): () => void;
  /**
   * When it has returned (or the promise it returned has resolved), listeners have been told of every write that any
   * process finished before the call. Costs microseconds when nothing happened.
   */
  catchUp(): void | Promise<void>;
  /** The last position that this process knows; free. */
  readonly head: Seq;
  /** Made once with the installation and never changed: names it to clients and other nodes. */
  readonly installationId: string;
}

export interface MetadataView {
  user(name: UserName): Promise<User | null>;
  /** Without regard to case; the first by name, should there be several. */
  userLike(name: string): Promise<User | null>;
  /** Sorted by name. */
  users(): Promise<readonly User[]>;
  group(name: string): Promise<Group | null>;
  /** Sorted by name. */
  groups(): Promise<readonly Group[]>;
  permissionTarget(name: string): Promise<PermissionTarget | null>;
  /** Sorted by name. */
  permissionTargets(): Promise<readonly PermissionTarget[]>;
  /** Sorted by name. */
  retentionPolicies(): Promise<readonly RetentionPolicy[]>;
  token(id: string): Promise<Token | null>;
  tokensOf(owner: UserName): Promise<readonly Token[]>;
  /** Everybody's, sorted by id. */
  tokens(): Promise<readonly Token[]>;
  repository(name: RepositoryName): Promise<Repository | null>;
  /** Without regard to case. */
  repositoryByKey(key: RepositoryKey): Promise<Repository | null>;
  /** Sorted by name; all, or one owner's. */
  repositories(owner?: UserName): Promise<readonly Repository[]>;
  project(repository: RepositoryName, project: ProjectName): Promise<Project | null>;
  /** Sorted by name. Pages of at most `limit` after `after`. `isFilled`: only those that have versions or files. */
  projects(
    repository: RepositoryName,
    page: { readonly after: ProjectName | null; readonly limit: number; readonly isFilled?: true },
  ): Promise<readonly Project[]>;
  versions(repository: RepositoryName, project: ProjectName): Promise<readonly Version[]>;
  version(repository: RepositoryName, project: ProjectName, version: string): Promise<Version | null>;
  /** In the order of publication. Empty when there are none, whether or not the project exists. */
  artifacts(repository: RepositoryName, project: ProjectName): Promise<readonly Artifact[]>;
  /** The names of {@link artifacts}, in the same order; cheap, however many they are. */
  filenames(repository: RepositoryName, project: ProjectName): Promise<readonly string[]>;
  artifact(repository: RepositoryName, filename: string): Promise<Artifact | null>;
  /** Whether a file of that name was here and was removed. */
  wasRemoved(repository: RepositoryName, filename: string): Promise<boolean>;
  /** Documentation and test results, in the order in which they came; all, or those of one kind or about one file. */
  attachments(
    repository: RepositoryName,
    project: ProjectName,
    which?: { readonly kind: AttachmentKind } | { readonly about: string },
  ): Promise<readonly Attachment[]>;
  /** The file at a path of the tree; see `placeOf`. */
  artifactAt(repository: RepositoryName, path: string): Promise<Artifact | null>;
  /** `""` is always there while the repository is, made when it was. */
  folder(repository: RepositoryName, path: string): Promise<Folder | null>;
  /** What stands in a folder itself, sorted by name, folders and files mixed; at most `limit` after the name `after`. */
  children(
    repository: RepositoryName,
    folder: string,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly TreeEntry[]>;
  /** All below a folder, at any depth, sorted by path; at most `limit` after the path `after`. */
  below(
    repository: RepositoryName,
    folder: string,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly TreeEntry[]>;
  /** Empty where there are none. */
  properties(repository: RepositoryName, path: string): Promise<Properties>;
  /** By path, of those of the given paths that have some. */
  propertiesOf(repository: RepositoryName, paths: readonly string[]): Promise<ReadonlyMap<string, Properties>>;
  /** Files with these bytes, wherever they are; at most `limit`, oldest first. `hex`: lower case. */
  artifactsWith(
    digest: { readonly algorithm: "sha256" | "sha1" | "md5"; readonly hex: string },
    limit: number,
  ): Promise<readonly Artifact[]>;
  /**
   * Never reads a whole table where an index can narrow it. What `itemMatches` of the core says is what is found. A `read`
   * that asks it first holds up no other, however long it takes.
   */
  search(query: ItemQuery): Promise<readonly Item[]>;
  trashed(id: string): Promise<TrashedFile | null>;
  /**
   * By id, and ids sort by time: oldest first; all, or what came from one repository (from one path of it, or from below
   * that), at most `limit` after the id `after`, whether or not that one still rests there.
   */
  trash(page: {
    readonly repository?: RepositoryName;
    readonly path?: string;
    readonly after: string | null;
    readonly limit: number;
  }): Promise<readonly TrashedFile[]>;
  /** Whether any artifact, companion or attachment, or any file in the trash, names this blob. */
  namesBlob(digest: Digest): Promise<boolean>;
  /** How much there is, for metrics and quotas. Counted by the fold, so it is cheap. */
  totals(
    repository?: RepositoryName,
  ): Promise<{ readonly projects: number; readonly artifacts: number; readonly sizeBytes: number }>;
  /** Journal entries after `after`, at most `limit`, oldest first. */
  entries(after: Seq, limit: number): Promise<readonly JournalEntry[]>;
}

export interface Transaction extends MetadataView {
  /**
   * Appends a fact. Reads of the same transaction made afterwards see its effect on the tables. Serials are assigned
   * just before the commit, without gaps.
   */
  append(event: JournalEvent): void;
}
