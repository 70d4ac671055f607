import assert from "node:assert/strict";
import { test } from "node:test";
import type { LocalRepository, ProjectName, RemoteRepository, Repository, RepositoryName, Sealed } from "#core";
import { openFakeUpstream } from "../../tests/support/fake-upstream.ts";
import {
  ALICE,
  BOB,
  limit,
  NOBODY,
  openToolsWorld,
  ROOT,
  refusal,
  type ToolsWorld,
  token,
  user,
} from "../../tests/support/registry-tools.ts";
import type { NewRepository } from "./registry.ts";

const DEV = "alice/dev" as RepositoryName;
const PROD = "alice/prod" as RepositoryName;
const UP = "root/up" as RepositoryName;
const ALL = "root/all" as RepositoryName;
const LOCAL: NewRepository = { kind: "local" };

async function openWorld(settings: Parameters<typeof openToolsWorld>[0] = {}): Promise<ToolsWorld> {
  const world = await openToolsWorld(settings);
  await world.users("root", "alice", "bob");
  return world;
}

test("a local repository is made as devpi makes a stage, but immutable", async () => {
  await using world = await openWorld();
  const made = await world.admin.create(ALICE, DEV, LOCAL);
  assert.deepEqual(made, {
    kind: "local",
    name: DEV,
    format: "python",
    title: null,
    description: null,
    customData: null,
    readers: [":ANONYMOUS:"],
    mutability: "immutable",
    createdAt: world.tools.now(),
    resolution: "shadow",
    remotes: "first",
    whitelist: [],
    whitelistInheritance: "intersection",
    bases: [],
    publishers: ["alice"],
    testResultWriters: [":ANONYMOUS:"],
    validation: "strict",
    reserved: [],
  });
  assert.deepEqual(world.tools.catalog.find(DEV), made);
});

test("a remote is made to ask its upstream every half hour", async () => {
  await using world = await openWorld();
  const made = await world.admin.create(ROOT, UP, { kind: "remote", url: "https://upstream.invalid/simple/" });
  assert.ok(made.kind === "remote");
  assert.deepEqual([made.url, made.freshForSeconds, made.layout], ["https://upstream.invalid/simple/", 1800, "simple"]);
});

test("only the owner and root make repositories of an account, with a token that lets them", async () => {
  await using world = await openWorld();
  await assert.rejects(world.admin.create(BOB, DEV, LOCAL), refusal("not-permitted", /alice\/dev/));
  await assert.rejects(world.admin.create(NOBODY, DEV, LOCAL), refusal("not-signed-in"));
  const narrow = token("alice", limit("publish", "alice/*"));
  await assert.rejects(world.admin.create(narrow, DEV, LOCAL), refusal("not-permitted"));
  await world.admin.create(token("alice", limit("administer", "alice/*")), DEV, LOCAL);
  await world.admin.create(ROOT, PROD, LOCAL);
});

test("a repository of nobody is not made", async () => {
  await using world = await openWorld();
  const made = world.admin.create(ROOT, "ghost/dev" as RepositoryName, LOCAL);
  await assert.rejects(made, refusal("user-not-found"));
});

test("a repository's key is taken in any case, by other keys and by accounts", async () => {
  await using world = await openWorld();
  await world.users("a.b");
  await world.admin.create(ALICE, DEV, LOCAL);
  const create = (name: string) => world.admin.create(ROOT, name as RepositoryName, LOCAL);
  await assert.rejects(create("alice/dev"), refusal("repository-exists", /there already/));
  await assert.rejects(create("alice/DEV"), refusal("repository-exists", /alice\/dev/));
  await assert.rejects(create("root/alice.dev"), refusal("repository-exists", /alice\/dev/));
  await assert.rejects(create("root/Bob"), refusal("repository-exists", /account bob/));
  await assert.rejects(create("root/simple"), refusal("setting-invalid", /own addresses/));
});

test("bases must be there, be of the same format, and be named once", async () => {
  await using world = await openWorld();
  await world.admin.create(ALICE, DEV, LOCAL);
  const create = (bases: readonly string[]) =>
    world.admin.create(ALICE, PROD, { kind: "local", bases: bases as RepositoryName[] });
  await assert.rejects(create(["alice/gone"]), refusal("setting-invalid", /no repository 'alice\/gone'/));
  await assert.rejects(create(["alice/dev", "alice/dev"]), refusal("setting-invalid", /twice/));
  await assert.rejects(create(["alice/prod"]), refusal("setting-invalid", /itself/));
  const made = await create(["alice/dev"]);
  assert.ok(made.kind === "local" && made.bases[0] === DEV);
});

test("no repository comes to look into itself, not by way of others", async () => {
  await using world = await openWorld();
  const [a, b, c] = ["alice/a", "alice/b", "alice/c"] as RepositoryName[] as [
    RepositoryName,
    RepositoryName,
    RepositoryName,
  ];
  await world.admin.create(ALICE, a, LOCAL);
  await world.admin.create(ALICE, b, { kind: "local", bases: [a] });
  await world.admin.create(ALICE, c, { kind: "virtual", members: [b] });
  const closing = world.admin.modify(ALICE, a, withBases(c));
  await assert.rejects(closing, refusal("setting-invalid", /alice\/a → alice\/c → alice\/b → alice\/a$/));
});

test("of two changes that would make a cycle together, one is made", async () => {
  await using world = await openWorld();
  await world.admin.create(ALICE, DEV, LOCAL);
  await world.admin.create(ALICE, PROD, LOCAL);
  const both = await Promise.allSettled([
    world.admin.modify(ALICE, DEV, withBases(PROD)),
    world.admin.modify(ALICE, PROD, withBases(DEV)),
  ]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

test("a repository whose base is gone can still be changed", async () => {
  await using world = await openWorld();
  await world.admin.create(ALICE, DEV, LOCAL);
  await world.admin.create(ALICE, PROD, { kind: "local", bases: [DEV] });
  await world.admin.remove(ALICE, DEV);
  const changed = await world.admin.modify(ALICE, PROD, (current) => ({ ...current, title: "x" }));
  assert.ok(changed.kind === "local" && changed.title === "x" && changed.bases[0] === DEV);
});

test("of several changes at once all are made or none, and others' changes stay", async () => {
  await using world = await openWorld();
  const { admin, tools } = world;
  const titles = () =>
    [DEV, PROD].map((name) => tools.catalog.find(name)).map((found) => [found?.title, found?.description]);
  const titled = (name: RepositoryName, title: string) => ({
    name,
    change: (current: Repository) => ({ ...current, title }),
  });
  const wishes = [DEV, PROD].map((name) => ({ name, settings: LOCAL }));
  const ghost = { name: ALL, settings: { kind: "virtual", members: [UP] } as NewRepository };
  await assert.rejects(admin.createMany(ROOT, [...wishes, ghost]), refusal("setting-invalid", /root\/up/));
  assert.deepEqual(tools.catalog.all(), []);
  await admin.createMany(ALICE, wishes);

  await admin.modify(ALICE, DEV, (current) => ({ ...current, description: "other" }));
  const refused = admin.modifyMany(ALICE, [titled(DEV, "one"), titled(UP, "gone")]);
  await assert.rejects(refused, refusal("repository-not-found"));
  assert.deepEqual(titles(), [
    [null, "other"],
    [null, null],
  ]);
  await admin.modifyMany(ALICE, [titled(DEV, "one"), titled(PROD, "two"), titled(DEV, "three")]);
  assert.deepEqual(titles(), [
    ["three", "other"],
    ["two", null],
  ]);
});

test("what is removed is a member of no virtual repository any more, nor is what is made later under its name", async () => {
  await using world = await openWorld();
  const other = "bob/all" as RepositoryName;
  await world.admin.create(ALICE, DEV, LOCAL);
  await world.admin.create(ALICE, PROD, { kind: "local", bases: [DEV] });
  await world.admin.create(ROOT, ALL, { kind: "virtual", members: [DEV, PROD], publishTo: DEV });
  await world.admin.create(BOB, other, { kind: "virtual", members: [DEV, PROD], publishTo: PROD });
  const prod = world.tools.catalog.find(PROD);
  await world.admin.remove(ALICE, DEV);
  await world.admin.create(ALICE, DEV, LOCAL);
  const targets = [ALL, other].map((name) => {
    const found = world.tools.catalog.find(name);
    return found?.kind === "virtual" ? [found.members, found.publishTo] : null;
  });
  assert.deepEqual(targets, [
    [[PROD], null],
    [[PROD], PROD],
  ]);
  assert.deepEqual(world.tools.catalog.find(PROD), prod);
});

test("a virtual repository hands uploads to a local member and to nothing else", async () => {
  await using world = await openWorld();
  await world.admin.create(ALICE, DEV, LOCAL);
  await world.admin.create(ROOT, UP, { kind: "remote" });
  const create = (members: RepositoryName[], publishTo: RepositoryName) =>
    world.admin.create(ROOT, ALL, { kind: "virtual", members, publishTo });
  await assert.rejects(create([UP], DEV), refusal("setting-invalid", /not among its members/));
  await assert.rejects(create([DEV, UP], UP), refusal("setting-invalid", /is remote/));
  await create([DEV, UP], DEV);
});

test("an upstream's address is one that can be asked, and holds no password", async () => {
  await using world = await openWorld();
  const create = (url: string) => world.admin.create(ROOT, UP, { kind: "remote", url });
  await assert.rejects(create("ftp://upstream.invalid/"), refusal("setting-invalid", /https/));
  await assert.rejects(create("upstream"), refusal("setting-invalid", /https/));
  await assert.rejects(create("https://upstream.invalid/simple"), refusal("setting-invalid", /ends in/));
  await assert.rejects(create("https://upstream.invalid/simple/#x"), refusal("setting-invalid", /fragment/));
  await assert.rejects(create("https://me:secret@upstream.invalid/simple/"), (error: Error) => {
    assert.doesNotMatch(error.message, /secret/);
    return refusal("setting-invalid", /password/)(error);
  });
});

test("a reserved name protects whatever spelling it was given in", async () => {
  await using world = await openWorld();
  const made = await world.admin.create(ALICE, DEV, { kind: "local", reserved: ["Acme_*", "Our.Tool", "*"] });
  assert.ok(made.kind === "local");
  assert.deepEqual(made.reserved, ["acme-*", "our-tool", "*"]);
  for (const odd of ["", "a*b", "-*"]) {
    const change = world.admin.modify(ALICE, DEV, (current) => ({ ...current, reserved: [odd] }) as Repository);
    await assert.rejects(change, refusal("setting-invalid", /reserved/));
  }
});

test("a change sees what is stored, and one that changes nothing is no event", async () => {
  await using world = await openWorld();
  await world.admin.create(ALICE, DEV, LOCAL);
  await Promise.all(
    ["bob", "carol"].map((name) =>
      world.admin.modify(ALICE, DEV, (current) => {
        const { publishers } = current as LocalRepository;
        return { ...current, publishers: [...publishers, name] } as Repository;
      }),
    ),
  );
  await world.news();
  const unchanged = await world.admin.modify(ALICE, DEV, (current) => ({ ...current }));
  assert.deepEqual((unchanged as LocalRepository).publishers, ["alice", "bob", "carol"]);
  assert.deepEqual(await world.news(), []);
});

test("what a repository is cannot change", async () => {
  await using world = await openWorld();
  await world.admin.create(ALICE, DEV, LOCAL);
  const become = (change: object) =>
    world.admin.modify(ALICE, DEV, (current) => ({ ...current, ...change }) as Repository);
  await assert.rejects(become({ kind: "virtual", members: [] }), refusal("setting-invalid", /cannot become virtual/));
  await assert.rejects(become({ name: PROD }), refusal("setting-invalid", /name/));
  await assert.rejects(become({ format: "npm" }), refusal("setting-invalid", /format/));
  await assert.rejects(
    world.admin.modify(BOB, DEV, (current) => current),
    refusal("not-permitted"),
  );
});

test("an immutable repository goes only when it is empty; a volatile one takes everything along", async () => {
  await using world = await openWorld();
  await world.admin.create(ALICE, DEV, { kind: "local", mutability: "immutable" });
  await world.publish(DEV, { name: "foo", version: "1.0", text: "x" });
  await assert.rejects(world.admin.remove(ALICE, DEV), refusal("repository-immutable", /files: 1/));
  await world.admin.modify(ALICE, DEV, (current) => ({ ...current, mutability: "volatile" }));
  await assert.rejects(world.admin.remove(BOB, DEV), refusal("not-permitted"));
  await world.admin.remove(ALICE, DEV);
  assert.equal(world.tools.catalog.find(DEV), null);
  assert.deepEqual(await world.artifacts(DEV, "foo"), []);
  await assert.rejects(world.admin.remove(ALICE, DEV), refusal("repository-not-found"));
});

test("a remote that is removed or moved forgets what it had copied", async () => {
  await using fake = await openFakeUpstream();
  await using world = await openWorld();
  fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("foo") });
  const remember = async (remote: RemoteRepository) => {
    await world.tools.remotes.listing(remote, "foo" as ProjectName);
    assert.notEqual(world.tools.remotes.remembered(remote, "foo" as ProjectName), undefined);
  };
  const made = (await world.admin.create(ROOT, UP, { kind: "remote", url: fake.url })) as RemoteRepository;
  await remember(made);
  await world.admin.modify(ROOT, UP, (current) => ({ ...current, title: "x" }));
  assert.notEqual(world.tools.remotes.remembered(made, "foo" as ProjectName), undefined);
  await world.admin.modify(ROOT, UP, (current) => ({ ...current, url: `${fake.origin}/flat/` }) as Repository);
  assert.equal(world.tools.remotes.remembered(made, "foo" as ProjectName), undefined);
  await remember(made);
  await world.admin.remove(ROOT, UP);
  assert.equal(world.tools.remotes.remembered(made, "foo" as ProjectName), undefined);
});

test("an upstream's login goes to no other server, unless it is given anew", async () => {
  await using world = await openWorld();
  const credentials = "sealed me:secret" as Sealed;
  await world.admin.create(ROOT, UP, { kind: "remote", url: "https://one.invalid/simple/", credentials });
  const move = async (change: Partial<RemoteRepository>) => {
    const moved = await world.admin.modify(ROOT, UP, (current) => ({ ...current, ...change }) as Repository);
    return (moved as RemoteRepository).credentials;
  };
  assert.equal(await move({ url: "https://one.invalid/other/" }), credentials);
  assert.equal(await move({ url: "https://two.invalid/simple/" }), null);
  const other = "sealed you:secret" as Sealed;
  assert.equal(await move({ url: "https://three.invalid/simple/", credentials: other }), other);
  assert.equal(await move({ url: null }), null, "in two steps it would go to the next address");
});

test("an upstream's login is not read along by another proxy, unless all is encrypted on the way", async () => {
  await using world = await openWorld();
  const credentials = "sealed me:secret" as Sealed;
  const proxied = async (url: string): Promise<Sealed | null> => {
    await world.admin.create(ROOT, UP, { kind: "remote", url, credentials });
    const proxy = "http://proxy.invalid:3128";
    const changed = await world.admin.modify(ROOT, UP, (current) => ({ ...current, proxy }) as Repository);
    await world.admin.remove(ROOT, UP);
    return (changed as RemoteRepository).credentials;
  };
  assert.equal(await proxied("http://one.invalid/simple/"), null);
  assert.equal(await proxied("https://one.invalid/simple/"), credentials);
});

test("refreshing a repository makes the remotes behind it ask again", async () => {
  await using fake = await openFakeUpstream();
  await using world = await openWorld();
  fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("foo") });
  const remote = (await world.admin.create(ROOT, UP, { kind: "remote", url: fake.url })) as RemoteRepository;
  await world.admin.create(ALICE, DEV, { kind: "local", bases: [UP], readers: ["alice"] });
  await world.tools.remotes.listing(remote, "foo" as ProjectName);
  await assert.rejects(world.admin.refresh(BOB, DEV, "foo" as ProjectName), refusal("not-permitted"));
  await world.admin.refresh(ALICE, DEV, "foo" as ProjectName);
  assert.equal(world.tools.remotes.remembered(remote, "foo" as ProjectName), undefined);
});

test("where administering is kept to a list, owners and root make and change nothing", async () => {
  await using world = await openWorld({ restrictModify: ["carol"] });
  await world.admin.create(user("carol"), DEV, LOCAL);
  await world.admin.modify(user("carol"), DEV, (current) => ({ ...current, title: "x" }));
  await assert.rejects(world.admin.create(ALICE, PROD, LOCAL), refusal("not-permitted", /restrict-modify/));
  await assert.rejects(world.admin.remove(ROOT, DEV), refusal("not-permitted"));
  const narrow = token("carol", limit("publish", "*"));
  await assert.rejects(world.admin.remove(narrow, DEV), refusal("not-permitted"));
});

function withBases(...bases: readonly RepositoryName[]): (current: Repository) => Repository {
  return (current) => ({ ...current, bases }) as Repository;
}
