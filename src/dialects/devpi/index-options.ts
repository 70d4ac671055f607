import {
  ANYONE,
  type Json,
  type JsonObject,
  type LocalRepository,
  ownerOf,
  type PrincipalSpec,
  type ProjectName,
  type RemoteRepository,
  type Repository,
  type RepositoryName,
  type Sealed,
  type VirtualRepository,
} from "#core";
import type { NewRepository } from "#registry";
import {
  invalid,
  type MirrorUrl,
  plain,
  readAcl,
  readBases,
  readBoolean,
  readConstraintLines,
  readCustomData,
  readInheritance,
  readMirrorUrl,
  readSeconds,
  readText,
  readWhitelist,
  repr,
  type ValueContext,
} from "./option-values.ts";

/**
 * devpi's kinds of index: a stage holds and inherits, a mirror reads through, a constrained one (devpi-constrained) shows
 * of its bases what its constraints admit.
 */
export type IndexType = "stage" | "mirror" | "constrained";
const TYPES: readonly IndexType[] = ["stage", "mirror", "constrained"];

/** The options of an index, converted; what was not given is absent, `null` takes an optional one away. */
export interface IndexOptions {
  readonly volatile?: boolean;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly custom_data?: JsonObject | string | null;
  readonly acl_read?: readonly PrincipalSpec[];
  readonly bases?: readonly RepositoryName[];
  readonly acl_upload?: readonly PrincipalSpec[];
  readonly acl_toxresult_upload?: readonly PrincipalSpec[];
  readonly mirror_whitelist?: readonly (ProjectName | "*")[];
  readonly mirror_whitelist_inheritance?: "intersection" | "union";
  readonly mirror_url?: MirrorUrl | null;
  readonly mirror_web_url_fmt?: string | null;
  readonly mirror_cache_expiry?: number | null;
  readonly mirror_no_project_list?: boolean | null;
  readonly mirror_use_external_urls?: boolean | null;
  readonly mirror_ignore_serial_header?: boolean | null;
  readonly mirror_provides_core_metadata?: boolean | null;
  readonly constraints?: readonly string[] | null;
}

/** devpi's `mirror_cache_expiry` where nothing was set; shown only where it differs. */
export const CACHE_EXPIRY_SECONDS = 1800;

type Reader = (value: Json, context: ValueContext) => Json | MirrorUrl;

const COMMON_READERS: Readonly<Record<string, Reader>> = {
  volatile: readBoolean,
  title: (value) => readText("title", value),
  description: (value) => readText("description", value),
  custom_data: readCustomData,
  acl_read: readAcl,
};

const MERGING_READERS: Readonly<Record<string, Reader>> = {
  bases: readBases,
  mirror_whitelist: readWhitelist,
  mirror_whitelist_inheritance: readInheritance,
};

const READERS: Readonly<Record<IndexType, Readonly<Record<string, Reader>>>> = {
  stage: { ...COMMON_READERS, ...MERGING_READERS, acl_upload: readAcl, acl_toxresult_upload: readAcl },
  constrained: { ...COMMON_READERS, ...MERGING_READERS, constraints: readConstraintLines },
  mirror: {
    ...COMMON_READERS,
    mirror_url: readMirrorUrl,
    mirror_web_url_fmt: (value) => readText("mirror_web_url_fmt", value),
    mirror_cache_expiry: readSeconds,
    mirror_no_project_list: readBoolean,
    mirror_use_external_urls: readBoolean,
    mirror_ignore_serial_header: readBoolean,
    mirror_provides_core_metadata: readBoolean,
    // Beyond devpi-constrained: a mirror can be limited without another index on top of it.
    constraints: readConstraintLines,
  },
};

/** Options with a default cannot be taken away, only changed. */
const WITH_DEFAULT: Readonly<Record<IndexType, ReadonlySet<string>>> = {
  stage: new Set([
    "volatile",
    "acl_read",
    "bases",
    "acl_upload",
    "acl_toxresult_upload",
    "mirror_whitelist",
    "mirror_whitelist_inheritance",
  ]),
  constrained: new Set([
    "volatile",
    "acl_read",
    "bases",
    "mirror_whitelist",
    "mirror_whitelist_inheritance",
    "constraints",
  ]),
  mirror: new Set(["volatile", "acl_read"]),
};

/** Never changed from outside, or without meaning here, and dropped without a word as devpi does, so that what GET answers can be sent back. */
const IGNORED: Readonly<Record<IndexType, ReadonlySet<string>>> = {
  stage: new Set(["type", "projects", "pypi_whitelist"]),
  // Nothing can be uploaded to it, whoever its lists name.
  constrained: new Set(["type", "projects", "pypi_whitelist", "acl_upload", "acl_toxresult_upload"]),
  mirror: new Set(["type", "projects", "pypi_whitelist", "bases", "acl_upload", "mirror_whitelist"]),
};

/** devpi's type of a repository; a virtual one reads as a stage that holds nothing, or as a constrained index. */
export function typeOf(repository: Repository): IndexType {
  if (repository.kind === "remote") return "mirror";
  return repository.kind === "virtual" && repository.constraints != null ? "constrained" : "stage";
}

/** Whether an index of this type has the option. */
export function isOption(type: IndexType, key: string): boolean {
  return Object.hasOwn(READERS[type], key);
}

/** Whether the option is a list, to which items can be added and from which they can be removed. */
export function isListOption(type: IndexType, key: string): boolean {
  if (key === "acl_read") return true;
  return type === "mirror" ? key === "constraints" : /^(acl_.*|bases|mirror_whitelist|constraints)$/.test(key);
}

/** Whether the option always has a value. */
export function hasDefault(type: IndexType, key: string): boolean {
  return WITH_DEFAULT[type].has(key);
}

/** Converts what a client sent for an index of this type; refuses what devpi refuses, in its words. */
export function readOptions(type: IndexType, given: JsonObject, context: ValueContext): IndexOptions {
  const options: Record<string, Json | MirrorUrl> = {};
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    const reader = Object.hasOwn(READERS[type], key) ? READERS[type][key] : undefined;
    if (reader !== undefined) {
      if (value === null && hasDefault(type, key)) throw invalid("Default values can't be removed.");
      options[key] = value === null ? null : reader(value, context);
    } else if (!IGNORED[type].has(key)) unknown.push(`${key}=${plain(value)}`);
  }
  if (unknown.length > 0) throw invalid(`indexconfig got unexpected keyword arguments: ${unknown.join(", ")}`);
  // Each reader makes its own option's type; the table above pairs them.
  return options as IndexOptions;
}

/** The type that a new index is asked to have. */
export function readType(given: JsonObject): IndexType {
  const asked = given["type"] ?? "stage";
  const type = TYPES.find((one) => one === asked);
  if (type === undefined) throw invalid(`unknown index type ${repr(asked)}`);
  return type;
}

/** What an index shows of itself; sending it back changes nothing. Secrets are not in it. */
export function indexConfigOf(repository: Repository): JsonObject {
  const common: JsonObject = {
    type: typeOf(repository),
    volatile: repository.mutability === "volatile",
    ...withoutNull({
      title: repository.title,
      description: repository.description,
      custom_data: repository.customData,
    }),
  };
  if (repository.kind === "remote") return { ...common, ...mirrorConfigOf(repository) };
  return {
    ...common,
    bases: repository.kind === "local" ? repository.bases : repository.members,
    acl_upload: repository.kind === "local" ? repository.publishers : [],
    acl_toxresult_upload: repository.kind === "local" ? repository.testResultWriters : [],
    acl_read: repository.readers,
    mirror_whitelist: repository.whitelist,
    mirror_whitelist_inheritance: repository.whitelistInheritance,
    ...(repository.kind === "virtual" && repository.constraints != null ? { constraints: repository.constraints } : {}),
  };
}

function mirrorConfigOf(remote: RemoteRepository): JsonObject {
  const isOpen = remote.readers.length === 1 && remote.readers[0] === ANYONE;
  return withoutNull({
    mirror_url: remote.url,
    mirror_web_url_fmt: remote.webUrlFormat,
    mirror_cache_expiry: remote.freshForSeconds === CACHE_EXPIRY_SECONDS ? null : remote.freshForSeconds,
    mirror_no_project_list: remote.noProjectList || null,
    mirror_use_external_urls: remote.useExternalUrls || null,
    mirror_ignore_serial_header: remote.ignoreSerialHeader || null,
    mirror_provides_core_metadata: remote.providesCoreMetadata ?? null,
    constraints: remote.constraints ?? null,
    // devpi's mirrors have no lists of rights, and its clients know which keys to expect.
    acl_read: isOpen ? null : remote.readers,
  });
}

/** The settings of a new repository; `seal` encrypts a login that stood in `mirror_url`. */
export function newRepositoryFrom(
  type: IndexType,
  options: IndexOptions,
  name: RepositoryName,
  seal: (secret: string) => Sealed,
): NewRepository {
  const common = {
    mutability: options.volatile === false ? ("immutable" as const) : ("volatile" as const),
    readers: options.acl_read ?? [ANYONE],
    title: options.title ?? null,
    description: options.description ?? null,
    customData: options.custom_data ?? null,
  };
  if (type === "mirror") {
    const { url = null, credentials = null } = options.mirror_url ?? {};
    return {
      kind: "remote",
      ...common,
      url,
      credentials: credentials === null ? null : seal(credentials),
      freshForSeconds: options.mirror_cache_expiry ?? CACHE_EXPIRY_SECONDS,
      noProjectList: options.mirror_no_project_list ?? false,
      useExternalUrls: options.mirror_use_external_urls ?? false,
      ignoreSerialHeader: options.mirror_ignore_serial_header ?? false,
      webUrlFormat: options.mirror_web_url_fmt ?? null,
      ...given({
        providesCoreMetadata: options.mirror_provides_core_metadata,
        constraints: options.constraints,
      }),
    };
  }
  const merging = {
    whitelist: options.mirror_whitelist ?? [],
    whitelistInheritance: options.mirror_whitelist_inheritance ?? ("intersection" as const),
    resolution: "shadow" as const,
    // devpi unites the files of all mirrors that it asks.
    remotes: "union" as const,
  };
  if (type === "constrained") {
    return {
      kind: "virtual",
      ...common,
      ...merging,
      members: options.bases ?? [],
      publishTo: null,
      constraints: options.constraints ?? [],
    };
  }
  return {
    kind: "local",
    ...common,
    ...merging,
    bases: options.bases ?? [],
    publishers: options.acl_upload ?? [ownerOf(name)],
    testResultWriters: options.acl_toxresult_upload ?? [ANYONE],
  };
}

/** The repository with the given options changed and all others kept. */
export function withOptions(current: Repository, options: IndexOptions, seal: (secret: string) => Sealed): Repository {
  const common = {
    mutability: options.volatile === undefined ? current.mutability : mutabilityOf(options.volatile),
    readers: options.acl_read ?? current.readers,
    title: kept(options.title, current.title),
    description: kept(options.description, current.description),
    customData: kept(options.custom_data, current.customData),
    ...given({ constraints: options.constraints }),
  };
  switch (current.kind) {
    case "local":
      return {
        ...current,
        ...common,
        ...mergingWith(current, options),
        bases: options.bases ?? current.bases,
        publishers: options.acl_upload ?? current.publishers,
        testResultWriters: options.acl_toxresult_upload ?? current.testResultWriters,
      };
    case "virtual":
      // Sent back as it was shown (empty), or meant for an index that holds files, which this is not.
      if ((options.acl_upload ?? []).length > 0 || (options.acl_toxresult_upload ?? []).length > 0) {
        throw invalid(
          `${current.name} is virtual and holds no files; set who may upload on the index it publishes to.`,
        );
      }
      return {
        ...current,
        ...common,
        ...mergingWith(current, options),
        members: options.bases ?? current.members,
      };
    case "remote":
      return { ...current, ...common, ...mirrorWith(current, options, seal) };
  }
}

function mirrorWith(
  current: RemoteRepository,
  options: IndexOptions,
  seal: (secret: string) => Sealed,
): Partial<RemoteRepository> {
  return {
    ...addressWith(current, options.mirror_url, seal),
    freshForSeconds: kept(options.mirror_cache_expiry, current.freshForSeconds) ?? CACHE_EXPIRY_SECONDS,
    noProjectList: kept(options.mirror_no_project_list, current.noProjectList) ?? false,
    useExternalUrls: kept(options.mirror_use_external_urls, current.useExternalUrls) ?? false,
    ignoreSerialHeader: kept(options.mirror_ignore_serial_header, current.ignoreSerialHeader) ?? false,
    webUrlFormat: kept(options.mirror_web_url_fmt, current.webUrlFormat),
    ...given({ providesCoreMetadata: options.mirror_provides_core_metadata }),
  };
}

/** A login stays with its address: the same address sent back keeps it, another one never gets it. */
function addressWith(
  current: RemoteRepository,
  address: MirrorUrl | null | undefined,
  seal: (secret: string) => Sealed,
): Pick<RemoteRepository, "url" | "credentials"> {
  if (address === undefined) return { url: current.url, credentials: current.credentials };
  if (address === null) return { url: null, credentials: null };
  if (address.credentials !== null) return { url: address.url, credentials: seal(address.credentials) };
  const isSameServer = current.url !== null && new URL(current.url).origin === new URL(address.url).origin;
  return { url: address.url, credentials: isSameServer ? current.credentials : null };
}

function mergingWith(
  current: LocalRepository | VirtualRepository,
  options: IndexOptions,
): Pick<LocalRepository, "whitelist" | "whitelistInheritance"> {
  return {
    whitelist: options.mirror_whitelist ?? current.whitelist,
    whitelistInheritance: options.mirror_whitelist_inheritance ?? current.whitelistInheritance,
  };
}

function mutabilityOf(isVolatile: boolean): "volatile" | "immutable" {
  return isVolatile ? "volatile" : "immutable";
}

/** Without what was not given; `null` stays. */
function given<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}

/** Not given: as it was. `null`: taken away. */
function kept<Value>(given: Value | undefined, current: Value): Value {
  return given === undefined ? current : given;
}

function withoutNull(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}
