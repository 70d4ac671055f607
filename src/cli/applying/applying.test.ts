import assert from "node:assert/strict";
import { test } from "node:test";
import { readWishes } from "./document.ts";
import { isSame, linesOf, type Present, planFor } from "./plan.ts";
import { type Fields, RESOURCES } from "./resources.ts";

function wishes(text: string, env: Readonly<Record<string, string>> = {}) {
  return readWishes(`version: 1\n${text}`, env);
}

function present(sections: Readonly<Record<string, Readonly<Record<string, Fields>>>> = {}): Present {
  return new Map(RESOURCES.map((resource) => [resource, new Map(Object.entries(sections[resource.section] ?? {}))]));
}

function brief(text: string, there: Present, env: Readonly<Record<string, string>> = {}) {
  return planFor(wishes(text, env), there).map(({ kind, resource, name }) => `${kind} ${resource.section} ${name}`);
}

test("what is not there is made, what differs is changed, what is the same and what is not named stays", () => {
  const there = present({
    users: { alice: { name: "alice", email: "a@example.com", title: null, createdAt: "…" }, bob: { name: "bob" } },
    groups: { team: { name: "team", members: ["alice"], description: "us" } },
  });
  const text = `
users:
  alice: { email: a@example.com, title: Boss }
  carol: {}
groups:
  team: { members: [alice] }
`;
  assert.deepEqual(brief(text, there), ["change users alice", "create users carol"]);
});

test("a change knows the fields that the file does not give, for what is replaced as a whole", () => {
  const there = present({ groups: { team: { name: "team", members: ["alice"], description: "us", createdAt: "…" } } });
  const [step] = planFor(wishes("groups: { team: { members: [alice, bob] } }"), there);
  assert.ok(step?.kind === "change");
  assert.deepEqual(step.change, { members: ["alice", "bob"] });
  assert.deepEqual(step.whole, { members: ["alice", "bob"], description: "us" });
});

test("repositories are made after those that they look into, and everything before what names it", () => {
  const text = `
permissions: { readers: { repositories: [all], users: { alice: [read] } } }
repositories:
  root/all: { kind: virtual, members: [root/b, root/a], publishTo: root/a }
  root/a: { kind: local }
  root/b: { kind: local, bases: [root/a] }
users: { alice: {} }
`;
  assert.deepEqual(brief(text, present()), [
    "create users alice",
    "create repositories root/a",
    "create repositories root/b",
    "create repositories root/all",
    "create permissions readers",
  ]);
});

test("what shall be absent is removed at the end, in the opposite order, and once", () => {
  const text = `
users: { alice: absent, new: {} }
groups: { team: absent, never: absent }
repositories: { root/all: absent, root/a: absent }
`;
  const there = present({
    users: { alice: {} },
    groups: { team: {} },
    repositories: { "root/a": { kind: "local" }, "root/all": { kind: "virtual" } },
  });
  assert.deepEqual(brief(text, there), [
    "create users new",
    "remove repositories root/a",
    "remove repositories root/all",
    "remove groups team",
    "remove users alice",
  ]);
  assert.deepEqual(brief(text, present({ users: { new: {} } })), []);
});

test("secrets come from the environment when a thing is made, are never compared and never shown", () => {
  const env = { ALICE: "s3cret", UP: "bob:s3cret" };
  const text = `
users: { alice: { passwordFrom: ALICE } }
repositories: { root/up: { kind: remote, url: "https://up.example.com/", credentialsFrom: UP } }
`;
  const steps = planFor(wishes(text, env), present());
  assert.deepEqual(
    steps.map((step) => (step.kind === "create" ? step.fields : null)),
    [{ password: "s3cret" }, { kind: "remote", url: "https://up.example.com/", credentials: "bob:s3cret" }],
  );
  assert.doesNotMatch(linesOf(steps).join("\n"), /s3cret/);
  const there = present({
    users: { alice: { name: "alice" } },
    repositories: { "root/up": { kind: "remote", url: "https://up.example.com/", hasCredentials: true } },
  });
  assert.deepEqual(brief(text, there, env), []);
  assert.throws(() => wishes("users: { alice: { passwordFrom: NOBODY } }"), /environment variable NOBODY is not set/);
  assert.throws(
    () => wishes("users: { alice: { password: x } }"),
    /a secret has no place in a file; write passwordFrom/,
  );
});

test("what a plan does leads to a state in which nothing differs any more", () => {
  const text = `
users: { alice: { email: a@example.com } }
groups: { team: { members: [alice], joinsNew: true } }
repositories: { root/a: { kind: local, quotaBytes: 5, readers: [":team"] } }
`;
  const made = Object.groupBy(planFor(wishes(text), present()), ({ resource }) => resource.section);
  const after = Object.fromEntries(
    Object.entries(made).map(([section, steps]) => [
      section,
      Object.fromEntries(steps.map((step) => [step.name, step.kind === "create" ? step.fields : {}])),
    ]),
  );
  assert.deepEqual(planFor(wishes(text), present(after)), []);
});

test("values are the same whatever the order of fields, and not whatever the order of a list", () => {
  for (const [left, right, same] of [
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [{ a: 1, b: null }, { a: 1 }, true],
    [["a", "b"], ["b", "a"], false],
    [["a"], { 0: "a" }, false],
    ["1", 1, false],
    [null, undefined, true],
    [0, null, false],
  ] as const) {
    assert.equal(isSame(left, right), same, JSON.stringify([left, right]));
  }
});

test("a file that is none is refused with the place and what to do", () => {
  for (const [text, message] of [
    ["users: {}", /must begin with 'version: 1'/],
    ["version: 2", /must begin with 'version: 1'/],
    ["version: 1\nreposotories: {}", /there is no section 'reposotories'; there are users, groups/],
    ["version: 1\nusers: [alice]", /section 'users' must have names/],
    ["version: 1\nusers: { alice: 5 }", /users\.alice must have fields, \{\} for none, or be 'absent'/],
    ["version: 1\nrepositories: { a: {} }", /repositories\.a: repositories are named owner\/name/],
    ["version: 1\nusers: { a: {}, a: {} }", /unique/i],
    ["version: 1\nusers: {", /line 2|at line|column/i],
    ["- a", /must have sections/],
    ["", /must have sections/],
  ] as const) {
    assert.throws(() => readWishes(text, {}), { name: "SyntaxError", message }, text);
  }
});

test("differences are told with what was and what will be", () => {
  const there = present({ groups: { team: { members: ["alice"] } } });
  const steps = planFor(wishes("groups: { team: { members: [bob], joinsNew: true }, new: {}, old: absent }"), there);
  assert.deepEqual(linesOf(steps), [
    "~ group team",
    '    members: ["alice"] → ["bob"]',
    "    joinsNew: (none) → true",
    "+ group new",
  ]);
});
