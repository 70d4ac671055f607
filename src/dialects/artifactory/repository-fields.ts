import { type FormatName, type JsonObject, type Repository, refuse } from "#core";

/** What is shown of every repository where nothing else was said. */
const COMMON: JsonObject = {
  description: "",
  notes: "",
  includesPattern: "**/*",
  excludesPattern: "",
  repoLayoutRef: "simple-default",
  projectKey: "",
  environments: [],
  propertySets: [],
  blackedOut: false,
  xrayIndex: false,
  downloadRedirect: false,
  cdnRedirect: false,
  priorityResolution: false,
  archiveBrowsingEnabled: false,
};

const LOCAL: JsonObject = {
  checksumPolicyType: "client-checksums",
  handleReleases: true,
  handleSnapshots: true,
  maxUniqueSnapshots: 0,
  maxUniqueTags: 0,
  snapshotVersionBehavior: "unique",
  suppressPomConsistencyChecks: true,
};

const REMOTE: JsonObject = {
  proxy: "",
  localAddress: "",
  allowAnyHostAuth: false,
  enableCookieManagement: false,
  bypassHeadRequests: false,
  synchronizeProperties: false,
  contentSynchronisation: {
    enabled: false,
    statistics: { enabled: false },
    properties: { enabled: false },
    source: { originAbsenceDetection: false },
  },
  clientTlsCertificate: "",
  shareConfiguration: false,
  blockMismatchingMimeTypes: true,
  listRemoteFolderItems: true,
  queryParams: "",
  metadataRetrievalTimeoutSecs: 60,
  curated: false,
  passThrough: false,
};

const VIRTUAL: JsonObject = {
  artifactoryRequestsCanRetrieveRemoteArtifacts: false,
  virtualRetrievalCachePeriodSecs: 7200,
};

/** What is shown where nothing else was said. */
export const ECHO_DEFAULTS: Readonly<Record<Repository["kind"], JsonObject>> = {
  local: { ...COMMON, ...LOCAL },
  remote: { ...COMMON, ...REMOTE },
  virtual: { ...COMMON, ...VIRTUAL },
};

/** Fields that mean something here; whatever else a client sends is kept for it, and never read. */
export const READ_FIELDS: ReadonlySet<string> = new Set([
  "key",
  "rclass",
  "packageType",
  "description",
  "includesPattern",
  "excludesPattern",
  "blackedOut",
  "priorityResolution",
  "password",
  "hardFail",
  "offline",
  "storeArtifactsLocally",
  "retrievalCachePeriodSecs",
  "missedRetrievalCachePeriodSecs",
  "assumedOfflinePeriodSecs",
  "unusedArtifactsCleanupPeriodHours",
  "socketTimeoutMillis",
  "repositories",
  "defaultDeploymentRepo",
  "resolution",
  "remotes",
]);

/** Artifactory's defaults of what a remote repository does. */
export const REMOTE_DEFAULTS = {
  freshForSeconds: 7200,
  missingForSeconds: 1800,
  assumedOfflineSeconds: 300,
  timeoutMilliseconds: 15_000,
  unusedForHours: 0,
} as const;

/** Artifactory's names of the formats that have another one here. */
const PACKAGE_TYPES: ReadonlyMap<string, string> = new Map([["pypi", "python"]]);

/** The format of a package type, which is written in any case. */
export function formatOf(packageType: string): FormatName {
  const type = packageType.toLowerCase();
  if (!/^[a-z][a-z0-9]*$/.test(type) || type === "python") {
    throw refuse({ code: "setting-invalid", because: `There is no package type '${packageType}'.` });
  }
  return (PACKAGE_TYPES.get(type) ?? type) as FormatName;
}

/** In lower case. */
export function packageTypeOf(format: FormatName): string {
  for (const [type, name] of PACKAGE_TYPES) if (name === format) return type;
  return format;
}

/** `local`, `remote`, `virtual`, or `federated` where it was made as such; that is a local one here. */
export function classOf({ kind, kept }: Repository): string {
  return kind === "local" && kept?.["rclass"] === "federated" ? "federated" : kind;
}
