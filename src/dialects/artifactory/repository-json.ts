import {
  ANYONE,
  type FormatName,
  type Json,
  type JsonObject,
  keyOf,
  type RemoteRepository,
  type Repository,
  type RepositoryName,
  type RepositorySettings,
  refuse,
  type Sealed,
} from "#core";
import { flagField, given, textField, textsField, wholeField } from "./json-fields.ts";
import { classOf, ECHO_DEFAULTS, formatOf, packageTypeOf, READ_FIELDS, REMOTE_DEFAULTS } from "./repository-fields.ts";
import { addressFieldsOf, upstreamAddress } from "./upstream-address.ts";

/** What reading and showing a configuration needs to know beside it. */
export interface ConfigurationContext {
  /** The repository of that key, in any case. */
  readonly named: (key: string) => RepositoryName | null;
  readonly seal: (secret: string) => Sealed;
}

/** The settings of a new repository. Readers of what holds files are whom a permission target names; a virtual one's are its members'. */
export function readNewRepository(body: JsonObject, context: ConfigurationContext): RepositorySettings {
  const rclass = textField(body, "rclass")?.toLowerCase();
  const format = formatOf(textField(body, "packageType") ?? "generic");
  switch (rclass) {
    case "local":
    case "federated":
      return {
        kind: "local",
        format,
        // Redeploying is a matter of the right to delete, not of the repository.
        mutability: "volatile",
        // What other servers took is taken here: teams move in with what they have.
        validation: "legacy",
        readers: [],
        ...commonChange(body),
        kept: keptFields(body, {}, rclass),
      };
    case "remote": {
      if ((textField(body, "url") ?? "") === "") {
        throw invalid("A remote repository needs the address of what it reads: give it as 'url'.");
      }
      const kept = keptFields(body, {}, rclass);
      return {
        kind: "remote",
        format,
        readers: [],
        ...REMOTE_DEFAULTS,
        failsHard: false,
        storesFiles: true,
        ...commonChange(body),
        ...remoteChange(body, kept, format),
        ...credentialsChange(body, null, context),
        kept,
      };
    }
    case "virtual":
      return {
        kind: "virtual",
        format,
        readers: [ANYONE],
        ...commonChange(body),
        ...virtualChange(body, context),
        kept: keptFields(body, {}, rclass),
      };
    default:
      throw invalid(
        rclass === undefined
          ? "A new repository needs 'rclass': local, remote, virtual or federated."
          : `There is no rclass '${rclass}'; there are local, remote, virtual and federated.`,
      );
  }
}

/** The repository with what is given changed; what is not given stays. */
export function changedRepository(current: Repository, body: JsonObject, context: ConfigurationContext): Repository {
  checkIdentity(current, body);
  const kept = keptFields(body, current.kept ?? {}, null);
  switch (current.kind) {
    case "local":
      return { ...current, ...commonChange(body), kept };
    case "remote":
      return {
        ...current,
        ...commonChange(body),
        ...remoteChange(body, kept, current.format),
        ...credentialsChange(body, current, context),
        kept,
      };
    case "virtual":
      return { ...current, ...commonChange(body), ...virtualChange(body, context), kept };
  }
}

/** The configuration. `isFull`: to who administers it, with the name that it is known by upstream, and what is kept. */
export function configurationOf(
  repository: Repository,
  { exists, isFull }: { readonly exists: (name: RepositoryName) => boolean; readonly isFull: boolean },
): JsonObject {
  const { username, ...kept } = repository.kept ?? {};
  return {
    key: keyOf(repository.name),
    ...ECHO_DEFAULTS[repository.kind],
    // Nothing here knows what it means, so nobody can say that every reader may see it.
    ...(isFull ? kept : {}),
    rclass: classOf(repository),
    packageType: packageTypeOf(repository.format),
    description: repository.description ?? "",
    includesPattern: patternText(repository.includes, "**/*"),
    excludesPattern: patternText(repository.excludes, ""),
    blackedOut: repository.isBlackedOut ?? false,
    priorityResolution: repository.hasPriority ?? false,
    ...kindFields(isFull ? repository : { ...repository, kept: {} }, exists),
    ...(repository.kind === "remote" ? { username: isFull ? (username ?? "") : "", password: "" } : {}),
  };
}

function kindFields(repository: Repository, exists: (name: RepositoryName) => boolean): JsonObject {
  switch (repository.kind) {
    case "local":
      return {};
    case "remote":
      return {
        ...addressFieldsOf(repository),
        hardFail: repository.failsHard ?? true,
        offline: repository.isOffline ?? false,
        storeArtifactsLocally: repository.storesFiles ?? true,
        retrievalCachePeriodSecs: repository.freshForSeconds,
        missedRetrievalCachePeriodSecs: repository.missingForSeconds,
        assumedOfflinePeriodSecs: repository.assumedOfflineSeconds ?? REMOTE_DEFAULTS.assumedOfflineSeconds,
        unusedArtifactsCleanupPeriodHours: repository.unusedForHours ?? 0,
        socketTimeoutMillis: repository.timeoutMilliseconds ?? REMOTE_DEFAULTS.timeoutMilliseconds,
      };
    case "virtual":
      return {
        repositories: repository.members.filter(exists).map(keyOf),
        defaultDeploymentRepo:
          repository.publishTo === null || !exists(repository.publishTo) ? "" : keyOf(repository.publishTo),
        resolution: repository.resolution,
        remotes: repository.remotes,
      };
  }
}

type CommonChange = Partial<
  Pick<Repository, "description"> & Required<Pick<Repository, "includes" | "excludes" | "hasPriority" | "isBlackedOut">>
>;

function commonChange(body: JsonObject): CommonChange {
  const description = textField(body, "description");
  const includes = patterns(body, "includesPattern");
  const excludes = patterns(body, "excludesPattern");
  const hasPriority = flagField(body, "priorityResolution");
  const isBlackedOut = flagField(body, "blackedOut");
  return {
    ...(description === undefined ? {} : { description: description === "" ? null : description }),
    ...(includes === undefined ? {} : { includes: includes.some(isEverything) ? [] : includes }),
    ...(excludes === undefined ? {} : { excludes }),
    ...(hasPriority === undefined ? {} : { hasPriority }),
    ...(isBlackedOut === undefined ? {} : { isBlackedOut }),
  };
}

function remoteChange(body: JsonObject, kept: JsonObject, format: FormatName): Partial<RemoteRepository> {
  const failsHard = flagField(body, "hardFail");
  const isOffline = flagField(body, "offline");
  const storesFiles = flagField(body, "storeArtifactsLocally");
  const freshForSeconds = wholeField(body, "retrievalCachePeriodSecs");
  const missingForSeconds = wholeField(body, "missedRetrievalCachePeriodSecs");
  const assumedOfflineSeconds = wholeField(body, "assumedOfflinePeriodSecs");
  const unusedForHours = wholeField(body, "unusedArtifactsCleanupPeriodHours");
  const timeoutMilliseconds = wholeField(body, "socketTimeoutMillis");
  const proxy = textField(body, "proxy");
  return {
    ...addressChange(body, kept, format),
    ...(failsHard === undefined ? {} : { failsHard }),
    ...(isOffline === undefined ? {} : { isOffline }),
    ...(storesFiles === undefined ? {} : { storesFiles }),
    ...(freshForSeconds === undefined ? {} : { freshForSeconds }),
    ...(missingForSeconds === undefined ? {} : { missingForSeconds }),
    ...(assumedOfflineSeconds === undefined ? {} : { assumedOfflineSeconds }),
    ...(unusedForHours === undefined ? {} : { unusedForHours }),
    ...(timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }),
    // Elsewhere this is the name of a proxy that the server's own settings describe; here it is the proxy's address.
    ...(proxy === undefined ? {} : { proxy: /^https?:\/\//i.test(proxy) ? proxy : null }),
  };
}

function addressChange(body: JsonObject, kept: JsonObject, format: FormatName): Pick<Partial<RemoteRepository>, "url"> {
  const isNamed = ["url", "pyPIRegistryUrl", "pyPIRepositorySuffix"].some((name) => given(body, name) !== undefined);
  if (!isNamed) return {};
  const url = textField(kept, "url") ?? "";
  const registryUrl = textField(kept, "pyPIRegistryUrl") ?? null;
  if (url === "" && (registryUrl ?? "") === "") return { url: null };
  return {
    url: upstreamAddress(format, { url, registryUrl, suffix: textField(kept, "pyPIRepositorySuffix") ?? null }),
  };
}

/** A password is never shown, so a client that sends back what it read sends an empty one: it means the one that is there. */
function credentialsChange(
  body: JsonObject,
  current: RemoteRepository | null,
  { seal }: ConfigurationContext,
): Pick<Partial<RemoteRepository>, "credentials"> {
  const username = textField(body, "username");
  const password = textField(body, "password");
  const known = current?.kept?.["username"];
  if (username === undefined && password === undefined) return {};
  if (username === "" && (password === undefined || password === "")) return { credentials: null };
  const isSame = current !== null && (username === undefined || username === known);
  if (isSame && (password === undefined || password === "")) return {};
  const name = username ?? (typeof known === "string" ? known : "");
  return { credentials: seal(`${name}:${password ?? ""}`) };
}

type VirtualChange = {
  readonly members?: readonly RepositoryName[];
  readonly publishTo?: RepositoryName | null;
  readonly resolution?: "shadow" | "merge";
  readonly remotes?: "first" | "union";
};

function virtualChange(body: JsonObject, { named }: ConfigurationContext): VirtualChange {
  const members = textsField(body, "repositories");
  const target = textField(body, "defaultDeploymentRepo");
  const resolution = textField(body, "resolution");
  const remotes = textField(body, "remotes");
  return {
    ...(members === undefined ? {} : { members: members.map((key) => existing(key, named)) }),
    ...(target === undefined ? {} : { publishTo: target === "" ? null : existing(target, named) }),
    ...(resolution === undefined ? {} : { resolution: oneOf("resolution", resolution, ["shadow", "merge"] as const) }),
    ...(remotes === undefined ? {} : { remotes: oneOf("remotes", remotes, ["first", "union"] as const) }),
  };
}

function existing(key: string, named: ConfigurationContext["named"]): RepositoryName {
  const name = named(key);
  if (name === null) throw invalid(`There is no repository '${key}' that could be a member; create it first.`);
  return name;
}

function oneOf<Word extends string>(field: string, word: string, words: readonly Word[]): Word {
  const found = words.find((candidate) => candidate === word);
  if (found === undefined) throw invalid(`The field '${field}' is one of ${words.join(", ")}, and '${word}' is not.`);
  return found;
}

/** What clients want back although nothing here reads it. `null` is what they send for fields they do not set. */
function keptFields(body: JsonObject, before: JsonObject, rclass: string | null): JsonObject {
  const kept: Record<string, Json> = { ...before };
  for (const [name, value] of Object.entries(body)) {
    if (!READ_FIELDS.has(name) && value !== null && !isSecret(name, value)) kept[name] = value;
  }
  return rclass === "federated" ? { ...kept, rclass } : kept;
}

/** What nothing here needs is no reason to keep somebody's secret in the open. */
function isSecret(name: string, value: Json): boolean {
  return typeof value === "string" && /password|passphrase|secret|token|credential/i.test(name);
}

function checkIdentity(current: Repository, body: JsonObject): void {
  const rclass = textField(body, "rclass")?.toLowerCase();
  if (rclass !== undefined && rclass !== classOf(current)) {
    throw invalid(`The repository is ${classOf(current)} and cannot become ${rclass}; create another one.`);
  }
  const packageType = textField(body, "packageType");
  if (packageType !== undefined && formatOf(packageType) !== current.format) {
    const own = packageTypeOf(current.format);
    throw invalid(`The repository is of package type ${own}, which cannot become ${packageType}; create another one.`);
  }
}

function patterns(body: JsonObject, name: string): readonly string[] | undefined {
  return textField(body, name)
    ?.split(",")
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== "");
}

function isEverything(pattern: string): boolean {
  return pattern === "**" || pattern === "**/*";
}

function patternText(list: readonly string[] | undefined, none: string): string {
  return list === undefined || list.length === 0 ? none : list.join(",");
}

function invalid(because: string): Error {
  return refuse({ code: "setting-invalid", because });
}
