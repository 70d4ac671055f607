import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant, RepositoryName, Sealed, UserName } from "#core";
import {
  ALICE,
  BOB,
  limit,
  NEW_USER,
  NOBODY,
  openToolsWorld,
  ROOT,
  refusal,
  token,
  user,
} from "../../tests/support/registry-tools.ts";

const EVERYTHING = limit("*", "*");
const alice = "alice" as UserName;
const root = "root" as UserName;

test("a new account is there, with the moment it was made", async () => {
  await using world = await openToolsWorld();
  const made = await world.accounts.create(NOBODY, { ...NEW_USER, name: alice, email: "alice@example.org" });
  assert.deepEqual(await world.accounts.user(alice), made);
  assert.equal(made.createdAt, world.tools.now());
  assert.equal(made.modifiedAt, null);
});

test("an account's name is taken in any case, by accounts and by the short names of repositories", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice");
  await world.admin.create(ROOT, "root/pypi" as RepositoryName, { kind: "remote" });
  await world.admin.create(ALICE, "alice/dev" as RepositoryName, { kind: "local" });
  const create = (name: string) => world.accounts.create(ROOT, { ...NEW_USER, name: name as UserName });
  await assert.rejects(create("alice"), refusal("user-exists"));
  await assert.rejects(create("Alice"), refusal("user-exists"));
  await assert.rejects(create("PyPI"), refusal("setting-invalid", /root\/pypi/));
  await assert.rejects(create("alice.dev"), refusal("setting-invalid", /alice\/dev/));
});

test("a word that this server's own addresses begin with is no user name", async () => {
  await using world = await openToolsWorld();
  for (const name of ["api", "UI", "simple"]) {
    const made = world.accounts.create(ROOT, { ...NEW_USER, name: name as UserName });
    await assert.rejects(made, refusal("setting-invalid", /own addresses/));
  }
});

test("of two accounts with the same name that are made at once, one is made", async () => {
  await using world = await openToolsWorld();
  const both = await Promise.allSettled([
    world.accounts.create(NOBODY, { ...NEW_USER, name: alice }),
    world.accounts.create(NOBODY, { ...NEW_USER, name: "ALICE" as UserName }),
  ]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

test("a change keeps what is not given, clears what is null, and notes when", async () => {
  await using world = await openToolsWorld();
  await world.accounts.create(ROOT, { ...NEW_USER, name: alice, email: "a@example.org", title: "Alice" });
  world.tick(60);
  const changed = await world.accounts.modify(ALICE, alice, { title: null, description: "x" });
  assert.deepEqual(
    { email: changed.email, title: changed.title, description: changed.description, at: changed.modifiedAt },
    { email: "a@example.org", title: null, description: "x", at: world.tools.now() },
  );
});

test("a change that changes nothing is no event", async () => {
  await using world = await openToolsWorld();
  await world.users("alice");
  await world.news();
  const unchanged = await world.accounts.modify(ALICE, alice, { title: null });
  assert.equal(unchanged.modifiedAt, null);
  assert.deepEqual(await world.news(), []);
});

test("only the user and root change an account; a token needs to have no limits", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice", "bob");
  const change = { title: "mine" };
  await world.accounts.modify(ROOT, alice, change);
  await world.accounts.modify(token("alice", EVERYTHING), alice, { title: "hers" });
  await assert.rejects(world.accounts.modify(BOB, alice, change), refusal("not-permitted"));
  await assert.rejects(world.accounts.modify(NOBODY, alice, change), refusal("not-signed-in"));
  const narrow = token("alice", limit("*", "alice/*"));
  await assert.rejects(world.accounts.modify(narrow, alice, change), refusal("not-permitted"));
});

test("a token does not change its owner's password, whatever it is good for", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice");
  const passwordHash = "sealed other" as Sealed;
  const change = world.accounts.modify(token("alice", EVERYTHING), alice, { passwordHash });
  await assert.rejects(change, refusal("not-permitted", /password/));
  await world.accounts.modify(token("root", EVERYTHING), alice, { passwordHash });
});

test("a token does not remove its owner's account, whatever it is good for", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice");
  const own = world.accounts.remove(token("alice", EVERYTHING), alice);
  await assert.rejects(own, refusal("not-permitted", /password/));
  await world.accounts.remove(token("root", EVERYTHING), alice);
});

test("an account takes its repositories and tokens along", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice");
  await world.admin.create(ALICE, "alice/dev" as RepositoryName, { kind: "local" });
  await world.accounts.issueToken(ALICE, aToken());
  await world.accounts.remove(ALICE, alice);
  assert.equal(await world.accounts.user(alice), null);
  assert.equal(world.tools.catalog.find("alice/dev" as RepositoryName), null);
  assert.equal(await world.tools.metadata.read((view) => view.token("abc")), null);
});

test("the repositories of an account that goes are members of no virtual repository any more", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice");
  const [dev, own, all] = ["alice/dev", "alice/own", "root/all"] as RepositoryName[] as [
    RepositoryName,
    RepositoryName,
    RepositoryName,
  ];
  await world.admin.create(ALICE, dev, { kind: "local" });
  await world.admin.create(ALICE, own, { kind: "virtual", members: [dev] });
  await world.admin.create(ROOT, all, { kind: "virtual", members: [own, dev], publishTo: dev });
  await world.accounts.remove(ALICE, alice);
  const left = world.tools.catalog.find(all);
  assert.ok(left?.kind === "virtual");
  assert.deepEqual([left.members, left.publishTo, world.tools.catalog.find(own)], [[], null, null]);
});

test("an account stays while one of its repositories is immutable and not empty", async () => {
  await using world = await openToolsWorld();
  await world.users("alice");
  for (const name of ["alice/dev", "alice/prod"]) {
    await world.admin.create(ALICE, name as RepositoryName, { kind: "local" });
  }
  await world.publish("alice/prod", { name: "foo", version: "1.0", text: "one" });
  await assert.rejects(
    world.accounts.remove(ALICE, alice),
    refusal("repository-immutable", /alice\/prod is immutable and not empty \(files: 1\)/),
  );
  assert.notEqual(world.tools.catalog.find("alice/dev" as RepositoryName), null);
});

test("root cannot be removed, not by root", async () => {
  await using world = await openToolsWorld();
  await world.users("root");
  await assert.rejects(world.accounts.remove(ROOT, root), refusal("not-permitted"));
});

test("tokens are issued and seen by their owner and root, and by no token", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice", "bob");
  await world.accounts.issueToken(ALICE, aToken());
  assert.deepEqual(
    (await world.accounts.tokensOf(ROOT, alice)).map(({ id }) => id),
    ["abc"],
  );
  await assert.rejects(world.accounts.tokensOf(BOB, alice), refusal("not-permitted"));
  await assert.rejects(world.accounts.issueToken(BOB, aToken()), refusal("not-permitted"));
  await assert.rejects(world.accounts.issueToken(token("alice", EVERYTHING), aToken()), refusal("not-permitted"));
  await assert.rejects(
    world.accounts.issueToken(ROOT, { ...aToken(), owner: "ghost" as UserName }),
    refusal("user-not-found"),
  );
});

test("a token that administers with all its rights makes tokens, and no other token does", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice");
  await world.accounts.issueToken(token("root", EVERYTHING), { ...aToken(), id: "first" });
  const narrow = token("root", limit("*", "alice/*"));
  await assert.rejects(world.accounts.issueToken(narrow, aToken()), refusal("not-permitted"));
});

test("only administrators make tokens that stand for groups, also for names that are no account", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice");
  const standsFor = { groups: ["readers"], isAdmin: false };
  await assert.rejects(world.accounts.issueToken(ALICE, { ...aToken(), standsFor }), refusal("not-permitted"));
  const transient = { ...aToken(), owner: "ci" as UserName, standsFor };
  const made = await world.accounts.issueToken(ROOT, transient);
  assert.deepEqual([made.owner, made.standsFor], ["ci", standsFor]);
  assert.deepEqual(await world.accounts.allTokens(ROOT), [made]);
  await assert.rejects(world.accounts.allTokens(ALICE), refusal("not-permitted"));
});

test("of several tokens at once that replace each other one is left, and no other token goes", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice");
  await world.accounts.issueToken(ALICE, aToken());
  const isKey = ({ name }: { readonly name: string }) => name === "key";
  const issue = (id: string) => world.accounts.issueToken(ALICE, { ...aToken(), id, name: "key" }, isKey);
  await Promise.all(["one", "two", "three"].map(issue));
  const left = await world.accounts.tokensOf(ALICE, alice);
  assert.deepEqual(left.map(({ name }) => name).toSorted(), [aToken().name, "key"].toSorted());
});

test("a token takes the place of another one once, and only of one of the same owner", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice", "bob");
  await world.accounts.issueToken(ALICE, aToken());
  const next = { ...aToken(), id: "next" };
  const ofBob = { ...next, owner: "bob" as UserName };
  await assert.rejects(world.accounts.renewToken("abc", ofBob), refusal("token-not-found"));
  const both = await Promise.allSettled(["one", "two"].map((id) => world.accounts.renewToken("abc", { ...next, id })));
  assert.equal(both.filter(({ status }) => status === "fulfilled").length, 1);
  assert.equal((await world.accounts.tokensOf(ALICE, alice)).length, 1);
});

test("an account has so many tokens at most; expired ones make room when it is needed", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice");
  const createdAt = world.tools.now();
  const expiresAt = (createdAt + 60_000) as Instant;
  await world.tools.metadata.write({ kind: "system", name: "test", tokenId: null }, async (tx) => {
    for (let index = 0; index < 1000; index += 1) {
      const issued = { ...aToken(), id: `t${index}`, expiresAt: index < 2 ? expiresAt : null, createdAt };
      tx.append({ type: "token.issued", token: issued });
    }
  });
  const idsLeft = async () => (await world.accounts.tokensOf(ALICE, alice)).length;

  await assert.rejects(world.accounts.issueToken(ALICE, aToken()), refusal("setting-invalid", /revoke some/));
  world.tick(60);
  assert.equal(await idsLeft(), 1000);
  await world.accounts.issueToken(ALICE, aToken());
  assert.equal(await idsLeft(), 999);
});

test("a token is revoked under its owner's name only", async () => {
  await using world = await openToolsWorld();
  await world.users("root", "alice", "bob");
  await world.accounts.issueToken(ALICE, aToken());
  await assert.rejects(world.accounts.revokeToken(BOB, "bob" as UserName, "abc"), refusal("token-not-found"));
  await world.accounts.revokeToken(ALICE, alice, "abc");
  assert.deepEqual(await world.accounts.tokensOf(ALICE, alice), []);
  await assert.rejects(world.accounts.revokeToken(ALICE, alice, "abc"), refusal("token-not-found"));
});

test("where making accounts is kept to a list, only those on it make, change and remove them", async () => {
  await using world = await openToolsWorld({ restrictModify: ["carol", ":admins"] });
  await world.users("root", "alice", "bob", "carol");
  const CAROL = user("carol");
  await assert.rejects(
    world.accounts.create(NOBODY, { ...NEW_USER, name: "dan" as UserName }),
    refusal("not-signed-in"),
  );
  await assert.rejects(world.accounts.create(ROOT, { ...NEW_USER, name: "dan" as UserName }), refusal("not-permitted"));
  await assert.rejects(world.accounts.modify(ALICE, alice, { title: "x" }), refusal("not-permitted"));
  await world.accounts.modify(ALICE, alice, { passwordHash: "sealed own" as Sealed });
  await world.accounts.modify(CAROL, alice, { title: "x" });
  await assert.rejects(world.accounts.remove(CAROL, "carol" as UserName), refusal("not-permitted", /own/));
  await world.accounts.remove({ kind: "user", name: "dora" as UserName, groups: ["admins"] }, "bob" as UserName);
  assert.equal(await world.accounts.user("bob" as UserName), null);
});

function aToken() {
  return {
    id: "abc",
    owner: alice,
    name: "ci",
    limits: [EVERYTHING],
    expiresAt: null,
    secretHash: "sealed secret" as Sealed,
  };
}
