/** What a move from an Artifactory did, and what it could not do. */
export interface ArtifactoryReport {
  readonly isComplete: boolean;
  readonly groups: Tally;
  readonly users: Tally;
  readonly repositories: Tally;
  readonly permissions: Tally;
  readonly files: {
    readonly copied: number;
    readonly copiedBytes: number;
    readonly same: number;
    /** Their digests here are those that the source tells. */
    readonly equal: number;
  };
  readonly leftOut: readonly Remark[];
  readonly faults: readonly Remark[];
  readonly notes: readonly string[];
}

export interface Tally {
  readonly made: number;
  readonly same: number;
}

export interface Remark {
  readonly what: string;
  readonly because: string;
}

/** A report while it is written. */
export type Draft<Value> = Value extends object
  ? { -readonly [Field in keyof Value]: Value[Field] extends readonly (infer Item)[] ? Item[] : Draft<Value[Field]> }
  : Value;

export function emptyArtifactoryReport(): Draft<ArtifactoryReport> {
  return {
    isComplete: false,
    groups: { made: 0, same: 0 },
    users: { made: 0, same: 0 },
    repositories: { made: 0, same: 0 },
    permissions: { made: 0, same: 0 },
    files: { copied: 0, copiedBytes: 0, same: 0, equal: 0 },
    leftOut: [],
    faults: [],
    notes: [],
  };
}
