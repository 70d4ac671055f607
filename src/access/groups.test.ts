import assert from "node:assert/strict";
import { test } from "node:test";
import { ANONYMOUS, type Group, type Instant, RegistryError, type UserName } from "#core";
import { type AccessWorld, accessWorld } from "../../tests/support/access-world.ts";
import type { Access, RequestCredentials } from "./access.ts";
import { openAccess } from "./open-access.ts";

const ALICE = "alice" as UserName;
const EVERYTHING = [{ action: "*", repository: "*", projects: null }] as const;

async function anAccess(): Promise<{ world: AccessWorld; access: Access & Disposable }> {
  const world = accessWorld();
  const access = openAccess(world.parts);
  world.saveUser("alice", await access.hashPassword("secret"));
  return { world, access };
}

function group(name: string, members: readonly string[], isAdmin = false): Group {
  return {
    name,
    description: null,
    members: members as readonly UserName[],
    joinsNew: false,
    isAdmin,
    createdAt: 0 as Instant,
  };
}

function basic(user: string, secret: string): RequestCredentials {
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
  return { authorization, devpiAuth: null, remoteAddress: "192.0.2.7" };
}

function keyed(apiKey: string, authorization: string | null = null): RequestCredentials {
  return { authorization, devpiAuth: null, apiKey, remoteAddress: "192.0.2.7" };
}

async function who(access: Access, request: RequestCredentials) {
  return (await access.authenticate(request)).principal;
}

async function aToken(access: Access): Promise<{ id: string; secret: string }> {
  const owner = { kind: "user", name: ALICE, groups: [] } as const;
  const wish = { name: "ci", limits: EVERYTHING, expiresAt: null };
  const { token, secret } = await access.issueToken(owner, ALICE, wish);
  return { id: token.id, secret };
}

test("an account and its tokens are what its groups are", async () => {
  const { world, access } = await anAccess();
  world.append({ type: "group.saved", group: group("dev", ["alice", "bob"]) });
  const { id, secret } = await aToken(access);

  assert.deepEqual(await who(access, basic("alice", "secret")), { kind: "user", name: "alice", groups: ["dev"] });
  assert.deepEqual(await who(access, basic("", secret)), {
    kind: "token",
    owner: "alice",
    id,
    groups: ["dev"],
    limits: EVERYTHING,
  });
});

test("an account administers by itself or by a group", async () => {
  const { world, access } = await anAccess();
  world.append({ type: "group.saved", group: group("ops", ["alice"], true) });
  world.saveUser("bob", await access.hashPassword("secret"), { isAdmin: true });

  for (const name of ["alice", "bob"]) {
    const principal = await who(access, basic(name, "secret"));
    assert.equal(principal.kind === "user" && principal.isAdmin, true, name);
  }
});

test("a proof ends when its account joins a group, leaves one, or the group goes", async () => {
  const { world, access } = await anAccess();
  const groupsNow = async () => {
    const principal = await who(access, basic("alice", "secret"));
    return principal.kind === "user" ? principal.groups : null;
  };
  assert.deepEqual(await groupsNow(), []);

  world.append({ type: "group.saved", group: group("dev", ["alice"]) });
  assert.equal(access.remembered(basic("alice", "secret")), null);
  assert.deepEqual(await groupsNow(), ["dev"]);

  world.append({ type: "group.saved", group: group("dev", ["bob"]) });
  assert.deepEqual(await groupsNow(), []);

  world.append({ type: "group.saved", group: group("dev", ["alice"]) });
  assert.deepEqual(await groupsNow(), ["dev"]);
  world.append({ type: "group.removed", name: "dev" });
  assert.deepEqual(await groupsNow(), []);
});

test("a group of others is nobody else's business", async () => {
  const { world, access } = await anAccess();
  await who(access, basic("alice", "secret"));
  world.append({ type: "group.saved", group: group("dev", ["bob"]) });
  assert.notEqual(access.remembered(basic("alice", "secret")), null);
});

test("X-JFrog-Art-Api takes a token by itself, and refuses what is none, also where strangers would be let in", async () => {
  const { access } = await anAccess();
  const { id, secret } = await aToken(access);

  const principal = await who(access, keyed(secret));
  assert.equal(principal.kind === "token" && principal.id, id);
  for (const wrong of ["nonsense", "secret", `${secret.slice(0, -1)}!`]) {
    await assert.rejects(
      access.authenticate(keyed(wrong)),
      (error) => error instanceof RegistryError && error.problem.code === "wrong-credentials",
    );
  }
  assert.deepEqual(await who(access, keyed(" ")), ANONYMOUS);
});

test("what is for a proxy in Authorization does not stand in the way of X-JFrog-Art-Api", async () => {
  const { access } = await anAccess();
  const { secret } = await aToken(access);
  const { authorization } = basic("proxy", "of somebody else");
  assert.equal((await who(access, keyed(secret, authorization))).kind, "token");
});
