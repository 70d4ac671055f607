import type { Instant, Item, ItemQuery, Principal, ProjectName, Properties, RepositoryName, TrashedFile } from "#core";
import type { OpenFile, Received } from "#formats";

/** A place in a repository's tree. */
export interface Place {
  readonly repository: RepositoryName;
  /** Without a slash in front or at the end; `""`: the repository itself. */
  readonly path: string;
  /** Of a remote: only what is here already (Artifactory's `{key}-cache`). */
  readonly isCacheOnly?: boolean;
}

/** What stands at a place, as the one who asks may see it. */
export type TreeNode = FileNode | FolderNode;

interface CommonNode {
  /** Where it really is: the member of a virtual repository that has it. */
  readonly repository: RepositoryName;
  readonly path: string;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly modifiedAt: Instant;
  readonly modifiedBy: string;
}

export interface FileNode extends CommonNode {
  readonly kind: "file";
  readonly sizeBytes: number;
  /** Lower-case hex; `null`: not computed. */
  readonly sha256: string | null;
  readonly sha1: string | null;
  readonly md5: string | null;
  /** Of a remote's file: where it came, or comes, from. */
  readonly remoteUrl: string | null;
  /** Of a remote: whether a copy is here. Of a local: `true`. */
  readonly isHere: boolean;
}

export interface FolderNode extends CommonNode {
  readonly kind: "folder";
}

export interface PutOptions {
  /** In place of those that the file had. Those that the format reads from the file itself are added. */
  readonly properties?: Properties;
  /** What the bytes must be, lower-case hex by algorithm (`sha256`, `sha1`, `md5`); `digest-mismatch`, and nothing is kept. */
  readonly expected?: Readonly<Record<string, string>>;
  /** When it was published elsewhere; heeded only when the installation itself moves it in. Not given: now. */
  readonly publishedAt?: Instant;
}

/** How many files and folders something was done to. */
export interface Tally {
  readonly files: number;
  readonly folders: number;
  readonly sizeBytes: number;
}

export interface Downloads {
  readonly count: number;
  readonly lastAt: Instant | null;
  readonly lastBy: string | null;
}

/**
 * Repositories as trees of folders and files: what Artifactory's clients and the generic format see. A package
 * repository's files are the same ones that its packages are made of: what is put here is listed there and the other way
 * round. Rights are checked with the path; on a virtual repository those of the member count.
 */
export interface Tree {
  /** `null`: nothing there, or nothing that may be seen. Of a remote, also what is not here yet, where that can be told. */
  look(principal: Principal, place: Place): Promise<TreeNode | null>;
  /** What stands in a folder itself, by name; of a virtual repository, of all members, each name once. `null`: no folder. */
  children(
    principal: Principal,
    place: Place,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly TreeNode[] | null>;
  /** All below a folder, by path. `null`: no folder. */
  below(
    principal: Principal,
    place: Place,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly TreeNode[] | null>;
  /** The file, to be sent; fetched where it is a remote's. `null`: no such file. Counts a download unless told not to. */
  open(
    principal: Principal,
    place: Place,
    isCounted?: boolean,
  ): Promise<{ readonly node: FileNode; readonly file: OpenFile } | null>;
  /** Bytes first: checks the right to publish there, then takes them into a draft. */
  receive(principal: Principal, place: Place, bytes: AsyncIterable<Uint8Array>): Promise<Received>;
  /** Then the fact. Replacing other bytes needs the right to remove. A package is listed by its own metadata. */
  put(
    principal: Principal,
    place: Place,
    received: Received,
    options?: PutOptions,
  ): Promise<{ readonly node: FileNode; readonly created: boolean }>;
  /**
   * The same with bytes that some file has already that the principal may read; `null`: none has them. Rights are checked
   * before that is looked up.
   */
  putKnown(
    principal: Principal,
    place: Place,
    digest: { readonly algorithm: "sha256" | "sha1"; readonly hex: string },
    options?: PutOptions,
  ): Promise<{ readonly node: FileNode; readonly created: boolean } | null>;
  makeFolder(principal: Principal, place: Place): Promise<FolderNode>;
  /** A file, or a folder with all below it; into the trash where there is one. Of a remote: the copies. `null`: nothing there. */
  remove(principal: Principal, place: Place): Promise<Tally | null>;
  /**
   * Copies a file or a folder with its properties. As `cp -r` has it: into `to` where that is a folder. `isDry`: says what
   * would be done, having checked that it may. `null`: nothing there.
   */
  copy(principal: Principal, from: Place, to: Place, isDry?: boolean): Promise<Tally | null>;
  /** The same, and the source is gone. */
  move(principal: Principal, from: Place, to: Place, isDry?: boolean): Promise<Tally | null>;
  /** Needs the right to read. `null`: nothing there. */
  properties(principal: Principal, place: Place): Promise<Properties | null>;
  /** Replaces the values of the named keys; `null` takes a key away. Needs the right to annotate. `null`: nothing there. */
  setProperties(
    principal: Principal,
    place: Place,
    change: Readonly<Record<string, readonly string[] | null>>,
    isDeep: boolean,
  ): Promise<Tally | null>;
  /**
   * Only what may be read. `hasMore`: the limit cut it off. Copies of a remote are found where the search names the remote,
   * or a virtual repository that shows it. Refused with `request-invalid` where too many items would have to be looked at
   * for those that the principal may see; what is not looked at is never left out silently.
   */
  search(
    principal: Principal,
    query: ItemQuery,
  ): Promise<{ readonly items: readonly FoundItem[]; readonly hasMore: boolean }>;
  downloads(principal: Principal, place: Place): Promise<Downloads | null>;
}

/** A version of a project. */
export interface Release {
  readonly project: ProjectName;
  readonly version: string | null;
}

/** A found item; `node` has what the tables do not say of copies of remotes. */
export interface FoundItem {
  readonly node: TreeNode;
  /** Of a file that belongs to a package: to which. */
  readonly release: Release | null;
  readonly properties: Properties;
  readonly downloads: Downloads | null;
  /** Of a remote's copy. */
  readonly isCache: boolean;
}

/** Removed files, while they rest. */
export interface Trash {
  /**
   * Those of repositories whose removing right the asker has; all for administrators. `path`: of one repository what came
   * from there or from below.
   */
  list(
    principal: Principal,
    page: {
      readonly repository?: RepositoryName;
      readonly path?: string;
      readonly after: string | null;
      readonly limit: number;
    },
  ): Promise<readonly TrashedFile[]>;
  /** Back to where it was, or to another path or repository; `file-exists` where something else is there now. */
  restore(principal: Principal, id: string, to?: Place): Promise<FileNode>;
  /** For good. */
  clear(principal: Principal, id: string): Promise<void>;
  /** All of it, or of one repository. Returns how much. */
  empty(principal: Principal, repository?: RepositoryName): Promise<Tally>;
}

export type { Item };
