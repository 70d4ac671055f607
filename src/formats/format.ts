import type {
  Action,
  Artifact,
  ArtifactRef,
  Attachment,
  Call,
  Companion,
  Digest,
  FileBody,
  FormatName,
  Freshness,
  Instant,
  JsonObject,
  ListedFile,
  Listing,
  LocalRepository,
  NoteServed,
  Offer,
  ProjectName,
  ProjectStatus,
  Properties,
  Reply,
  Repository,
} from "#core";

/**
 * A language that package clients speak. A format knows names, files and wire shapes. It does not know users, disks,
 * other repositories, or whether the one it serves is local, remote or virtual.
 */
export interface PackageFormat {
  readonly name: FormatName;
  /** The normal form of a project's name; `null` when it is not a name at all. */
  normalize(name: string): ProjectName | null;
  /** What its clients may ask. Paths are relative to the repository and begin with `/`. */
  readonly routes: readonly Route[];
  /** The projects a file of that name can belong to, likeliest first; empty when it is no file name of this format. */
  projectsOf(filename: string): readonly ProjectName[];
  /**
   * What distribution a file of the project is, as a text: equal for names that mean the same one. A name that has no
   * other spelling is its own.
   */
  identityOf(filename: string, project: ProjectName): string;
  /** The path, relative to the repository, without a slash in front, under which a listed file is served. */
  filePath(file: ListedFile): string;
  /**
   * Where a published file stands in its repository's tree (Artifactory's layout of this format), without a slash in
   * front.
   */
  placeOf(file: Pick<Candidate, "displayName" | "project" | "version" | "filename">): string;
  /** What a file says about itself, as properties (`pypi.name`, …); nothing for formats that have none. */
  propertiesOf(
    file: Pick<Candidate, "displayName" | "project" | "version" | "filename" | "attributes" | "versionAttributes">,
  ): Properties;
  /**
   * What a file becomes that was put at a path without a form (plain PUT, copy, move): of a package, what its own
   * metadata says. `null`: it is no package, and is kept as a file that belongs to no project. `stated`: properties that
   * came with it, which count where the file itself cannot be read. `upload-invalid` for a package that is damaged, in
   * `legacy` repositories only where nothing is stated.
   */
  examine(
    path: string,
    received: Received,
    stated: Properties,
    validation: LocalRepository["validation"],
  ): Promise<Candidate | null>;
  /**
   * What a package becomes that is published without a form, by the checks of every upload of a repository with this
   * validation: `upload-invalid` for whatever is none, or is not what it is called.
   */
  admit(filename: string, received: Received, validation: LocalRepository["validation"]): Promise<Candidate>;
  /** Whether repositories of this format know projects at all; where not, all files belong to none. */
  readonly knowsProjects: boolean;
  /** Reads a project's page from another server; see {@link UpstreamPage}. */
  readonly reader: ListingReader;
  /** Sorts versions ascending. */
  compareVersions(a: string, b: string): number;
  /** Reads the lines of a constraints file; throws `SyntaxError` that says what is wrong with which. */
  readConstraints(lines: readonly string[]): Constraints;
  /** What a version's record says about it in one line, for search; `null`: nothing. */
  summaryOf(versionAttributes: JsonObject): string | null;
  /** What search looks through besides names, of a version's record: summary, keywords, people; `""`: nothing. */
  searchTextOf(versionAttributes: JsonObject): string;
  /** What a person wants to read about a version, from its record or its files' metadata; `null`: nothing is known. */
  describe(version: DescribedVersion): Promise<Description | null>;
  /** How its files are looked into. */
  readonly archives: Archives;
  /** Whether a version is meant for the public at large; of what is no version at all, it is not. */
  isStable(version: string): boolean;
  /**
   * Where an attachment is served, relative to the repository, without a slash in front. `tested`: the blob of the file
   * that a test result is about.
   */
  attachmentPath(attachment: Attachment, tested: Digest | null): string;
  /** The projects an attachment of that name can belong to, likeliest first; empty when it is no name of an attachment. */
  attachmentProjects(filename: string): readonly ProjectName[];
  /** The forms by which a version goes to another server. */
  readonly uploadForms: UploadForms;
  /** How its projects pack their documentation. */
  readonly documentation: Documentation;
  /** What a file of an upstream becomes when it is copied into a local repository. `companions`: contents by suffix. */
  adopt(
    offer: Offer,
    copy: { readonly blob: Digest; readonly companions: Readonly<Record<string, Uint8Array>> },
  ): Adopted;
  /**
   * What a file becomes that another server hands over with its records. It was published there, so its archive is not
   * judged again; what cannot be read of it is left out. `upload-invalid` for a name under which nobody could ask for it.
   */
  takeOver(file: HandedOver): Promise<TakenOver>;
  /** A version's name and record as this format keeps them, from another server's in the words of the upload form. */
  readRecord(version: string, record: JsonObject): HandedOverVersion;
}

/** What a constraints file admits; pure. */
export interface Constraints {
  /** Whether there may be anything of the project at all. */
  admitsProject(project: ProjectName): boolean;
  /** `version: null`: the file does not say which it is of. */
  admitsVersion(project: ProjectName, version: string | null): boolean;
}

/** A file that comes from another server, and what that knew of it. */
export interface HandedOver {
  readonly project: ProjectName;
  readonly filename: string;
  readonly received: Received;
  readonly version: HandedOverVersion;
}

/** A version as {@link PackageFormat.readRecord} has read it. */
export interface HandedOverVersion {
  /** In normal form where it has one. */
  readonly version: string;
  readonly attributes: JsonObject;
}

/** What is kept with a file that was taken over. */
export interface TakenOver {
  readonly attributes: JsonObject;
  /** Contents by suffix, for example `.metadata`. */
  readonly companions: Readonly<Record<string, Uint8Array>>;
}

/** The attributes of a copied file, and what it says for the record of its version. */
export interface Adopted {
  readonly attributes: JsonObject;
  readonly versionAttributes: JsonObject;
}

/** What upload clients of the format would send. */
export interface UploadForms {
  /** The field that holds the file; it comes after the others. */
  readonly fileField: string;
  /** Registers a version without a file. */
  register(version: SentVersion): FormFields;
  file(version: SentVersion, artifact: Pick<Artifact, "filename" | "blob" | "attributes">): FormFields;
  documentation(version: SentVersion): FormFields;
}

/** A version's name, spelling and record. */
export interface SentVersion {
  readonly displayName: string;
  readonly version: string;
  readonly attributes: JsonObject;
}

export type FormFields = readonly (readonly [name: string, value: string])[];

/** A version that somebody wants to read about. */
export interface DescribedVersion {
  readonly version: string;
  readonly listing: Listing;
  /** The record that was registered for it, where there is one. */
  readonly recorded: JsonObject | null;
  readonly desk: Pick<Desk, "companion">;
}

/** A version's metadata for people. All texts are as somebody wrote them, but for {@link Readme.html}. */
export interface Description {
  readonly summary: string | null;
  readonly author: string | null;
  readonly maintainer: string | null;
  readonly license: string | null;
  /** What it says of the language or system that it needs. */
  readonly requires: string | null;
  readonly keywords: readonly string[];
  readonly classifiers: readonly string[];
  /** `url: null`: what was given is no web address, so it is a text only. */
  readonly links: readonly { readonly label: string; readonly text: string; readonly url: string | null }[];
  readonly requirements: readonly Requirement[];
  readonly extras: readonly string[];
  readonly readme: Readme | null;
  /** `false`: there is more to know, but it could not be had just now. */
  readonly isWhole: boolean;
}

export interface Requirement {
  /** As it was written. */
  readonly text: string;
  /** `null`: it cannot be told which it is. */
  readonly project: ProjectName | null;
  /** Wanted with this extra only. */
  readonly extra: string | null;
}

export interface Readme {
  readonly writtenIn: "markdown" | "restructuredtext" | "plain";
  /** Harmless markup; `null`: it is shown as `text`. */
  readonly html: string | null;
  readonly text: string;
  /** The text is longer, and this is its beginning. */
  readonly isCut: boolean;
}

/** Looks into the files of packages. Names are as the archive has them: nobody unpacks anything. */
export interface Archives {
  /** `null`: not a kind of file that can be looked into. Throws `SyntaxError` where it is broken. */
  members(filename: string, file: RandomAccess): Promise<readonly ArchiveMember[] | null>;
  /** The beginning of a member that is a file; `null`: there is none of that name. */
  read(filename: string, file: RandomAccess, path: string, sizeBytesMax: number): Promise<MemberBytes | null>;
}

export interface ArchiveMember {
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  readonly sizeBytes: number;
}

export interface MemberBytes {
  readonly sizeBytes: number;
  /** At most as many as were asked for. */
  readonly bytes: Uint8Array;
}

/** Documentation as one file that holds many pages. */
export interface Documentation {
  /** Refuses (`upload-invalid`) what cannot be read, would do harm, or holds absurdly more than its size. */
  check(filename: string, file: RandomAccess): Promise<void>;
  /** Its pages by path. Throws `SyntaxError` when the file is broken. */
  open(file: RandomAccess): Promise<ReadonlyMap<string, DocumentationPage>>;
}

/** One page, or picture, or script, of documentation. */
export interface DocumentationPage {
  readonly sizeBytes: number;
  /** Changes whenever the content does, within one file. */
  readonly validator: string;
  /** Read straight out of the packed file. Throws `SyntaxError` where that is ruined, before the last piece. */
  read(): AsyncIterable<Uint8Array>;
}

/** How the registry reads another server's pages of this format; all pure but for the bytes it is given. */
export interface ListingReader {
  /** Sent with requests for pages. */
  readonly accept: string;
  /** The address of a project's page, relative to the upstream's. */
  projectAddress(project: ProjectName): string;
  /** Throws `SyntaxError` when it is not a page of this format. `url`: the final address, for relative links. */
  readProject(page: UpstreamPage, project: ProjectName): UpstreamListing;
  /**
   * All projects of an index page, normalised, some at a time and as the page has them: in its order, and perhaps more
   * than once. Throws `SyntaxError`, also at the end, when it is not a page of this format.
   */
  readProjects(page: UpstreamPieces): AsyncIterable<readonly NamedProject[]>;
  /** A flat page (find-links): every file it links to, with its project. */
  readFlat(page: UpstreamPage): readonly Offer[];
  /** Where an offer's companion with this suffix is at the upstream and its sha256 if announced; `null`: the upstream has none. */
  companionAt(offer: Offer, suffix: string): { readonly url: string; readonly sha256: string | null } | null;
  /**
   * Makes a companion (for Python: a wheel's METADATA) by random access to the file; `null`: cannot be made from such a file.
   * Throws `SyntaxError` when the file is broken.
   */
  makeCompanion(filename: string, suffix: string, file: RandomAccess): Promise<Uint8Array | null>;
}

export interface RandomAccess {
  readonly sizeBytes: number;
  read(start: number, end: number): Promise<Uint8Array>;
}

export interface UpstreamPage {
  readonly url: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A page that may be too large to be had as a whole. */
export interface UpstreamPieces {
  readonly url: string;
  readonly contentType: string;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** A project's name and how it is spelled. */
export interface NamedProject {
  readonly project: ProjectName;
  readonly displayName: string;
}

/** Names and spellings: an array, or what takes less room where there are hundreds of thousands. */
export interface ProjectNames extends Iterable<NamedProject> {
  readonly length: number;
  at(index: number): NamedProject | undefined;
  slice(start?: number, end?: number): readonly NamedProject[];
  /** Of few only: an array of all. */
  map<Result>(of: (one: NamedProject) => Result): readonly Result[];
}

export interface UpstreamListing {
  readonly displayName: string;
  readonly status: ProjectStatus;
  readonly statusReason: string | null;
  readonly versions: readonly string[];
  readonly offers: readonly Offer[];
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/simple/:project/`; the front door answers HEAD for GET. `*` at the end takes the rest. */
  readonly path: string;
  /** Several routes may share a method and path: the first whose `when` says yes takes the call. */
  readonly when?: (call: Call) => boolean;
  handle(call: Call, desk: Desk): Promise<Reply>;
}

/** All a format may do to the repository it was called on. Permission and policy are already behind it: it throws `RegistryError`. */
export interface Desk {
  readonly repository: Repository;
  /** Where a file that is published here ends up: a virtual repository's `publishTo`. Not given: `repository` itself. */
  readonly publishesTo?: Repository | null;
  /**
   * Where pages say that a listed file is, relative to the repository and percent-encoded, where a dialect serves files
   * elsewhere than the format itself. Not given: at the format's `filePath`.
   */
  readonly addressOf?: (file: ListedFile) => string;
  may(action: Action): boolean;
  /** Names and spellings, sorted, of everything that can be seen here; each once. */
  projects(): Promise<{
    readonly projects: ProjectNames;
    readonly staleSince: Instant | null;
    /** Until when the list may be shown without asking an upstream again; `null`: until the journal says otherwise. */
    readonly validUntil?: Instant | null;
  }>;
  /** `null` when no member that was asked has the project. Throws `not-signed-in` where rights leave a stranger no file of it, and `upstream-unavailable` when a member that is needed cannot answer. */
  listing(project: ProjectName): Promise<Listing | null>;
  /**
   * Bytes that are made once and served until outdated. `name`: which page (`simple:foo`, `list`); `variant`: which
   * representation (`html`, `json`). `make` is called on a miss only. `project: null`: outdated by any change of the repository.
   */
  page(
    name: string,
    variant: string,
    project: ProjectName | null,
    make: () => Promise<MadePage | null>,
  ): Promise<Page | null>;
  /** A listed file, ready to be read or fetched; quarantine and rights apply. `null`: no such file here. */
  file(project: ProjectName, filename: string): Promise<OpenFile | null>;
  /** The companion of a file; `null` when it was not announced. Throws 502-problems when it was and cannot be had. */
  companion(project: ProjectName, filename: string, suffix: string): Promise<OpenFile | null>;
  /**
   * Documentation or a test result, here or in a local repository that is looked into from here and that may be read;
   * `tested`: the blob of the file that a test result is about.
   */
  attachment(
    project: ProjectName,
    filename: string,
  ): Promise<{ readonly attachment: Attachment; readonly tested: Digest | null; readonly file: OpenFile } | null>;
  /** Whether a file of that name was published here, or in a repository that is looked into from here, and was removed. */
  wasRemoved(filename: string): Promise<boolean>;
  /** Bytes first: checks the right to publish, then takes the bytes into a draft, hashing as they come. */
  receive(bytes: AsyncIterable<Uint8Array>): Promise<Received>;
  /** Then the fact. `created: false`: the same file was there already. */
  publish(candidate: Candidate): Promise<{ readonly artifact: Artifact; readonly created: boolean }>;
  /** Registers a project (and a version with attributes) without a file. */
  register(
    project: ProjectName,
    displayName: string,
    version: { readonly version: string; readonly attributes: JsonObject } | null,
  ): Promise<void>;
  /** Documentation that has been received, once the format has found it to be some. `created: false`: it was there already. */
  document(
    wish: DocumentationWish,
    received: Received,
  ): Promise<{ readonly attachment: Attachment; readonly created: boolean }>;
  yank(project: ProjectName, version: string, reason: string | null): Promise<readonly ArtifactRef[]>;
  remove(ref: ArtifactRef): Promise<void>;
  /** The repository as a tree of folders and files. */
  readonly tree: DeskTree;
  setStatus(project: ProjectName, status: ProjectStatus, reason: string | null): Promise<void>;
}

/** {@link Desk.tree}: by path, without a slash in front. Rights are behind it. */
export interface DeskTree {
  /** `null`: no such file. */
  open(path: string): Promise<OpenFile | null>;
  /** Names in a folder, folders with a slash at the end; `null`: no such folder. At most `limit` after the name `after`. */
  names(
    path: string,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly string[] | null>;
  receive(path: string, bytes: AsyncIterable<Uint8Array>): Promise<Received>;
  /** `expected`: lower-case hex by algorithm; `digest-mismatch` where the bytes are others. */
  put(
    path: string,
    received: Received,
    expected: Readonly<Record<string, string>>,
  ): Promise<{ readonly created: boolean }>;
  makeFolder(path: string): Promise<void>;
  /** `false`: there was nothing. */
  remove(path: string): Promise<boolean>;
}

/** What documentation is about. */
export interface DocumentationWish {
  readonly project: ProjectName;
  /** `null`: as the project is spelled already. */
  readonly displayName: string | null;
  /** `null`: the newest version that is there. An unknown one is made. */
  readonly version: string | null;
  /** Merged over the version's record. */
  readonly attributes: JsonObject;
}

/** What `make` gives to {@link Desk.page}. */
export interface MadePage {
  readonly contentType: string;
  readonly text: string | LongText;
  readonly headers?: Readonly<Record<string, string>>;
  /** From the listing it was made of. */
  readonly validUntil: Instant | null;
}

/** A text that is made bit by bit, so that others have their turn in between. */
export interface LongText {
  /** What it is made of. While that is the same object, so are the bytes of the page of that name and variant. */
  readonly of: object;
  parts(): Iterable<string>;
}

/** A finished page. */
export interface Page extends Omit<MadePage, "text"> {
  readonly bytes: Uint8Array;
  /** Strong validator without quotes, of the identity bytes. */
  readonly etag: string;
  readonly freshness: Freshness;
  /** Compressed once, on first use; `null` when it does not pay. */
  encoded(coding: "gzip" | "zstd"): Uint8Array | null;
}

/** A file that can be sent: from the store, or while it is fetched. Replies made of it pass `noteServed` on. */
export type OpenFile =
  | {
      readonly kind: "stored";
      readonly blob: Digest;
      readonly body: FileBody;
      readonly lastModified: Instant | null;
      readonly isPrivate: boolean;
      readonly freshness: Freshness;
      readonly noteServed?: NoteServed | undefined;
    }
  | {
      readonly kind: "fetching";
      readonly sizeBytes: number | null;
      readonly chunks: AsyncIterable<Uint8Array>;
      /** The bytes `[start, end)`; not given: it comes as a whole only. */
      readonly part?: (range: { readonly start: number; readonly end: number }) => AsyncIterable<Uint8Array>;
      /** `null` or not given: nobody says. */
      readonly lastModified?: Instant | null;
      readonly isPrivate: boolean;
      readonly noteServed?: NoteServed | undefined;
    }
  | { readonly kind: "elsewhere"; readonly url: string };

/** Bytes that have arrived and are not yet anybody's. */
export interface Received extends RandomAccess, AsyncDisposable {
  readonly digest: Digest;
  /** Lower-case hex of `sha256`, `md5`, `blake2b_256`. */
  readonly hex: Readonly<Record<string, string>>;
  /** From the beginning. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Forgets the bytes; what `publish` has kept stays. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A file that the format has checked, to become an artifact. */
export interface Candidate {
  readonly project: ProjectName;
  readonly displayName: string;
  readonly version: string;
  readonly filename: string;
  readonly received: Received;
  readonly attributes: JsonObject;
  /** The version's own record, merged over what is there (devpi: later uploads merge what they carry). */
  readonly versionAttributes: JsonObject;
  /** Contents by suffix, for example `.metadata`. */
  readonly companions: Readonly<Record<string, Uint8Array>>;
}

export type { Companion };
