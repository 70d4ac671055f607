import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FormatName, Instant, ProjectName, RepositoryName, UserName } from "./names.ts";
import { decide, isAdministrator, matchesSpec } from "./permission.ts";
import { type Action, ANONYMOUS, type Limit, type Principal } from "./principal.ts";
import type { LocalRepository, RemoteRepository, VirtualRepository } from "./repository.ts";

const FOO = "foo" as ProjectName;
const BAR = "bar" as ProjectName;
const ALICE = user("alice");
const BOB = user("bob");
const ROOT = user("root");
const SYSTEM: Principal = { kind: "system", reason: "first start" };
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

test("an entry of a list means an account, a group, everybody signed in, or everybody", () => {
  const carol = user("carol", ["ops"]);

  assert.ok(matchesSpec(ANONYMOUS, ":ANONYMOUS:"));
  assert.ok(matchesSpec(ALICE, ":ANONYMOUS:"));
  assert.ok(matchesSpec(ALICE, ":AUTHENTICATED:"));
  assert.ok(!matchesSpec(ANONYMOUS, ":AUTHENTICATED:"));
  assert.ok(matchesSpec(carol, ":ops"));
  assert.ok(!matchesSpec(carol, ":dev"));
  assert.ok(!matchesSpec(carol, "ops"), "a group is not an account");
  assert.ok(!matchesSpec(user("ops"), ":ops"), "an account is not a group");
  assert.ok(!matchesSpec(SYSTEM, ":AUTHENTICATED:"), "only accounts sign in");
});

test("a token that stands for groups is its groups and somebody signed in, and not its owner", () => {
  const alone: Principal = {
    kind: "token",
    owner: "root" as UserName,
    id: "t1",
    groups: ["ops"],
    limits: [{ action: "*", repository: "*", projects: null }],
    standsAlone: true,
  };
  assert.deepEqual(
    [":ops", ":AUTHENTICATED:", ":dev", "root"].map((spec) => matchesSpec(alone, spec)),
    [true, true, false, false],
  );
  assert.ok(!isAdministrator(alone));
  assert.ok(isAdministrator({ ...alone, isAdmin: true }));
});

test("an open index is read by everybody, a closed one by its readers, its owner and root", () => {
  const open = local({});
  const closed = local({ readers: ["bob"] });

  assert.deepEqual(whoMay("read", open), ["anonymous", "alice", "bob", "root"]);
  assert.deepEqual(whoMay("read", closed), ["alice", "bob", "root"]);
  assert.deepEqual(whoMay("read", local({ readers: [] })), ["alice", "root"]);
});

test("only the list says who publishes; the owner and root must be on it too", () => {
  for (const action of ["publish", "overwrite"] as const) {
    assert.deepEqual(whoMay(action, local({ publishers: ["alice"] })), ["alice"]);
    assert.deepEqual(whoMay(action, local({ publishers: ["bob"] })), ["bob"]);
    assert.deepEqual(whoMay(action, local({ publishers: [":ANONYMOUS:"] })), ["anonymous", "alice", "bob", "root"]);
    assert.deepEqual(whoMay(action, local({ publishers: [] })), []);
  }
});

test("what is there is changed by the owner, root and those who publish", () => {
  for (const action of ["annotate", "yank", "remove"] as const) {
    assert.deepEqual(whoMay(action, local({ publishers: [] })), ["alice", "root"]);
    assert.deepEqual(whoMay(action, local({ publishers: ["bob"] })), ["alice", "bob", "root"]);
  }
});

test("an upload list that is open to strangers does not let them remove what is there", () => {
  assert.deepEqual(whoMay("remove", local({ publishers: [":ANONYMOUS:"] })), ["alice", "bob", "root"]);
});

test("test results are attached by those on their list", () => {
  assert.deepEqual(whoMay("upload-test-result", local({ testResultWriters: ["bob"] })), ["bob"]);
});

test("only the owner and root administer, whoever else may publish", () => {
  assert.deepEqual(whoMay("administer", local({ publishers: ["bob", ":AUTHENTICATED:"] })), ["alice", "root"]);
});

test("where anybody may send test results, it is anybody who may read what was tested", () => {
  const closed = local({ readers: ["bob"], testResultWriters: [":ANONYMOUS:"] });
  assert.deepEqual(whoMay("upload-test-result", closed), whoMay("read", closed));
  assert.equal(
    decide(ANONYMOUS, "upload-test-result", { repository: closed, project: null }).because,
    "who may not read alice/dev attaches nothing to what is in it",
  );
});

test("who administers is said without naming anybody twice", () => {
  const because = (name: string) => {
    const repository = { ...local({}), name: name as LocalRepository["name"] };
    return decide(BOB, "administer", { repository, project: null }).because;
  };
  assert.equal(because("alice/dev"), "only alice, root and administrators administer alice/dev");
  assert.equal(because("root/dev"), "only root and administrators administer root/dev");
});

test("nobody publishes to a remote, nor into a virtual repository itself", () => {
  const common = local({});
  const mirror: RemoteRepository = { ...common, kind: "remote" } as unknown as RemoteRepository;
  const merged: VirtualRepository = { ...common, kind: "virtual" } as unknown as VirtualRepository;

  for (const action of ["publish", "overwrite", "upload-test-result"] as const) {
    assert.deepEqual(whoMay(action, mirror), []);
    assert.deepEqual(whoMay(action, merged), []);
  }
});

test("the installation itself may do everything", () => {
  for (const action of ACTIONS) assert.ok(decide(SYSTEM, action, { repository: local({}), project: null }).isAllowed);
});

test("a decision says the rule that made it", () => {
  const repository = local({ publishers: ["bob"] });

  assert.equal(
    decide(BOB, "publish", { repository, project: null }).because,
    "bob is among the publishers of alice/dev",
  );
  assert.equal(
    decide(ALICE, "publish", { repository, project: null }).because,
    "not among the publishers of alice/dev",
  );
  assert.equal(
    decide(token(limit({ action: "read" })), "administer", { repository, project: null }).because,
    "the token is not good for administer on alice/dev",
  );
});

test("a token reaches no further than its limit's repositories", () => {
  const repository = local({ readers: [] });
  const may = (where: string) =>
    decide(token(limit({ repository: where })), "publish", { repository, project: FOO }).isAllowed;

  assert.ok(may("alice/dev"));
  assert.ok(may("alice/*"));
  assert.ok(may("*"));
  for (const where of ["alice/prod", "alice/de", "bob/*", "ali/*", "*/dev", ""]) assert.ok(!may(where), where);
});

test("a token reaches no further than its limit's action, but may always read what it covers", () => {
  const repository = local({ readers: [] });
  const uploader = token(limit({ action: "publish" }));
  const allowed = ACTIONS.filter((action) => decide(uploader, action, { repository, project: FOO }).isAllowed);

  assert.deepEqual(allowed, ["read", "publish"]);
});

test("a token that is limited to projects publishes those and no others", () => {
  const repository = local({ readers: [] });
  const fooOnly = token(limit({ projects: ["foo"] }));
  const may = (action: Action, project: ProjectName | null) =>
    decide(fooOnly, action, { repository, project }).isAllowed;

  assert.ok(may("publish", FOO));
  assert.ok(!may("publish", BAR));
  assert.ok(may("publish", null), "bytes are taken before the project is known; the fact is checked with it");
  assert.ok(may("read", null));
  assert.ok(!may("read", BAR));
  for (const action of ["administer", "upload-test-result", "fill-cache"] as const) {
    assert.ok(!may(action, null), `${action} is done to the whole repository`);
  }
});

test("a token may read what strangers may read, whatever it is limited to", () => {
  const elsewhere = token(limit({ repository: "alice/other", projects: ["bar"] }));

  assert.ok(decide(elsewhere, "read", { repository: local({}), project: FOO }).isAllowed);
  assert.ok(
    !decide(elsewhere, "read", { repository: local({ readers: [":AUTHENTICATED:"] }), project: FOO }).isAllowed,
  );
  assert.ok(
    !decide(elsewhere, "publish", { repository: local({ publishers: [":ANONYMOUS:"] }), project: FOO }).isAllowed,
  );
});

test("a token without any limit is good for nothing but what is open to all", () => {
  for (const action of ACTIONS) {
    const isAllowed = decide(token(), action, { repository: local({}), project: FOO }).isAllowed;
    assert.equal(isAllowed, action === "read", action);
  }
});

test("whatever the lists and limits, a token may nothing that its owner may not", () => {
  const specs = fc.subarray(["alice", "bob", ":ops", ":ANONYMOUS:", ":AUTHENTICATED:"]);
  const limits = fc.array(
    fc.record({
      action: fc.constantFrom<Action | "*">("*", ...ACTIONS),
      repository: fc.constantFrom("*", "alice/*", "alice/dev", "bob/dev"),
      projects: fc.constantFrom(null, [], ["foo"], ["foo", "bar"]),
    }),
    { maxLength: 3 },
  );
  const lists = fc.record({ readers: specs, publishers: specs, testResultWriters: specs });
  const project = fc.constantFrom(null, FOO, BAR);
  const account = fc.constantFrom("alice", "bob", "root");
  fc.assert(
    fc.property(
      limits,
      lists,
      account,
      fc.constantFrom(...ACTIONS),
      project,
      (limits, lists, name, action, project) => {
        const subject = { repository: local(lists), project };
        const limited: Principal = { kind: "token", owner: name as UserName, id: "t1", groups: ["ops"], limits };
        if (!decide(limited, action, subject).isAllowed) return;
        assert.ok(decide(user(name, ["ops"]), action, subject).isAllowed);
      },
    ),
    { numRuns: 2000 },
  );
});

function whoMay(action: Action, repository: LocalRepository | RemoteRepository | VirtualRepository): readonly string[] {
  return [ANONYMOUS, ALICE, BOB, ROOT]
    .filter((principal) => decide(principal, action, { repository, project: null }).isAllowed)
    .map((principal) => (principal.kind === "user" ? principal.name : principal.kind));
}

function user(name: string, groups: readonly string[] = []): Principal {
  return { kind: "user", name: name as UserName, groups };
}

/** Alice's. */
function token(...limits: readonly Limit[]): Principal {
  return { kind: "token", owner: "alice" as UserName, id: "t1", groups: [], limits };
}

function limit(change: Partial<Limit>): Limit {
  return { action: "*", repository: "*", projects: null, ...change };
}

function local(change: Partial<LocalRepository>): LocalRepository {
  return {
    kind: "local",
    name: "alice/dev" as RepositoryName,
    format: "python" as FormatName,
    title: null,
    description: null,
    customData: null,
    readers: [":ANONYMOUS:"],
    mutability: "volatile",
    createdAt: 0 as Instant,
    resolution: "shadow",
    remotes: "union",
    whitelist: [],
    whitelistInheritance: "intersection",
    bases: [],
    publishers: ["alice"],
    testResultWriters: [],
    validation: "strict",
    reserved: [],
    ...change,
  };
}
