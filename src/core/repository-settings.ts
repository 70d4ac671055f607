import { patternFault } from "./ant-pattern.ts";
import { type FormatName, type Instant, isReservedWord, keyOf, ownerOf, type RepositoryName } from "./names.ts";
import {
  ANYONE,
  type LocalRepository,
  type Merging,
  membersOf,
  type PrincipalSpec,
  type RemoteRepository,
  type Repository,
  type VirtualRepository,
} from "./repository.ts";

type Given<Kind extends Repository> = Partial<Omit<Kind, "kind" | "name" | "createdAt">> & Pick<Kind, "kind">;

/** What a new repository shall be: its kind, and whatever shall not have its default. */
export type RepositorySettings = Given<LocalRepository> | Given<RemoteRepository> | Given<VirtualRepository>;

const TEXT_LENGTH_MAX = 10_000;
const CUSTOM_DATA_LENGTH_MAX = 100_000;
const SPEC_LENGTH_MAX = 200;
/** Bases or members of one repository. */
export const MEMBERS_MAX = 100;
const LIST_LENGTH_MAX = 10_000;
/** A year; whoever wants a copy for ever wants a local repository. */
const SECONDS_MAX = 31_536_000;
/** Ten years. */
const HOURS_MAX = 87_600;
/** Whoever asks us has given up long before. */
const TIMEOUT_MILLISECONDS_MAX = 600_000;
/** Includes or excludes of one repository; each is tried on every path. */
const PATTERNS_MAX = 200;

const MERGING: Merging = {
  resolution: "shadow",
  remotes: "first",
  whitelist: [],
  whitelistInheritance: "intersection",
};

/** A repository as it is made: what was not given has its default. */
export function newRepository(
  name: RepositoryName,
  settings: RepositorySettings,
  { format, createdAt }: { readonly format: FormatName; readonly createdAt: Instant },
): Repository {
  const common = {
    name,
    format,
    title: null,
    description: null,
    customData: null,
    readers: [ANYONE],
    // Of a remote or virtual one: what may change is what others hold.
    mutability: "volatile" as const,
  };
  switch (settings.kind) {
    case "local":
      return {
        ...common,
        ...MERGING,
        // The safer way: who installs a version today gets the same bytes tomorrow. devpi's dialect says otherwise.
        mutability: "immutable",
        bases: [],
        publishers: [ownerOf(name)],
        testResultWriters: [ANYONE],
        validation: "strict",
        reserved: [],
        ...settings,
        createdAt,
      };
    case "remote":
      return {
        ...common,
        url: null,
        credentials: null,
        freshForSeconds: 1800,
        // A name that was missing a while ago may have been published since.
        missingForSeconds: 300,
        noProjectList: false,
        useExternalUrls: false,
        layout: "simple",
        webUrlFormat: null,
        ignoreSerialHeader: false,
        ...settings,
        createdAt,
      };
    case "virtual":
      return { ...common, ...MERGING, members: [], publishTo: null, ...settings, createdAt };
  }
}

/** What is wrong with a repository by itself, in one sentence; `null`: nothing. */
export function settingsFault(repository: Repository): string | null {
  return (
    nameFault(repository.name) ??
    describingFault(repository) ??
    specsFault("readers", repository.readers) ??
    listFault("constraints", repository.constraints ?? []) ??
    patternsFault("includes", repository.includes ?? []) ??
    patternsFault("excludes", repository.excludes ?? []) ??
    keptFault(repository) ??
    kindFault(repository)
  );
}

/**
 * What is wrong with the repositories that this one looks into; `null`: nothing. What was there `before` and is gone
 * since is no fault: the repository goes on without it, as devpi's does. Only bases still name what is gone.
 */
export function membersFault(
  repository: Repository,
  before: Repository | null,
  find: (name: RepositoryName) => Repository | null,
): string | null {
  const members = membersOf(repository);
  const known = new Set(before === null ? [] : membersOf(before));
  if (members.length > MEMBERS_MAX) return `a repository has at most ${MEMBERS_MAX} bases or members`;
  if (new Set(members).size < members.length) return "a base or member is named twice";
  for (const name of members.filter((member) => !known.has(member))) {
    const member = name === repository.name ? repository : find(name);
    if (member === null) return `there is no repository '${name}' to be a base or member of ${repository.name}`;
    if (member.format !== repository.format) {
      return `${name} is of format ${member.format} and cannot be a base or member of ${repository.name}, which is of format ${repository.format}`;
    }
  }
  const cycle = cycleThrough(repository, find);
  if (cycle !== null) return `a repository cannot look into itself: ${cycle.join(" → ")}`;
  return repository.kind === "virtual" ? targetFault(repository, find) : null;
}

/** What is wrong with the fields that only describe; `null`: nothing. */
export function describingFault({
  title,
  description,
  customData,
}: Pick<Repository, "title" | "description" | "customData">): string | null {
  for (const [field, text] of Object.entries({ title, description })) {
    if (text !== null && text.length > TEXT_LENGTH_MAX)
      return `the ${field} has more than ${TEXT_LENGTH_MAX} characters`;
  }
  return customData !== null && JSON.stringify(customData).length > CUSTOM_DATA_LENGTH_MAX
    ? `the custom data has more than ${CUSTOM_DATA_LENGTH_MAX} characters`
    : null;
}

function nameFault(name: RepositoryName): string | null {
  const key = keyOf(name);
  return isReservedWord(key)
    ? `${name} would be known as '${key}', and this server's own addresses begin with that; choose another name`
    : null;
}

function kindFault(repository: Repository): string | null {
  switch (repository.kind) {
    case "local":
      return (
        specsFault("publishers", repository.publishers) ??
        specsFault("testResultWriters", repository.testResultWriters) ??
        listFault("whitelist", repository.whitelist) ??
        reservedFault(repository.reserved) ??
        wholeFault("quotaBytes", repository.quotaBytes ?? 0, Number.MAX_SAFE_INTEGER)
      );
    case "remote":
      return (
        addressFault(repository) ??
        webUrlFault(repository.webUrlFormat) ??
        wholeFault("freshForSeconds", repository.freshForSeconds, SECONDS_MAX) ??
        wholeFault("missingForSeconds", repository.missingForSeconds, SECONDS_MAX) ??
        wholeFault("assumedOfflineSeconds", repository.assumedOfflineSeconds ?? 0, SECONDS_MAX) ??
        wholeFault("unusedForHours", repository.unusedForHours ?? 0, HOURS_MAX) ??
        timeoutFault(repository.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS_MAX) ??
        proxyFault(repository.proxy ?? null)
      );
    case "virtual":
      return listFault("whitelist", repository.whitelist);
  }
}

function addressFault({ url: text, layout }: RemoteRepository): string | null {
  if (text === null) return null;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return `the upstream's address must begin with https:// or http:// and be a URL, and '${text}' is not`;
  }
  // An address is shown to readers, so it is not repeated here either.
  if (url.username !== "" || url.password !== "") {
    return "the upstream's address must not hold a password; give it as credentials, user:password";
  }
  if (url.hash !== "") return `the upstream's address must not have a fragment: '${url.hash}'`;
  if (layout === "flat") return null;
  if (url.search !== "") return `the address of an index of projects has no query: '${url.search}'`;
  return url.pathname.endsWith("/") ? null : `the address of an index of projects ends in '/', and '${text}' does not`;
}

/** People follow it as a link, so it must not be a script. */
function webUrlFault(text: string | null): string | null {
  if (text === null) return null;
  return /^https?:\/\//i.test(text) && text.length <= TEXT_LENGTH_MAX
    ? null
    : "the upstream's page of a project must begin with https:// or http://";
}

function wholeFault(field: string, count: number, most: number): string | null {
  return Number.isSafeInteger(count) && count >= 0 && count <= most
    ? null
    : `${field} must be a whole number from 0 to ${most}`;
}

function timeoutFault(milliseconds: number): string | null {
  return Number.isSafeInteger(milliseconds) && milliseconds > 0 && milliseconds <= TIMEOUT_MILLISECONDS_MAX
    ? null
    : `timeoutMilliseconds must be a whole number from 1 to ${TIMEOUT_MILLISECONDS_MAX}`;
}

function proxyFault(text: string | null): string | null {
  if (text === null) return null;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return `the proxy's address must begin with https:// or http:// and be a URL, and '${text}' is not`;
  }
  // Readers of the settings see it.
  if (url.username !== "" || url.password !== "") {
    return "the proxy's address must not hold a password, because it is shown to readers; use a proxy that asks for none";
  }
  return url.pathname === "/" && url.search === "" && url.hash === ""
    ? null
    : `the proxy's address ends after host and port, and '${text}' does not`;
}

function patternsFault(field: string, patterns: readonly string[]): string | null {
  if (patterns.length > PATTERNS_MAX) return `${field} has more than ${PATTERNS_MAX} patterns`;
  for (const pattern of patterns) {
    const fault = patternFault(pattern);
    if (fault !== null) return `${field} cannot be taken: ${fault}`;
  }
  return null;
}

function keptFault({ kept }: Repository): string | null {
  return kept !== undefined && JSON.stringify(kept).length > CUSTOM_DATA_LENGTH_MAX
    ? `what is kept for other systems' clients has more than ${CUSTOM_DATA_LENGTH_MAX} characters`
    : null;
}

function listFault(field: string, list: readonly string[]): string | null {
  return list.length > LIST_LENGTH_MAX ? `${field} has more than ${LIST_LENGTH_MAX} entries` : null;
}

function specsFault(field: string, specs: readonly PrincipalSpec[]): string | null {
  const odd = specs.find((spec) => spec === "" || spec.length > SPEC_LENGTH_MAX || /[\x00-\x1f\x7f]/.test(spec));
  return odd === undefined
    ? listFault(field, specs)
    : `${field} must name accounts, ':groups', ':ANONYMOUS:' or ':AUTHENTICATED:', and '${odd}' is none of them`;
}

function reservedFault(reserved: readonly string[]): string | null {
  const odd = reserved.find((pattern) => pattern === "" || pattern.slice(0, -1).includes("*"));
  return odd === undefined
    ? listFault("reserved", reserved)
    : `reserved has names, or beginnings of names written 'acme-*', and '${odd}' is neither`;
}

/** Uploads that are handed on must arrive somewhere. */
function targetFault(
  { name, members, publishTo }: VirtualRepository,
  find: (name: RepositoryName) => Repository | null,
): string | null {
  if (publishTo === null) return null;
  if (!members.includes(publishTo)) {
    return `${name} cannot hand uploads to ${publishTo}, which is not among its members; add it, or choose one of them`;
  }
  const target = find(publishTo);
  // A member that is gone takes its uploads with it; they are refused when they come.
  return target === null || target.kind === "local"
    ? null
    : `${name} cannot hand uploads to ${publishTo}, which is ${target.kind}; only a local repository holds files`;
}

/** The way from a repository through its members back to itself; `null`: there is none. */
function cycleThrough(
  repository: Repository,
  find: (name: RepositoryName) => Repository | null,
): readonly RepositoryName[] | null {
  const cameFrom = new Map<RepositoryName, RepositoryName>();
  const waiting: Repository[] = [repository];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const name of membersOf(at)) {
      if (name === repository.name) return wayTo(at.name, repository.name, cameFrom);
      if (cameFrom.has(name)) continue;
      cameFrom.set(name, at.name);
      const member = find(name);
      if (member !== null) waiting.push(member);
    }
  }
  return null;
}

function wayTo(
  last: RepositoryName,
  start: RepositoryName,
  cameFrom: ReadonlyMap<RepositoryName, RepositoryName>,
): readonly RepositoryName[] {
  const way = [start];
  for (let at: RepositoryName | undefined = last; at !== undefined && at !== start; at = cameFrom.get(at))
    way.unshift(at);
  return [start, ...way];
}
