/** What moving in and out is asked for, and what came of it; `main.ts` hands in who does it. */

/** Where to move in from: the folder of an export, or a devpi that still runs. */
export type DevpiPlace =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "server"; readonly url: string; readonly user: string; readonly password: string };

export interface DevpiImportWish {
  readonly from: DevpiPlace;
  readonly usersOnly: boolean;
}

export interface MoveInAnswer {
  readonly isComplete: boolean;
  readonly users: Tally;
  readonly indexes: Tally;
  readonly projects: number;
  readonly versions: Tally;
  readonly files: FileTally;
  readonly documentation: FileTally;
  readonly testResults: FileTally;
  readonly compared: { readonly files: number; readonly equal: number };
  readonly renamed: readonly {
    readonly what: "user" | "index";
    readonly from: string;
    readonly to: string;
    readonly because: string;
  }[];
  readonly leftOut: readonly Remark[];
  readonly faults: readonly Remark[];
  readonly notes: readonly string[];
  /** Made with the data folder and shown once; `null`: root signs in with the password that it had. */
  readonly rootPassword: string | null;
}

export interface Tally {
  readonly made: number;
  readonly changed: number;
  readonly same: number;
}

export interface FileTally {
  readonly copied: number;
  readonly copiedBytes: number;
  readonly same: number;
  readonly removed: number;
}

export interface Remark {
  readonly what: string;
  readonly because: string;
}

export interface IndexImportWish {
  readonly url: string;
  /** `owner/name` */
  readonly into: string;
  /** `null`: all that the index lists. */
  readonly projects: readonly string[] | null;
}

export interface IndexImportAnswer {
  readonly isComplete: boolean;
  readonly into: string;
  readonly projects: number;
  readonly copied: number;
  readonly copiedBytes: number;
  readonly same: number;
  readonly faults: readonly Remark[];
  readonly notes: readonly string[];
  readonly rootPassword: string | null;
}

export interface ArtifactoryImportWish {
  /** The address that ends in `/artifactory`. */
  readonly url: string;
  readonly token: string;
}

export interface ArtifactoryImportAnswer {
  readonly isComplete: boolean;
  readonly groups: MadeTally;
  readonly users: MadeTally;
  readonly repositories: MadeTally;
  readonly permissions: MadeTally;
  readonly files: {
    readonly copied: number;
    readonly copiedBytes: number;
    readonly same: number;
    readonly equal: number;
  };
  readonly leftOut: readonly Remark[];
  readonly faults: readonly Remark[];
  readonly notes: readonly string[];
  readonly rootPassword: string | null;
}

export type MadeTally = Pick<Tally, "made" | "same">;

export interface DevpiExportAnswer {
  readonly isComplete: boolean;
  readonly folder: string;
  readonly users: number;
  readonly indexes: number;
  readonly files: number;
  readonly bytes: number;
  readonly leftOut: readonly Remark[];
  readonly faults: readonly Remark[];
}

/** Moving in and out; all of it works in the data folder, also while the server runs. */
export interface Moves {
  importDevpi(flags: MoveFlags, wish: DevpiImportWish): Promise<MoveInAnswer>;
  importArtifactory(flags: MoveFlags, wish: ArtifactoryImportWish): Promise<ArtifactoryImportAnswer>;
  importIndex(flags: MoveFlags, wish: IndexImportWish): Promise<IndexImportAnswer>;
  exportDevpi(flags: MoveFlags, folder: string): Promise<DevpiExportAnswer>;
}

type MoveFlags = Readonly<Record<string, string | readonly string[] | true>>;
