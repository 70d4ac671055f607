import type { JsonObject } from "./json.ts";
import type { FormatName, Instant, ProjectName, RepositoryName, Sealed } from "./names.ts";

/**
 * Someone a list of rights may name: a user name, `:group`, `:ANONYMOUS:` (everybody, signed in or not) or
 * `:AUTHENTICATED:` (everybody who is signed in). devpi's words, used by every dialect.
 */
export type PrincipalSpec = string;
export const ANYONE: PrincipalSpec = ":ANONYMOUS:";
export const SIGNED_IN: PrincipalSpec = ":AUTHENTICATED:";

/**
 * `immutable`: a published file is not replaced, and removed only by force. `volatile`: it may be replaced and removed.
 * Local repositories are `immutable` unless they are made otherwise, as devpi's dialect makes them.
 */
export type Mutability = "immutable" | "volatile";

interface Common {
  readonly name: RepositoryName;
  readonly format: FormatName;
  readonly title: string | null;
  readonly description: string | null;
  /** Whatever the owner keeps here (devpi's `custom_data`); never read by us. */
  readonly customData: JsonObject | string | null;
  /** Who may read. Default `[":ANONYMOUS:"]`. The owner and root always may. */
  readonly readers: readonly PrincipalSpec[];
  readonly mutability: Mutability;
  /**
   * Lines of a constraints file, in the format's own words: what they do not admit is seen neither here nor through
   * here (devpi-constrained). `null`, and not given in what was kept before there were any: everything is admitted.
   */
  readonly constraints?: readonly string[] | null;
  /**
   * Ant patterns on paths (`ant-pattern.ts`): what is not included, or is excluded, is neither taken nor shown. Not given:
   * everything is included and nothing excluded.
   */
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  /** Among the members of a virtual one: where a member with priority has a project, only such members are asked. */
  readonly hasPriority?: boolean;
  /** Neither read nor written, as if it were empty (Artifactory's `blackedOut`). */
  readonly isBlackedOut?: boolean;
  /** What other systems' clients want back; never read by us. */
  readonly kept?: JsonObject;
  readonly createdAt: Instant;
}

/** How the projects of several members come together; see `resolution.ts`. */
export interface Merging {
  /** `shadow`: a project held locally hides its namesakes in remotes. `merge`: files of all members are united. */
  readonly resolution: "shadow" | "merge";
  /** Of several remotes that have the project: the first that answers, or all of them. */
  readonly remotes: "first" | "union";
  /** Projects for which remotes are opened although they are held locally (devpi's `mirror_whitelist`); `*` = all. */
  readonly whitelist: readonly (ProjectName | "*")[];
  /** How the lists of the members on the way are combined; the asked repository's setting counts. */
  readonly whitelistInheritance: "intersection" | "union";
}

/** Holds what was published to it. */
export interface LocalRepository extends Common, Merging {
  readonly kind: "local";
  /** Looked into after its own files, in order of trust (devpi's bases). */
  readonly bases: readonly RepositoryName[];
  /** Who may publish (devpi's `acl_upload`); those may also remove. Default: the owner. */
  readonly publishers: readonly PrincipalSpec[];
  /** Who may attach test results (devpi's `acl_toxresult_upload`). Default: everybody. */
  readonly testResultWriters: readonly PrincipalSpec[];
  /** `strict`: the public index's rules. `legacy`: devpi's `submit` and old archive types too. */
  readonly validation: "strict" | "legacy";
  /** Names that belong to this house although no file of theirs is here: exact, or a prefix written `acme-*`. */
  readonly reserved: readonly string[];
  /** All its files together may have so many bytes; `null` or not given: as many as there is room for. */
  readonly quotaBytes?: number | null;
}

/** Reads through to another server and remembers what it read. */
export interface RemoteRepository extends Common {
  readonly kind: "remote";
  /** Where the upstream's project pages are; ends in `/`, has no credentials. `null`: not set up yet, empty. */
  readonly url: string | null;
  /** `user:password` for the upstream. */
  readonly credentials: Sealed | null;
  /** How long a page counts as fresh before the upstream is asked again. */
  readonly freshForSeconds: number;
  /** How long the upstream's "not found" is believed. */
  readonly missingForSeconds: number;
  /** The upstream has no list of projects, or it shall not be fetched. */
  readonly noProjectList: boolean;
  /** Send clients to the upstream's own file addresses instead of fetching and storing the files. */
  readonly useExternalUrls: boolean;
  /** The upstream is one flat page of links (find-links) instead of a page per project. */
  readonly layout: "simple" | "flat";
  /** For people: the upstream's page of a project, with `{name}` in it (devpi's `mirror_web_url_fmt`). */
  readonly webUrlFormat: string | null;
  /** devpi's `mirror_ignore_serial_header`, kept for its clients. */
  readonly ignoreSerialHeader: boolean;
  /** devpi's `mirror_provides_core_metadata`, kept for its clients; metadata of files is always offered. */
  readonly providesCoreMetadata?: boolean | null;
  /** Only what is already here is shown; the upstream is never asked. */
  readonly isOffline?: boolean;
  /**
   * An upstream that cannot answer fails the whole answer. `false` (Artifactory's `hardFail: false`) skips it, and only
   * where a virtual repository merges; not given: `true`.
   */
  readonly failsHard?: boolean;
  /** After an upstream could not be reached it is not asked again for so long; not given: as the server's breaker has it. */
  readonly assumedOfflineSeconds?: number;
  /** `false`: files pass through and are not kept. Not given: `true`. */
  readonly storesFiles?: boolean;
  /** Copies that nobody has read for so long are cleared away; 0 or not given: never. */
  readonly unusedForHours?: number;
  /** `http://…` or `https://…` of the proxy for this upstream; not given: as the server is set. */
  readonly proxy?: string | null;
  /** The upstream's answer may take so long to begin; not given: as the server is set. */
  readonly timeoutMilliseconds?: number;
}

/** Shows several repositories as one. Holds nothing itself. */
export interface VirtualRepository extends Common, Merging {
  readonly kind: "virtual";
  /** In order of trust. */
  readonly members: readonly RepositoryName[];
  /** The member that uploads are handed to; `null`: uploads are refused. */
  readonly publishTo: RepositoryName | null;
}

export type Repository = LocalRepository | RemoteRepository | VirtualRepository;

/** Where to look after the repository itself: bases of a local, members of a virtual, nothing for a remote. */
export function membersOf(repository: Repository): readonly RepositoryName[] {
  switch (repository.kind) {
    case "local":
      return repository.bases;
    case "virtual":
      return repository.members;
    default:
      return [];
  }
}
