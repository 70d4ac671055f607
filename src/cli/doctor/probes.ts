import type { Instant } from "#core";

/**
 * What doctor looks with. Each probe tells what is there and judges nothing; a probe that cannot look throws, and
 * doctor says so. All are quick, and none changes anything.
 */
export interface Probes {
  readonly now: () => Instant;
  readonly settings: DoctorSettings;
  /** What is wrong with the configuration, in sentences: file missing or unreadable, unknown key, bad value. */
  readonly configurationFaults: readonly string[];
  readonly files: FileProbes;
  readonly data: DataProbes;
  readonly network: NetworkProbes;
  readonly machine: MachineProbes;
}

export interface DoctorSettings {
  readonly dataFolder: string;
  readonly keyFile: string;
  readonly host: string;
  readonly port: number;
  /** Without a slash at the end; `null`: not set. */
  readonly publicUrl: string | null;
}

export interface FileProbes {
  /** `null`: there is nothing at that path. */
  stat(path: string): Promise<FileFacts | null>;
  /** By really writing a file there and removing it; `null`: it works; else why not. */
  whyNotWritable(folder: string): Promise<string | null>;
  freeSpace(folder: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
  /** Drafts that a kill left behind, older than a day. */
  oldDrafts(): Promise<readonly string[]>;
  /** The uid of this process; `null` where there is none. */
  readonly uid: number | null;
}

export interface FileFacts {
  readonly kind: "folder" | "file" | "other";
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
}

export interface DataProbes {
  /** The version of the data folder and the newest that this program knows; `null`: no data yet. */
  version(): Promise<{ readonly found: number; readonly known: number } | null>;
  /** What the database's own integrity check says; empty: sound. */
  integrityFaults(): Promise<readonly string[]>;
  /** Gaps in the journal, and tables that differ from the fold over it; empty: sound. */
  journalFaults(): Promise<readonly string[]>;
  /** Files that are listed and whose blob is not there. At most `limit`. */
  missingBlobs(limit: number): Promise<readonly BlobFault[]>;
  /** Of a sample, blobs whose bytes do not have their name's hash. */
  damagedBlobs(sample: number): Promise<readonly BlobFault[]>;
  /** Whether the key in the key file opens what is sealed; `null`: yes, or nothing is sealed; else why not. */
  whyKeyDoesNotFit(): Promise<string | null>;
  /** Files or a key whose database is not there any more, in words; `null`: there is nothing, or all. */
  whyBereft(): Promise<string | null>;
  remotes(): Promise<readonly RemoteFacts[]>;
}

export interface RemoteFacts {
  /** `owner/name` */
  readonly name: string;
  /** `null`: not set yet. */
  readonly url: string | null;
  /** `false`: the upstream's first page need not be there, only those of projects. */
  readonly hasProjectList: boolean;
  /** By its settings; its upstream is not to be asked. */
  readonly isOffline?: boolean;
  /** Its own; `null` or not given: as the server is set. */
  readonly proxy?: string | null;
}

export interface BlobFault {
  readonly digest: string;
  /** A file that needs it, as `owner/name/filename`. */
  readonly file: string | null;
}

export interface NetworkProbes {
  /** Who answers at an address of ours: nobody, we ourselves, or another program. */
  whoListens(host: string, port: number): Promise<"nobody" | "vivarium" | "other">;
  /** `null`: no answer; `because` says why. */
  get(url: string, accept: string, proxy?: string | null): Promise<HttpFacts | { readonly because: string }>;
}

export interface HttpFacts {
  readonly status: number;
  readonly contentType: string;
  /** The beginning of the body. */
  readonly text: string;
  /** The `Date` header; `null`: none. */
  readonly date: Instant | null;
}

export interface MachineProbes {
  /** `null`: no such program. */
  programVersion(name: string, args: readonly string[]): Promise<string | null>;
  /** How many files this process may open; `null`: no limit, or it cannot be told. */
  openFilesMax(): Promise<number | null>;
}
