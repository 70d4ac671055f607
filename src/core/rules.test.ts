import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compilePatterns } from "./ant-pattern.ts";
import type { FormatName, Instant, ProjectName, RepositoryName, UserName } from "./names.ts";
import { decide, type Rules } from "./permission.ts";
import { type Action, ANONYMOUS, type Principal } from "./principal.ts";
import type { Repository } from "./repository.ts";
import { newRepository } from "./repository-settings.ts";
import { compileRules } from "./rules.ts";
import { GRANTABLE, type Grantable, type PermissionTarget } from "./targets.ts";

const BOB = user("bob");
const CAROL = user("carol", ["ops", "dev"]);
const PYPI = repository("root/pypi-local", "local");
const DEV = repository("alice/dev", "local");
const MIRROR = repository("root/mirror", "remote");
const ALL = repository("root/all", "virtual");
const ACTIONS: readonly Action[] = [
  "read",
  "annotate",
  "publish",
  "overwrite",
  "yank",
  "remove",
  "fill-cache",
  "upload-test-result",
  "administer",
];

test("a target grants what it names to whom it names, on the repositories that it names, and nothing else", () => {
  const rules = compileRules([target({ users: { bob: ["read", "publish"] } })]);

  assert.deepEqual(allowed(rules, BOB, PYPI), ["read", "publish", "yank", "fill-cache", "upload-test-result"]);
  assert.deepEqual(allowed(rules, BOB, DEV), []);
  assert.deepEqual(allowed(rules, CAROL, PYPI), []);
  assert.deepEqual(allowed(rules, ANONYMOUS, PYPI), []);
});

test("each grant allows what belongs to it; replacing a file needs the right to remove it", () => {
  const by = (grant: Grantable, where: Repository = PYPI) =>
    allowed(compileRules([target({ repositories: ["ANY"], users: { bob: [grant] } })]), BOB, where);

  assert.deepEqual(by("read"), ["read"]);
  assert.deepEqual(by("annotate"), ["annotate", "upload-test-result"]);
  assert.deepEqual(by("publish"), ["publish", "yank", "fill-cache", "upload-test-result"]);
  assert.deepEqual(by("remove"), ["overwrite", "yank", "remove"]);
  assert.deepEqual(by("administer"), ["administer"]);
  // Nobody uploads to a remote, and who may put files there may have them fetched.
  assert.deepEqual(by("publish", MIRROR), ["yank", "fill-cache"]);
  assert.deepEqual(by("read", MIRROR), ["read"]);
});

test("targets of several groups and of the account add up", () => {
  const rules = compileRules([
    target({ name: "a", groups: { ops: ["read"] } }),
    target({ name: "b", groups: { dev: ["annotate"] } }),
    target({ name: "c", users: { carol: ["remove"] } }),
  ]);
  for (const action of ["read", "annotate", "remove"] as const) assert.ok(may(rules, CAROL, action, PYPI), action);
  assert.ok(!may(rules, CAROL, "publish", PYPI));
});

test("a repository is named by its key or its name in any case, by a pattern, or by its kind", () => {
  const covers = (text: string) => {
    const rules = compileRules([target({ repositories: [text], users: { bob: ["read"] } })]);
    return [PYPI, DEV, MIRROR, ALL].filter((one) => may(rules, BOB, "read", one)).map(({ name }) => name);
  };
  assert.deepEqual(covers("pypi-local"), ["root/pypi-local"]);
  assert.deepEqual(covers("PyPI-Local"), ["root/pypi-local"]);
  assert.deepEqual(covers("root/pypi-local"), ["root/pypi-local"]);
  assert.deepEqual(covers("alice.dev"), ["alice/dev"]);
  assert.deepEqual(covers("dev"), []);
  assert.deepEqual(covers("*-local"), ["root/pypi-local"]);
  assert.deepEqual(covers("alice.*"), ["alice/dev"]);
  assert.deepEqual(covers("ANY"), ["root/pypi-local", "alice/dev", "root/mirror", "root/all"]);
  assert.deepEqual(covers("ANY LOCAL"), ["root/pypi-local", "alice/dev"]);
  assert.deepEqual(covers("ANY REMOTE"), ["root/mirror"]);
  assert.deepEqual(covers("mirror-cache"), ["root/mirror"], "what is granted on a remote holds for its cache");
  assert.deepEqual(covers("gone"), []);
});

test("patterns keep a grant to paths; without a path it is asked whether there is any", () => {
  const rules = compileRules([
    target({ includes: ["team/**"], excludes: ["team/secret/**"], users: { bob: ["read", "remove"] } }),
  ]);
  assert.ok(may(rules, BOB, "read", PYPI, "team/1.0/team.whl"));
  assert.ok(!may(rules, BOB, "read", PYPI, "team/secret/team.whl"));
  assert.ok(!may(rules, BOB, "remove", PYPI, "other/1.0/other.whl"));
  assert.ok(may(rules, BOB, "remove", PYPI));
  assert.ok(may(rules, BOB, "read", PYPI, ""), "the repository itself");
});

test("an exclude takes away only from its own target", () => {
  const rules = compileRules([
    target({ name: "a", excludes: ["team/**"], users: { bob: ["read"] } }),
    target({ name: "b", includes: ["team/open/**"], users: { bob: ["read"] } }),
  ]);
  assert.ok(may(rules, BOB, "read", PYPI, "team/open/x"));
  assert.ok(!may(rules, BOB, "read", PYPI, "team/x"));
});

test("who manages a part of the files does not administer the repository", () => {
  const some = compileRules([target({ includes: ["team/**"], users: { bob: ["administer"] } })]);
  const all = compileRules([target({ includes: ["**/*"], excludes: [""], users: { bob: ["administer"] } })]);
  assert.ok(!may(some, BOB, "administer", PYPI));
  assert.ok(may(all, BOB, "administer", PYPI));
});

test("what anonymous is granted everybody is", () => {
  const rules = compileRules([target({ users: { anonymous: ["read"] } })]);
  for (const principal of [ANONYMOUS, BOB, token("bob")]) assert.ok(may(rules, principal, "read", PYPI));
});

test("lists and targets add up, and the decision names the rule that made it", () => {
  const rules = compileRules([target({ name: "team", groups: { ops: ["publish"] } })]);
  const decision = decide(CAROL, "publish", { repository: PYPI, project: null }, rules);
  assert.deepEqual(decision, {
    isAllowed: true,
    because: "the permission target 'team' lets group ops publish on root/pypi-local",
  });
  const listed = { ...PYPI, readers: ["bob"] };
  assert.equal(
    decide(BOB, "read", { repository: listed, project: null }, rules).because,
    "bob is among the readers of root/pypi-local",
  );
  assert.equal(decide(BOB, "publish", { repository: PYPI, project: null }, rules).isAllowed, false);
});

test("a token's limits keep it from what targets grant its owner", () => {
  const rules = compileRules([target({ users: { bob: ["read", "publish"] } })]);
  const subject = { repository: PYPI, project: "foo" as ProjectName };
  const limited = (action: Action) => decide(token("bob", "read"), action, subject, rules).isAllowed;
  assert.ok(limited("read"));
  assert.ok(!limited("publish"));
});

test("administrators may everything that can be done, and their tokens what they are for", () => {
  const admin: Principal = { kind: "user", name: "ops" as UserName, groups: [], isAdmin: true };
  const rules = compileRules([]);
  assert.deepEqual(
    allowed(rules, admin, PYPI),
    ACTIONS,
    "Artifactory: also to publish, where root must be on the list of publishers",
  );
  assert.deepEqual(
    allowed(rules, admin, MIRROR),
    ACTIONS.filter((action) => !["publish", "overwrite", "upload-test-result"].includes(action)),
  );
  assert.deepEqual(allowed(rules, { ...token("ops", "publish"), isAdmin: true }, PYPI), ["read", "publish"]);
});

test("those who read by the same patterns share a name for it, and others do not", () => {
  const part = { includes: ["team/**"] };
  const rules = compileRules([
    target({ name: "a", ...part, users: { bob: ["read"] } }),
    target({ name: "b", ...part, groups: { ops: ["read"] } }),
    target({ name: "c", includes: ["other/**"], users: { dave: ["read"] } }),
    target({ name: "d", ...part, users: { eve: ["read"] } }),
    target({ name: "e", users: { eve: ["read"] } }),
    target({ name: "f", ...part, users: { frank: ["publish"] } }),
  ]);
  const name = rules.readingOf(BOB, PYPI);
  assert.notEqual(name, null);
  assert.equal(rules.readingOf(CAROL, PYPI), name);
  assert.notEqual(rules.readingOf(user("dave"), PYPI), name);
  assert.equal(rules.readingOf(user("eve"), PYPI), null, "all of it");
  assert.equal(rules.readingOf(user("frank"), PYPI), null, "nothing");
  assert.equal(rules.readingOf(BOB, DEV), null);
});

test("whatever the targets, a simple model agrees", () => {
  const names = ["bob", "carol", "anonymous"];
  const grants = fc.subarray([...GRANTABLE]);
  const someTarget = fc
    .record({
      repositories: fc.subarray(["ANY", "ANY LOCAL", "ANY REMOTE", "pypi-*", "alice.dev"], { minLength: 1 }),
      includes: fc.subarray(["a/**", "**/*.whl", "**"]),
      excludes: fc.subarray(["a/b/**", ""]),
      user: fc.constantFrom(...names),
      userGrants: grants,
      group: fc.constantFrom("ops", "dev"),
      groupGrants: grants,
    })
    .map(({ user, userGrants, group, groupGrants, ...rest }) =>
      target({ ...rest, users: { [user]: userGrants }, groups: { [group]: groupGrants } }),
    );
  fc.assert(
    fc.property(
      fc.array(someTarget, { maxLength: 6 }),
      fc.constantFrom(BOB, CAROL, ANONYMOUS),
      fc.constantFrom(PYPI, DEV, MIRROR, ALL),
      fc.constantFrom(...ACTIONS),
      fc.constantFrom("a/x.whl", "a/b/x.whl", "c/x.zip", "a"),
      (targets, principal, where, action, path) => {
        const got = compileRules(targets).grant(principal, action, { repository: where, project: null, path });
        assert.equal(got !== null, modelGrants(targets, principal, where, action, path));
      },
    ),
    { numRuns: 3000 },
  );
});

const MODEL: Readonly<Record<Action, readonly Grantable[]>> = {
  read: ["read"],
  annotate: ["annotate"],
  publish: ["publish"],
  overwrite: ["remove"],
  yank: ["publish", "remove"],
  remove: ["remove"],
  "fill-cache": ["publish"],
  "upload-test-result": ["publish", "annotate"],
  administer: ["administer"],
};

/** Says the same, looking at every target for every question. */
function modelGrants(
  targets: readonly PermissionTarget[],
  principal: Principal,
  { kind, name }: Repository,
  action: Action,
  path: string,
): boolean {
  const key = name.startsWith("root/") ? name.slice("root/".length) : name.replace("/", ".");
  const patterns: Readonly<Record<string, boolean>> = {
    ANY: true,
    "ANY LOCAL": kind === "local",
    "ANY REMOTE": kind === "remote",
    "pypi-*": key.startsWith("pypi-"),
    "alice.dev": key === "alice.dev",
  };
  return targets.some(({ repositories, includes, excludes, users, groups }) => {
    const account = principal.kind === "user" ? principal.name : "";
    const mine = principal.kind === "user" ? principal.groups : [];
    const granted = [users[account], users["anonymous"], ...mine.map((group) => groups[group])].flatMap(
      (of) => of ?? [],
    );
    const isWhole = (includes.length === 0 || includes.includes("**")) && !excludes.includes("a/b/**");
    return (
      repositories.some((text) => patterns[text] === true) &&
      granted.some((grant) => MODEL[action].includes(grant)) &&
      (action === "administer" ? isWhole : compilePatterns(includes, excludes)(path))
    );
  });
}

function may(rules: Rules, principal: Principal, action: Action, where: Repository, path?: string): boolean {
  const subject = { repository: where, project: null, ...(path === undefined ? {} : { path }) };
  return decide(principal, action, subject, rules).isAllowed;
}

function allowed(rules: Rules, principal: Principal, where: Repository): readonly Action[] {
  return ACTIONS.filter((action) => may(rules, principal, action, where));
}

function target(change: Partial<PermissionTarget>): PermissionTarget {
  return {
    name: "target",
    repositories: ["pypi-local"],
    includes: [],
    excludes: [],
    users: {},
    groups: {},
    createdAt: 0 as Instant,
    modifiedAt: null,
    ...change,
  };
}

/** Closed to everybody but its owner, who asks for nothing here. */
function repository(name: string, kind: "local" | "remote" | "virtual"): Repository {
  const settings =
    kind === "local"
      ? { kind, readers: [], testResultWriters: [] }
      : kind === "remote"
        ? { kind, readers: [] }
        : { kind, readers: [], members: [] };
  return newRepository(name as RepositoryName, settings, { format: "python" as FormatName, createdAt: 0 as Instant });
}

function user(name: string, groups: readonly string[] = []): Principal {
  return { kind: "user", name: name as UserName, groups };
}

function token(owner: string, action: Action | "*" = "*"): Principal & { readonly kind: "token" } {
  const limits = [{ action, repository: "*", projects: null }];
  return { kind: "token", owner: owner as UserName, id: "t1", groups: [], limits };
}
