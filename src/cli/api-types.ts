// Written by scripts/api-types.ts from docs/openapi.json. Change the API's schemas, not this file.

export type Attachment = {
  readonly filename: string;
  readonly kind: "documentation" | "test-result";
  readonly project: string;
  readonly version: string;
  readonly about: string | null;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly attachedAt: string;
  readonly member: string;
  readonly url: string;
  readonly pages: string | null;
};

export type Attachments = { readonly items: readonly Attachment[] };

export type Contents = {
  readonly items: readonly {
    readonly path: string;
    readonly kind: "file" | "folder" | "link";
    readonly sizeBytes: number;
  }[];
  readonly count: number;
  readonly because: string | null;
};

export type Copies = {
  readonly items: readonly {
    readonly path: string;
    readonly sizeBytes: number;
    readonly sha256: string | null;
    readonly copiedFrom: string | null;
    readonly copiedAt: string;
  }[];
  readonly next: string | null;
};

export type Description = {
  readonly version: string;
  readonly summary: string | null;
  readonly author: string | null;
  readonly maintainer: string | null;
  readonly license: string | null;
  readonly requires: string | null;
  readonly keywords: readonly string[];
  readonly classifiers: readonly string[];
  readonly links: readonly { readonly label: string; readonly text: string; readonly url: string | null }[];
  readonly requirements: readonly {
    readonly text: string;
    readonly project: string | null;
    readonly extra: string | null;
  }[];
  readonly extras: readonly string[];
  readonly readme: {
    readonly writtenIn: "markdown" | "restructuredtext" | "plain";
    readonly html: string | null;
    readonly text: string;
    readonly isCut: boolean;
  } | null;
  readonly isWhole: boolean;
};

export type Downloads = { readonly count: number; readonly lastAt: string | null; readonly lastBy: string | null };

export type File = {
  readonly filename: string;
  readonly project: string;
  readonly version: string | null;
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  readonly publishedAt: string | null;
  readonly yanked: string | null;
  readonly member: string;
  readonly url: string;
};

export type Files = { readonly items: readonly File[]; readonly next: string | null };

export type Found = {
  readonly items: readonly {
    readonly repository: string;
    readonly project: string;
    readonly displayName: string;
    readonly version: string | null;
    readonly summary: string | null;
  }[];
  readonly count: number;
  readonly hasMore: boolean;
  readonly unread: readonly string[];
  readonly next: string | null;
};

export type Group = {
  readonly name: string;
  readonly description: string | null;
  readonly members: readonly string[];
  readonly joinsNew: boolean;
  readonly isAdmin: boolean;
  readonly createdAt: string;
};

export type GroupChange = {
  readonly description?: string | null;
  readonly members?: readonly string[];
  readonly joinsNew?: boolean;
  readonly isAdmin?: boolean;
  readonly join?: readonly string[];
  readonly leave?: readonly string[];
};

export type GroupWish = {
  readonly description?: string | null;
  readonly members?: readonly string[];
  readonly joinsNew?: boolean;
  readonly isAdmin?: boolean;
};

export type Groups = { readonly items: readonly Group[] };

export type IssuedToken = { readonly token: Token; readonly secret: string };

export type Journal = {
  readonly items: readonly {
    readonly seq: number;
    readonly at: string;
    readonly by: { readonly kind: string; readonly name: string; readonly tokenId: string | null };
    readonly event: { readonly type: string; readonly [key: string]: unknown };
  }[];
  readonly head: number;
  readonly next: number | null;
};

export type Limit = {
  readonly action:
    | "*"
    | "read"
    | "annotate"
    | "publish"
    | "overwrite"
    | "yank"
    | "remove"
    | "fill-cache"
    | "upload-test-result"
    | "administer";
  readonly repository: string;
  readonly projects: readonly string[] | null;
};

export type LocalChange = {
  readonly kind?: "local";
  readonly title?: string | null;
  readonly description?: string | null;
  readonly customData?: { readonly [key: string]: unknown } | string | null;
  readonly readers?: readonly string[];
  readonly mutability?: "immutable" | "volatile";
  readonly constraints?: readonly string[] | null;
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  readonly hasPriority?: boolean;
  readonly isBlackedOut?: boolean;
  readonly resolution?: "shadow" | "merge";
  readonly remotes?: "first" | "union";
  readonly whitelist?: readonly string[];
  readonly whitelistInheritance?: "intersection" | "union";
  readonly bases?: readonly string[];
  readonly publishers?: readonly string[];
  readonly testResultWriters?: readonly string[];
  readonly validation?: "strict" | "legacy";
  readonly reserved?: readonly string[];
  readonly quotaBytes?: number | null;
};

export type MemberText = {
  readonly path: string;
  readonly sizeBytes: number;
  readonly text: string | null;
  readonly isCut: boolean;
};

export type NewGroup = {
  readonly description?: string | null;
  readonly members?: readonly string[];
  readonly joinsNew?: boolean;
  readonly isAdmin?: boolean;
  readonly name: string;
};

export type NewPermission = {
  readonly repositories: readonly string[];
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  readonly users?: { readonly [key: string]: readonly ("read" | "annotate" | "publish" | "remove" | "administer")[] };
  readonly groups?: { readonly [key: string]: readonly ("read" | "annotate" | "publish" | "remove" | "administer")[] };
  readonly name: string;
};

export type NewRepository =
  | {
      readonly title?: string | null;
      readonly description?: string | null;
      readonly customData?: { readonly [key: string]: unknown } | string | null;
      readonly readers?: readonly string[];
      readonly mutability?: "immutable" | "volatile";
      readonly constraints?: readonly string[] | null;
      readonly includes?: readonly string[];
      readonly excludes?: readonly string[];
      readonly hasPriority?: boolean;
      readonly isBlackedOut?: boolean;
      readonly resolution?: "shadow" | "merge";
      readonly remotes?: "first" | "union";
      readonly whitelist?: readonly string[];
      readonly whitelistInheritance?: "intersection" | "union";
      readonly bases?: readonly string[];
      readonly publishers?: readonly string[];
      readonly testResultWriters?: readonly string[];
      readonly validation?: "strict" | "legacy";
      readonly reserved?: readonly string[];
      readonly quotaBytes?: number | null;
      readonly format?: string;
      readonly kind: "local";
    }
  | {
      readonly title?: string | null;
      readonly description?: string | null;
      readonly customData?: { readonly [key: string]: unknown } | string | null;
      readonly readers?: readonly string[];
      readonly mutability?: "immutable" | "volatile";
      readonly constraints?: readonly string[] | null;
      readonly includes?: readonly string[];
      readonly excludes?: readonly string[];
      readonly hasPriority?: boolean;
      readonly isBlackedOut?: boolean;
      readonly url?: string | null;
      readonly freshForSeconds?: number;
      readonly missingForSeconds?: number;
      readonly noProjectList?: boolean;
      readonly useExternalUrls?: boolean;
      readonly layout?: "simple" | "flat";
      readonly webUrlFormat?: string | null;
      readonly ignoreSerialHeader?: boolean;
      readonly providesCoreMetadata?: boolean | null;
      readonly isOffline?: boolean;
      readonly failsHard?: boolean;
      readonly assumedOfflineSeconds?: number | null;
      readonly storesFiles?: boolean;
      readonly unusedForHours?: number;
      readonly proxy?: string | null;
      readonly timeoutMilliseconds?: number | null;
      readonly format?: string;
      readonly credentials?: string | null;
      readonly kind: "remote";
    }
  | {
      readonly title?: string | null;
      readonly description?: string | null;
      readonly customData?: { readonly [key: string]: unknown } | string | null;
      readonly readers?: readonly string[];
      readonly mutability?: "immutable" | "volatile";
      readonly constraints?: readonly string[] | null;
      readonly includes?: readonly string[];
      readonly excludes?: readonly string[];
      readonly hasPriority?: boolean;
      readonly isBlackedOut?: boolean;
      readonly resolution?: "shadow" | "merge";
      readonly remotes?: "first" | "union";
      readonly whitelist?: readonly string[];
      readonly whitelistInheritance?: "intersection" | "union";
      readonly members?: readonly string[];
      readonly publishTo?: string | null;
      readonly format?: string;
      readonly kind: "virtual";
    };

export type NewSession = { readonly user: string; readonly password: string };

export type NewToken = {
  readonly name: string;
  readonly expiresAt?: string | null;
  readonly limits?: readonly {
    readonly action:
      | "*"
      | "read"
      | "annotate"
      | "publish"
      | "overwrite"
      | "yank"
      | "remove"
      | "fill-cache"
      | "upload-test-result"
      | "administer";
    readonly repository: string;
    readonly projects?: readonly string[] | null;
  }[];
};

export type NewUser = {
  readonly email?: string | null;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly customData?: { readonly [key: string]: unknown } | string | null;
  readonly isAdmin?: boolean;
  readonly name: string;
  readonly password?: string | null;
};

export type Permission = {
  readonly name: string;
  readonly repositories: readonly string[];
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly users: { readonly [key: string]: readonly ("read" | "annotate" | "publish" | "remove" | "administer")[] };
  readonly groups: { readonly [key: string]: readonly ("read" | "annotate" | "publish" | "remove" | "administer")[] };
  readonly createdAt: string;
  readonly modifiedAt: string | null;
};

export type PermissionChange = {
  readonly repositories?: readonly string[];
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  readonly users?: { readonly [key: string]: readonly ("read" | "annotate" | "publish" | "remove" | "administer")[] };
  readonly groups?: { readonly [key: string]: readonly ("read" | "annotate" | "publish" | "remove" | "administer")[] };
};

export type PermissionWish = {
  readonly repositories: readonly string[];
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  readonly users?: { readonly [key: string]: readonly ("read" | "annotate" | "publish" | "remove" | "administer")[] };
  readonly groups?: { readonly [key: string]: readonly ("read" | "annotate" | "publish" | "remove" | "administer")[] };
};

export type Permissions = { readonly items: readonly Permission[] };

export type Policies = { readonly items: readonly Policy[] };

export type Policy = {
  readonly name: string;
  readonly description: string | null;
  readonly isEnabled: boolean;
  readonly repositories: readonly string[];
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly projects: readonly string[];
  readonly olderThanDays: number | null;
  readonly unusedForDays: number | null;
  readonly keepVersions: number | null;
  readonly onlyPreReleases: boolean;
  readonly largerThanBytes: number | null;
  readonly withProperties: { readonly [key: string]: readonly string[] };
  readonly withoutProperties: { readonly [key: string]: readonly string[] };
  readonly skipsTrash: boolean;
  readonly everyHours: number | null;
};

export type PolicyWish = {
  readonly description?: string | null;
  readonly isEnabled?: boolean;
  readonly repositories: readonly string[];
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  readonly projects?: readonly string[];
  readonly olderThanDays?: number | null;
  readonly unusedForDays?: number | null;
  readonly keepVersions?: number | null;
  readonly onlyPreReleases?: boolean;
  readonly largerThanBytes?: number | null;
  readonly withProperties?: { readonly [key: string]: readonly string[] };
  readonly withoutProperties?: { readonly [key: string]: readonly string[] };
  readonly skipsTrash?: boolean;
  readonly everyHours?: number | null;
};

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly [key: string]: unknown;
};

export type Project = {
  readonly project: string;
  readonly displayName: string;
  readonly repository: string;
  readonly status: "active" | "archived" | "deprecated" | "quarantined";
  readonly statusReason: string | null;
  readonly members: readonly string[];
  readonly staleSince: string | null;
  readonly versions: readonly VersionSummary[];
  readonly files: number;
};

export type Projects = {
  readonly items: readonly { readonly project: string; readonly displayName: string }[];
  readonly next: string | null;
  readonly staleSince: string | null;
};

export type Promoted = {
  readonly to: string;
  readonly steps: readonly {
    readonly kind: "register" | "file" | "test-result" | "documentation";
    readonly what: string;
  }[];
};

export type Promotion = { readonly to: string };

export type Recent = {
  readonly items: readonly {
    readonly repository: string;
    readonly project: string;
    readonly version: string | null;
    readonly files: number;
    readonly publishedAt: string;
  }[];
};

export type RemoteChange = {
  readonly kind?: "remote";
  readonly title?: string | null;
  readonly description?: string | null;
  readonly customData?: { readonly [key: string]: unknown } | string | null;
  readonly readers?: readonly string[];
  readonly mutability?: "immutable" | "volatile";
  readonly constraints?: readonly string[] | null;
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  readonly hasPriority?: boolean;
  readonly isBlackedOut?: boolean;
  readonly url?: string | null;
  readonly freshForSeconds?: number;
  readonly missingForSeconds?: number;
  readonly noProjectList?: boolean;
  readonly useExternalUrls?: boolean;
  readonly layout?: "simple" | "flat";
  readonly webUrlFormat?: string | null;
  readonly ignoreSerialHeader?: boolean;
  readonly providesCoreMetadata?: boolean | null;
  readonly isOffline?: boolean;
  readonly failsHard?: boolean;
  readonly assumedOfflineSeconds?: number | null;
  readonly storesFiles?: boolean;
  readonly unusedForHours?: number;
  readonly proxy?: string | null;
  readonly timeoutMilliseconds?: number | null;
  readonly credentials?: string | null;
};

export type Repositories = { readonly items: readonly Repository[] };

export type Repository =
  | {
      readonly kind: "local";
      readonly name: string;
      readonly key: string;
      readonly format: string;
      readonly createdAt: string;
      readonly title: string | null;
      readonly description: string | null;
      readonly customData: { readonly [key: string]: unknown } | string | null;
      readonly readers: readonly string[];
      readonly mutability: "immutable" | "volatile";
      readonly constraints: readonly string[] | null;
      readonly includes: readonly string[];
      readonly excludes: readonly string[];
      readonly hasPriority: boolean;
      readonly isBlackedOut: boolean;
      readonly resolution: "shadow" | "merge";
      readonly remotes: "first" | "union";
      readonly whitelist: readonly string[];
      readonly whitelistInheritance: "intersection" | "union";
      readonly bases: readonly string[];
      readonly publishers: readonly string[];
      readonly testResultWriters: readonly string[];
      readonly validation: "strict" | "legacy";
      readonly reserved: readonly string[];
      readonly quotaBytes: number | null;
    }
  | {
      readonly kind: "remote";
      readonly name: string;
      readonly key: string;
      readonly format: string;
      readonly createdAt: string;
      readonly title: string | null;
      readonly description: string | null;
      readonly customData: { readonly [key: string]: unknown } | string | null;
      readonly readers: readonly string[];
      readonly mutability: "immutable" | "volatile";
      readonly constraints: readonly string[] | null;
      readonly includes: readonly string[];
      readonly excludes: readonly string[];
      readonly hasPriority: boolean;
      readonly isBlackedOut: boolean;
      readonly url: string | null;
      readonly freshForSeconds: number;
      readonly missingForSeconds: number;
      readonly noProjectList: boolean;
      readonly useExternalUrls: boolean;
      readonly layout: "simple" | "flat";
      readonly webUrlFormat: string | null;
      readonly ignoreSerialHeader: boolean;
      readonly providesCoreMetadata: boolean | null;
      readonly isOffline: boolean;
      readonly failsHard: boolean;
      readonly assumedOfflineSeconds: number | null;
      readonly storesFiles: boolean;
      readonly unusedForHours: number;
      readonly proxy: string | null;
      readonly timeoutMilliseconds: number | null;
      readonly hasCredentials: boolean;
    }
  | {
      readonly kind: "virtual";
      readonly name: string;
      readonly key: string;
      readonly format: string;
      readonly createdAt: string;
      readonly title: string | null;
      readonly description: string | null;
      readonly customData: { readonly [key: string]: unknown } | string | null;
      readonly readers: readonly string[];
      readonly mutability: "immutable" | "volatile";
      readonly constraints: readonly string[] | null;
      readonly includes: readonly string[];
      readonly excludes: readonly string[];
      readonly hasPriority: boolean;
      readonly isBlackedOut: boolean;
      readonly resolution: "shadow" | "merge";
      readonly remotes: "first" | "union";
      readonly whitelist: readonly string[];
      readonly whitelistInheritance: "intersection" | "union";
      readonly members: readonly string[];
      readonly publishTo: string | null;
    };

export type Resolution = {
  readonly repository: string;
  readonly project: string;
  readonly members: readonly {
    readonly member: string;
    readonly kind: "local" | "remote";
    readonly verdict:
      | "answers"
      | "is-asked"
      | "has-none"
      | "outranked"
      | "not-asked"
      | "kept-out"
      | "withheld"
      | "not-readable";
    readonly because: string;
  }[];
};

export type Restoring = { readonly to?: { readonly repository: string; readonly path: string } | null };

export type RetentionRun = {
  readonly policy: string;
  readonly isDry: boolean;
  readonly files: readonly {
    readonly repository: string;
    readonly path: string;
    readonly sizeBytes: number;
    readonly publishedAt: string;
    readonly because: string;
  }[];
  readonly count: number;
  readonly sizeBytes: number;
};

export type ServerStatus = {
  readonly version: string;
  readonly installationId: string;
  readonly head: number;
  readonly lastWriteAt: string | null;
  readonly startedAt: string;
  readonly at: string;
  readonly traffic: {
    readonly requests: number;
    readonly refusals: number;
    readonly failures: number;
    readonly sentBytes: number;
    readonly milliseconds: number;
    readonly uploads: number;
    readonly minutes: readonly {
      readonly at: string;
      readonly requests: number;
      readonly refusals: number;
      readonly failures: number;
      readonly sentBytes: number;
      readonly milliseconds: number;
    }[];
  };
  readonly caches: readonly {
    readonly name: "answers" | "pages" | "remotes";
    readonly hits: number;
    readonly misses: number;
    readonly stale: number;
    readonly sizeBytes: number | null;
  }[];
  readonly stored: { readonly projects: number; readonly files: number; readonly sizeBytes: number };
  readonly disk: { readonly freeBytes: number; readonly sizeBytes: number } | null;
  readonly upstreams: readonly {
    readonly origin: string;
    readonly requests: number;
    readonly underWay: number;
    readonly failures: number;
    readonly isResting: boolean;
    readonly lastFailureAt: string | null;
  }[];
  readonly process: { readonly memoryBytes: number; readonly heapBytes: number; readonly cpuSeconds: number };
  readonly failedRequests: readonly {
    readonly at: string;
    readonly id: string;
    readonly method: string;
    readonly path: string;
    readonly status: number;
  }[];
  readonly jobs: readonly {
    readonly name: string;
    readonly everySeconds: number;
    readonly isRunning: boolean;
    readonly lastAt: string | null;
    readonly lastMilliseconds: number | null;
    readonly outcome: string | null;
    readonly hasFailed: boolean;
  }[];
};

export type Session = {
  readonly id: string;
  readonly user: string;
  readonly kind: "browser" | "client";
  readonly begunAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly isCurrent: boolean;
};

export type Sessions = { readonly items: readonly Session[] };

export type Status = {
  readonly status: "active" | "archived" | "deprecated" | "quarantined";
  readonly reason?: string | null;
};

export type Tally = { readonly files: number; readonly sizeBytes: number };

export type Token = {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly limits: readonly Limit[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
};

export type Tokens = { readonly items: readonly Token[] };

export type TrashedFile = {
  readonly id: string;
  readonly repository: string;
  readonly path: string;
  readonly project: string | null;
  readonly version: string | null;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly properties: { readonly [key: string]: readonly string[] };
  readonly publishedAt: string;
  readonly trashedAt: string;
  readonly trashedBy: string;
  readonly until: string;
};

export type TrashedFiles = { readonly items: readonly TrashedFile[]; readonly next: string | null };

export type TreeFile = {
  readonly repository: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string | null;
};

export type Usage = {
  readonly at: string;
  readonly items: readonly {
    readonly repository: string;
    readonly kind: "local" | "remote" | "virtual";
    readonly format: string;
    readonly files: number;
    readonly folders: number;
    readonly sizeBytes: number;
    readonly quotaBytes: number | null;
  }[];
};

export type User = {
  readonly name: string;
  readonly email: string | null;
  readonly title: string | null;
  readonly description: string | null;
  readonly customData: { readonly [key: string]: unknown } | string | null;
  readonly createdAt: string;
  readonly modifiedAt: string | null;
  readonly hasPassword: boolean | null;
  readonly isAdmin: boolean | null;
};

export type UserChange = {
  readonly email?: string | null;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly customData?: { readonly [key: string]: unknown } | string | null;
  readonly isAdmin?: boolean;
  readonly password?: string | null;
};

export type Users = { readonly items: readonly User[] };

export type Version = {
  readonly name: "vivarium";
  readonly version: string;
  readonly api: "v1";
  readonly installationId: string;
  readonly head: number;
};

export type VersionDetail = {
  readonly version: string;
  readonly files: readonly File[];
  readonly yanked: string | null;
  readonly publishedAt: string | null;
  readonly attributes: { readonly [key: string]: unknown } | null;
};

export type VersionDownloads = {
  readonly items: readonly { readonly filename: string; readonly count: number; readonly lastAt: string | null }[];
};

export type VersionSummary = {
  readonly version: string;
  readonly files: number;
  readonly yanked: string | null;
  readonly publishedAt: string | null;
};

export type Versions = { readonly items: readonly VersionSummary[]; readonly next: string | null };

export type VirtualChange = {
  readonly kind?: "virtual";
  readonly title?: string | null;
  readonly description?: string | null;
  readonly customData?: { readonly [key: string]: unknown } | string | null;
  readonly readers?: readonly string[];
  readonly mutability?: "immutable" | "volatile";
  readonly constraints?: readonly string[] | null;
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  readonly hasPriority?: boolean;
  readonly isBlackedOut?: boolean;
  readonly resolution?: "shadow" | "merge";
  readonly remotes?: "first" | "union";
  readonly whitelist?: readonly string[];
  readonly whitelistInheritance?: "intersection" | "union";
  readonly members?: readonly string[];
  readonly publishTo?: string | null;
};

export type WhoAmI = {
  readonly kind: "anonymous" | "user" | "token" | "workload" | "replica" | "system";
  readonly user: string | null;
  readonly groups: readonly string[];
  readonly token: { readonly id: string; readonly limits: readonly Limit[] } | null;
  readonly isRoot: boolean;
  readonly isAdmin: boolean;
};

export type Why = {
  readonly user: string | null;
  readonly action: string;
  readonly repository: string;
  readonly path: string | null;
  readonly isAllowed: boolean;
  readonly because: string;
};

export type Yank = { readonly reason?: string | null };

export type Yanked = { readonly yanked: string | null; readonly files: readonly string[] };
