import { compilePathPatterns, compileWildcard } from "./ant-pattern.ts";
import { keyOf, type RepositoryName } from "./names.ts";
import { ANONYMOUS_USER, type Rules, type Subject } from "./permission.ts";
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

/** What Artifactory calls the cache of a remote: grants on the one hold for the other. */
const CACHE_SUFFIX = "-cache";
/** More repositories than this are not remembered; what is asked then is only found again. */
const REPOSITORIES_MAX = 50_000;

/** Targets as rules that are asked in microseconds, however many they are. */
export function compileRules(targets: readonly PermissionTarget[]): Rules {
  const compiled = targets.map(compiledTarget);
  const byRepository = new Map<string, RepositoryRules>();

  function rulesOf(repository: Repository): RepositoryRules {
    // One made anew under the same name may be of another kind.
    const name = `${repository.kind} ${repository.name}`;
    const known = byRepository.get(name);
    if (known !== undefined) return known;
    const found = repositoryRules(compiled.filter(({ covers }) => covers(repository)));
    if (byRepository.size >= REPOSITORIES_MAX) byRepository.clear();
    byRepository.set(name, found);
    return found;
  }

  if (targets.length === 0) return { grant: () => null, readingOf: () => null };
  return {
    grant(principal, action, subject) {
      const rules = rulesOf(subject.repository);
      const place = placeIn(subject);
      for (const { grants, who } of grantsTo(principal, rules)) {
        const target = grants.find((grant) => allows(grant, action, place))?.target;
        if (target !== undefined) return sentence(target, action, who, subject.repository);
      }
      return null;
    },
    readingOf(principal, repository) {
      const texts = new Set<string>();
      for (const { grants } of grantsTo(principal, rulesOf(repository))) {
        for (const { actions, target } of grants) {
          if (!actions.has("read")) continue;
          if (target.fits === null) return null;
          texts.add(target.patterns);
        }
      }
      return texts.size === 0 ? null : [...texts].sort().join(" ");
    },
  };
}

interface Compiled {
  readonly name: string;
  readonly covers: (repository: Repository) => boolean;
  /** `null`: every path. */
  readonly fits: ((segments: readonly string[]) => boolean) | null;
  /** Tells its patterns apart from those of others. */
  readonly patterns: string;
  readonly users: ReadonlyMap<string, ReadonlySet<Action>>;
  readonly groups: ReadonlyMap<string, ReadonlySet<Action>>;
}

interface Grant {
  readonly target: Compiled;
  readonly actions: ReadonlySet<Action>;
}

/** The grants of one repository; those for every path first, because they are decided at once. */
interface RepositoryRules {
  readonly users: ReadonlyMap<string, readonly Grant[]>;
  readonly groups: ReadonlyMap<string, readonly Grant[]>;
}

const compiledTargets = new WeakMap<PermissionTarget, Compiled>();

/** Compiled once per target, because most of them stay when one is changed. */
function compiledTarget(target: PermissionTarget): Compiled {
  const known = compiledTargets.get(target);
  if (known !== undefined) return known;
  const { name, includes, excludes, repositories } = target;
  const made: Compiled = {
    name,
    covers: coverageOf(repositories),
    fits: compilePathPatterns(includes, excludes),
    patterns: JSON.stringify([[...includes].sort(), [...excludes].sort()]),
    users: actionsBy(target.users),
    groups: actionsBy(target.groups),
  };
  compiledTargets.set(target, made);
  return made;
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
  const users = new Map<string, Grant[]>();
  const groups = new Map<string, Grant[]>();
  const isWhole = ({ fits }: Compiled): boolean => fits === null;
  for (const target of [...targets.filter(isWhole), ...targets.filter((one) => !isWhole(one))]) {
    for (const [name, actions] of target.users) add(users, name, { target, actions });
    for (const [name, actions] of target.groups) add(groups, name, { target, actions });
  }
  return { users, groups };
}

function add(grants: Map<string, Grant[]>, name: string, grant: Grant): void {
  const known = grants.get(name);
  if (known === undefined) grants.set(name, [grant]);
  else known.push(grant);
}

interface GrantsTo {
  /** In words. */
  readonly who: string;
  readonly grants: readonly Grant[];
}

/** What strangers are granted everybody is: nobody would gain from signing out. */
function grantsTo(principal: Principal, { users, groups }: RepositoryRules): readonly GrantsTo[] {
  const account = accountOf(principal);
  const named: GrantsTo[] = [];
  const note = (who: string, grants: readonly Grant[] | undefined): void => {
    if (grants !== undefined) named.push({ who, grants });
  };
  if (account !== null) note(account, users.get(account));
  for (const group of groupsOf(principal)) note(`group ${group}`, groups.get(group));
  note("everybody", users.get(ANONYMOUS_USER));
  return named;
}

function groupsOf(principal: Principal): readonly string[] {
  return principal.kind === "user" || principal.kind === "token" ? principal.groups : [];
}

/** The path in parts; `null`: no path in particular. */
function placeIn({ path }: Subject): readonly string[] | null {
  return path === undefined || path === null || path === "" ? null : path.split("/");
}

function allows({ target, actions }: Grant, action: Action, place: readonly string[] | null): boolean {
  if (!actions.has(action)) return false;
  if (target.fits === null) return true;
  // Who manages a part of the files must not be able to remove the rest with the repository.
  if (action === "administer") return false;
  return place === null || target.fits(place);
}

function sentence({ name }: Compiled, action: Action, who: string, repository: Repository): string {
  return `the permission target '${name}' lets ${who} ${action} on ${repository.name}`;
}
