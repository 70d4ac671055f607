import assert from "node:assert/strict";
import { test } from "node:test";
import { actorOf, type Instant, type Principal, type UserName } from "#core";
import { accessWorld } from "../../tests/support/access-world.ts";
import type { AccessTokenWish } from "./access-token-issue.ts";
import { openAccess } from "./open-access.ts";

const ALICE = "alice" as UserName;
const ROOT: Principal = { kind: "user", name: "root" as UserName, groups: [] };

const WISH: AccessTokenWish = {
  name: "for the build",
  standsFor: null,
  expiresAt: null,
  claims: { issuer: "here", subject: "here/users/alice", audience: "*@*", scope: "applied-permissions/user" },
  kept: {},
  withReference: true,
  isRefreshable: true,
};

function opened() {
  const world = accessWorld();
  world.saveUser("alice", null);
  const access = openAccess(world.parts);
  const prove = async (user: string, secret: string) => {
    const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
    const { principal } = await access.authenticate({ authorization, devpiAuth: null, remoteAddress: "127.0.0.1" });
    return principal;
  };
  return { world, access, prove };
}

test("an access token proves its owner as a JWT and as a reference, with and without the name", async () => {
  const { access, prove } = opened();
  const { jwt, reference, token } = await access.issueAccessToken(ROOT, ALICE, WISH);
  assert.equal(reference?.length, 64);
  for (const secret of [jwt, reference ?? ""]) {
    for (const user of ["alice", "", "__token__"]) {
      assert.deepEqual(actorOf(await prove(user, secret)), { kind: "token", name: "alice", tokenId: token.id });
    }
    await assert.rejects(prove("bob", secret), { name: "RegistryError" });
  }
});

test("the claims of a JWT are what clients cut names and numbers out of", async () => {
  const { world, access } = opened();
  const expiresAt = (world.now + 3_600_000) as Instant;
  const { jwt, token } = await access.issueAccessToken(ROOT, ALICE, { ...WISH, expiresAt });
  const payload = JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString()) as unknown;
  assert.deepEqual(payload, {
    scp: "applied-permissions/user",
    iss: "here",
    sub: "here/users/alice",
    aud: "*@*",
    iat: world.now / 1000,
    jti: token.id,
    exp: expiresAt / 1000,
  });
});

test("a revoked token opens nothing from the next request on, in any form", async () => {
  const { world, access, prove } = opened();
  const { jwt, reference, token } = await access.issueAccessToken(ROOT, ALICE, WISH);
  await prove("", jwt);
  world.append({ type: "token.revoked", id: token.id, owner: ALICE });
  await assert.rejects(prove("", jwt), /wrong-credentials/);
  await assert.rejects(prove("", reference ?? ""), /wrong-credentials/);
  assert.equal(await access.tokenBehind(jwt), null);
});

test("an expired token opens nothing", async () => {
  const { world, access, prove } = opened();
  const expiresAt = (world.now + 1000) as Instant;
  const { jwt } = await access.issueAccessToken(ROOT, ALICE, { ...WISH, expiresAt });
  await prove("", jwt);
  world.now = expiresAt;
  await assert.rejects(prove("", jwt), /wrong-credentials/);
});

test("a JWT that was signed elsewhere, changed, or not signed at all opens nothing", async () => {
  const { access, prove } = opened();
  const { jwt } = await access.issueAccessToken(ROOT, ALICE, WISH);
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  const changed = Buffer.from(
    Buffer.from(payload, "base64url").toString().replace("applied-permissions/user", "applied-permissions/admi"),
  ).toString("base64url");
  for (const forged of [
    `${none}.${payload}.${signature}`,
    `${header}.${changed}.${signature}`,
    `${header}.${payload}.${"A".repeat(43)}`,
  ]) {
    await assert.rejects(prove("", forged), /wrong-credentials/, forged);
  }
});

test("a refresh token makes one new token, opens nothing itself, and ends the old one", async () => {
  const { access, prove } = opened();
  const first = await access.issueAccessToken(ROOT, ALICE, WISH);
  await assert.rejects(prove("", first.refresh ?? ""), /wrong-credentials/);
  const second = await access.renewAccessToken(first.refresh ?? "", () => WISH);
  await assert.rejects(prove("", first.jwt), /wrong-credentials/);
  assert.equal(actorOf(await prove("", second.jwt)).tokenId, second.token.id);
  await assert.rejects(
    access.renewAccessToken(first.refresh ?? "", () => WISH),
    /wrong-credentials/,
  );
});

test("an API key can be read again, is replaced by the next, and goes when it is withdrawn", async () => {
  const { access, prove } = opened();
  assert.equal(await access.apiKeys.find(ROOT, ALICE), null);
  const first = await access.apiKeys.issue(ROOT, ALICE);
  assert.equal(await access.apiKeys.find(ROOT, ALICE), first);
  assert.equal((await prove("alice", first)).kind, "token");
  const second = await access.apiKeys.issue(ROOT, ALICE);
  await assert.rejects(prove("alice", first), /wrong-credentials/);
  assert.equal((await prove("", second)).kind, "token");
  assert.equal(await access.apiKeys.withdraw(ROOT, ALICE), true);
  await assert.rejects(prove("alice", second), /wrong-credentials/);
});

test("a token is found by its secret, whatever its form, and by nothing else", async () => {
  const { access } = opened();
  const alice: Principal = { kind: "user", name: ALICE, groups: [] };
  const own = await access.issueToken(alice, ALICE, {
    name: "ours",
    limits: [{ action: "*", repository: "*", projects: null }],
    expiresAt: null,
  });
  const macaroon = await access.issueMacaroon(alice, ALICE, ["expires=never"]);
  const { jwt, reference, refresh, token } = await access.issueAccessToken(ROOT, ALICE, WISH);
  assert.equal((await access.tokenBehind(own.secret))?.id, own.token.id);
  assert.equal((await access.tokenBehind(macaroon.secret))?.id, macaroon.token.id);
  assert.equal((await access.tokenBehind(jwt))?.id, token.id);
  assert.equal((await access.tokenBehind(reference ?? ""))?.id, token.id);
  const other = `viv_${token.id}_${"A".repeat(43)}`;
  for (const secret of [refresh ?? "", other, "", "alice's password"]) {
    assert.equal(await access.tokenBehind(secret), null, secret);
  }
});

test("nobody's password may look like one of these", async () => {
  const { access } = opened();
  const { jwt, reference } = await access.issueAccessToken(ROOT, ALICE, WISH);
  const key = await access.apiKeys.issue(ROOT, ALICE);
  for (const text of [jwt, reference ?? "", key]) await assert.rejects(access.hashPassword(text), /setting-invalid/);
});
