import { compilePathPatterns, compileWildcard, type PathMatcher, partsNeededBy } from "./ant-pattern.ts";
import { keyOf, type RepositoryName } from "./names.ts";
import { ANONYMOUS_USER, NO_RULES, type Rules, type Subject } from "./permission.ts";
import { type Action, accountOf, type Principal } from "./principal.ts";
import type { Repository } from "./repository.ts";
import type { Grantable, PermissionTarget } from "./targets.ts";

/** What targets name instead of a repository: every one, or every one of a kind. */
export const ANY_REPOSITORY = "ANY";
export const ANY_LOCAL = "ANY LOCAL";
export const ANY_REMOTE = "ANY REMOTE";

/**
 * Which grants allow an action; any of them is enough. Replacing a file takes what is there away (Artifactory's redeploy).
 * Yanking is less than removing, and undone by publishing. Fetching something new from an upstream puts a file there.
 */
const ENOUGH: Readonly<Record<Action, readonly Grantable[]>> = {
  read: ["read"],
  annotate: ["annotate"],
  publish: ["publish"],
  overwrite: ["remove"],
  yank: ["remove", "publish"],
  remove: ["remove"],
  "fill-cache": ["publish"],
  "upload-test-result": ["annotate", "publish"],
  administer: ["administer"],
};

/** Of all actions to all users and groups together; more paths than this are not remembered, some 20 MB of them. */
const PATHS_MAX = 100_000;

/** What Artifactory calls the cache of a remote: grants on the one hold for the other. */
const CACHE_SUFFIX = "-cache";
/** More repositories than this are not remembered; what is asked then is only found again. */
const REPOSITORIES_MAX = 50_000;

/** Targets made ready, for when most of them stay as they are. */
export type KnownTargets = WeakMap<PermissionTarget, Compiled>;

/**
 * Targets as rules that are asked in microseconds, however many they are. `known`: what is compiled already; what is not
 * is added.
 */
export function compileRules(targets: readonly PermissionTarget[], known: KnownTargets = new WeakMap()): Rules {
  const compiled = targets.map((target) => {
    const made = known.get(target) ?? compiledTarget(target);
    known.set(target, made);
    return made;
  });
  const byRepository = new Map<string, RepositoryRules>();
  const memory: Memory = { count: 0, filled: new Set() };

  function rulesOf(repository: Repository): RepositoryRules {
    // One made anew under the same name may be of another kind.
    const name = `${repository.kind} ${repository.name}`;
    const before = byRepository.get(name);
    if (before !== undefined) return before;
    const found = repositoryRules(compiled.filter(({ covers }) => covers(repository)));
    if (byRepository.size >= REPOSITORIES_MAX) byRepository.clear();
    byRepository.set(name, found);
    return found;
  }

  if (targets.length === 0) return NO_RULES;
  return {
    grant(principal, action, subject) {
      const rules = rulesOf(subject.repository);
      const place = placeIn(subject);
      for (const { grants, who } of grantsTo(principal, rules)) {
        const target = granting(grants.get(action), action, place, memory);
        if (target !== null) return sentence(target, action, who, subject.repository);
      }
      return null;
    },
    hasTargets: () => true,
    readingOf(principal, repository) {
      const texts = new Set<string>();
      for (const { grants } of grantsTo(principal, rulesOf(repository))) {
        const reading = grants.get("read");
        if (reading?.whole != null) return null;
        for (const { patterns } of reading?.partial ?? []) texts.add(patterns);
      }
      return texts.size === 0 ? null : [...texts].sort().join(" ");
    },
  };
}

interface Compiled {
  readonly name: string;
  readonly covers: (repository: Repository) => boolean;
  /** `null`: every path. */
  readonly fits: PathMatcher | null;
  /** Its paths have one of these among their parts; `null`: that cannot be said. */
  readonly parts: readonly string[] | null;
  /** Tells its patterns apart from those of others. */
  readonly patterns: string;
  readonly users: ReadonlyMap<string, ReadonlySet<Action>>;
  readonly groups: ReadonlyMap<string, ReadonlySet<Action>>;
}

/** Who grants one action to one user or group. */
interface Granting {
  /** For every path: it decides at once. */
  whole: Compiled | null;
  readonly partial: Compiled[];
  /** Of the partial ones those that can be found by a part of the path, and the others, each kind of patterns once. */
  readonly byPart: Map<string, Compiled[]>;
  readonly others: Map<string, Compiled>;
  /** What was found among the others, by path: nothing but trying them all tells it. */
  readonly found: Map<string, Compiled | null>;
}

/** How much is remembered in `found`, and where. */
interface Memory {
  count: number;
  readonly filled: Set<Granting>;
}

type Grants = Map<Action, Granting>;

/** The grants of one repository. */
interface RepositoryRules {
  readonly users: ReadonlyMap<string, Grants>;
  readonly groups: ReadonlyMap<string, Grants>;
}

function compiledTarget(target: PermissionTarget): Compiled {
  const { name, includes, excludes, repositories } = target;
  return {
    name,
    covers: coverageOf(repositories),
    fits: compilePathPatterns(includes, excludes),
    parts: partsNeededBy(includes),
    patterns: JSON.stringify([[...includes].sort(), [...excludes].sort()]),
    users: actionsBy(target.users),
    groups: actionsBy(target.groups),
  };
}

function actionsBy(grants: Readonly<Record<string, readonly Grantable[]>>): ReadonlyMap<string, ReadonlySet<Action>> {
  const actions = Object.keys(ENOUGH) as Action[];
  return new Map(
    Object.entries(grants).map(([name, granted]) => [
      name,
      new Set(actions.filter((action) => ENOUGH[action].some((enough) => granted.includes(enough)))),
    ]),
  );
}

function coverageOf(repositories: readonly string[]): (repository: Repository) => boolean {
  const keys = new Set<string>();
  const patterns: ((key: string) => boolean)[] = [];
  const kinds = new Set<Repository["kind"]>();
  for (const text of repositories) {
    if (text === ANY_REPOSITORY) for (const kind of ["local", "remote", "virtual"] as const) kinds.add(kind);
    else if (text === ANY_LOCAL) kinds.add("local");
    else if (text === ANY_REMOTE) kinds.add("remote");
    else if (text.includes("*")) patterns.push(compileWildcard(text.toLowerCase()));
    else keys.add(text.toLowerCase());
  }
  return ({ kind, name }) => {
    if (kinds.has(kind)) return true;
    return namesOf(kind, name).some((text) => keys.has(text) || patterns.some((matches) => matches(text)));
  };
}

/** How targets may write a repository: its key or its name, in any case; a remote also as what it has cached. */
function namesOf(kind: Repository["kind"], name: RepositoryName): readonly string[] {
  const key = keyOf(name).toLowerCase();
  const own = [key, name.toLowerCase()];
  return kind === "remote" ? [...own, `${key}${CACHE_SUFFIX}`] : own;
}

function repositoryRules(targets: readonly Compiled[]): RepositoryRules {
  const users = new Map<string, Grants>();
  const groups = new Map<string, Grants>();
  for (const target of targets) {
    for (const [name, actions] of target.users) note(users, name, actions, target);
    for (const [name, actions] of target.groups) note(groups, name, actions, target);
  }
  return { users, groups };
}

function note(all: Map<string, Grants>, name: string, actions: ReadonlySet<Action>, target: Compiled): void {
  const grants: Grants = all.get(name) ?? new Map();
  all.set(name, grants);
  for (const action of actions) {
    const granting: Granting = grants.get(action) ?? newGranting();
    grants.set(action, granting);
    if (target.fits === null) {
      granting.whole ??= target;
      continue;
    }
    granting.partial.push(target);
    if (target.parts === null) granting.others.set(target.patterns, granting.others.get(target.patterns) ?? target);
    for (const part of new Set(target.parts)) {
      const there = granting.byPart.get(part);
      if (there === undefined) granting.byPart.set(part, [target]);
      else there.push(target);
    }
  }
}

function newGranting(): Granting {
  return { whole: null, partial: [], byPart: new Map(), others: new Map(), found: new Map() };
}

interface GrantsTo {
  /** In words. */
  readonly who: string;
  readonly grants: Grants;
}

/** What strangers are granted everybody is: nobody would gain from signing out. */
function grantsTo(principal: Principal, { users, groups }: RepositoryRules): readonly GrantsTo[] {
  const account = accountOf(principal);
  const named: GrantsTo[] = [];
  const add = (who: string, grants: Grants | undefined): void => {
    if (grants !== undefined) named.push({ who, grants });
  };
  if (account !== null) add(account, users.get(account));
  for (const group of groupsOf(principal)) add(`group ${group}`, groups.get(group));
  add("everybody", users.get(ANONYMOUS_USER));
  return named;
}

function groupsOf(principal: Principal): readonly string[] {
  return principal.kind === "user" || principal.kind === "token" ? principal.groups : [];
}

/** The path in parts; `null`: no path in particular. */
function placeIn({ path }: Subject): readonly string[] | null {
  return path === undefined || path === null || path === "" ? null : path.split("/");
}

function granting(
  of: Granting | undefined,
  action: Action,
  place: readonly string[] | null,
  memory: Memory,
): Compiled | null {
  if (of === undefined) return null;
  if (of.whole !== null) return of.whole;
  // Who manages a part of the files must not be able to remove the rest with the repository.
  if (action === "administer") return null;
  if (place === null) return of.partial[0] ?? null;
  for (const part of place) {
    for (const target of of.byPart.get(part) ?? []) if (target.fits?.(place) === true) return target;
  }
  return amongOthers(of, place, memory);
}

/** The same files are asked for again and again; trying a thousand patterns takes a hundred times as long as looking it up. */
function amongOthers(of: Granting, place: readonly string[], memory: Memory): Compiled | null {
  const { others, found } = of;
  if (others.size === 0) return null;
  const path = place.join("/");
  const known = found.get(path);
  if (known !== undefined) return known;
  const target = others.values().find(({ fits }) => fits?.(place) === true) ?? null;
  if (memory.count >= PATHS_MAX) {
    for (const { found: full } of memory.filled) full.clear();
    memory.filled.clear();
    memory.count = 0;
  }
  found.set(path, target);
  memory.filled.add(of);
  memory.count += 1;
  return target;
}

function sentence({ name }: Compiled, action: Action, who: string, repository: Repository): string {
  return `the permission target '${name}' lets ${who} ${action} on ${repository.name}`;
}
