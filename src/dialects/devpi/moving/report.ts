/** What moving in did and found; the program prints it, and `--json` hands it on. */
export interface MoveInReport {
  /** `false`: it was told to stop, or something is missing; the same command goes on from here. */
  readonly isComplete: boolean;
  readonly users: Tally;
  readonly indexes: Tally;
  readonly projects: number;
  readonly versions: Tally;
  readonly files: FileTally;
  readonly documentation: FileTally;
  readonly testResults: FileTally;
  /** Every file of the source that is here, its hash there compared with the bytes here. */
  readonly compared: { readonly files: number; readonly equal: number };
  /** What could not keep its name. */
  readonly renamed: readonly Renaming[];
  /** What has no place here, each with the reason. */
  readonly leftOut: readonly Remark[];
  /** What is wrong with the source, or with what came of it. */
  readonly faults: readonly Remark[];
  /** What whoever moves should know. */
  readonly notes: readonly string[];
}

export interface Tally {
  readonly made: number;
  readonly changed: number;
  readonly same: number;
}

export interface FileTally {
  readonly copied: number;
  readonly copiedBytes: number;
  /** There already, by an earlier run. */
  readonly same: number;
  /** Gone at the source since an earlier run brought them. */
  readonly removed: number;
}

export interface Renaming {
  readonly what: "user" | "index";
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

export interface Remark {
  readonly what: string;
  readonly because: string;
}

/** The same, while it is being written. */
export type Draft<Value> = Value extends readonly (infer Item)[]
  ? Item[]
  : Value extends object
    ? { -readonly [Key in keyof Value]: Draft<Value[Key]> }
    : Value;

export function emptyReport(): Draft<MoveInReport> {
  const tally = () => ({ made: 0, changed: 0, same: 0 });
  const files = () => ({ copied: 0, copiedBytes: 0, same: 0, removed: 0 });
  return {
    isComplete: false,
    users: tally(),
    indexes: tally(),
    projects: 0,
    versions: tally(),
    files: files(),
    documentation: files(),
    testResults: files(),
    compared: { files: 0, equal: 0 },
    renamed: [],
    leftOut: [],
    faults: [],
    notes: [],
  };
}
