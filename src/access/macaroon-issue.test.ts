import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import type { Limit, Principal, UserName } from "#core";
import { accessWorld } from "../../tests/support/access-world.ts";
import { mintMacaroon, readMacaroon, writeMacaroon } from "./macaroons.ts";
import { openAccess } from "./open-access.ts";

const ALICES = "alice" as UserName;
const ALICE: Principal = { kind: "user", name: ALICES, groups: [] };

function sent(secret: string) {
  const authorization = `Basic ${Buffer.from(`alice:${secret}`).toString("base64")}`;
  return { authorization, devpiAuth: null, remoteAddress: "192.0.2.7" };
}

async function anAccess() {
  const world = accessWorld();
  const access = openAccess(world.parts);
  world.saveUser("alice", await access.hashPassword("se:cret"));
  return access;
}

test("who holds a token of the other kind cannot turn it into a macaroon that can do more", async () => {
  const access = await anAccess();
  const limits: readonly Limit[] = [{ action: "read", repository: "alice/dev", projects: null }];
  const { token, secret } = await access.issueToken(ALICE, ALICES, { name: "ci", limits, expiresAt: null });
  // What is kept of such a token is a hash that its holder can compute.
  const secretPart = secret.split("_").slice(2).join("_");
  const hash = createHash("sha256").update(secretPart).digest("hex");

  for (const key of [hash, `macaroon:${hash}`]) {
    const forged = writeMacaroon(mintMacaroon(key, `alice-${token.id}`, []));
    await assert.rejects(access.authenticate(sent(forged)), /wrong-credentials/);
  }
});

test("a macaroon narrowed by its holder is good for what is left, and widened for nothing", async () => {
  const access = await anAccess();
  const { token, secret } = await access.issueMacaroon(ALICE, ALICES, ["expires=never", "projects=foo,bar"]);
  const macaroon = readMacaroon(secret);
  assert.ok(macaroon !== null);

  const add = (caveat: string) =>
    writeMacaroon({
      ...macaroon,
      caveats: [...macaroon.caveats, caveat],
      signature: createHmac("sha256", macaroon.signature).update(caveat).digest(),
    });

  const { principal } = await access.authenticate(sent(add("projects=foo,other")));
  assert.ok(principal.kind === "token" && principal.id === token.id);
  assert.ok(principal.limits.every(({ projects }) => projects?.join() === "foo"));
  await assert.rejects(access.authenticate(sent(add("surprise=1"))), /wrong-credentials/);
  await assert.rejects(access.authenticate(sent(add("expires=1"))), /wrong-credentials/);
  await assert.rejects(access.authenticate(sent(writeMacaroon({ ...macaroon, caveats: [] }))), /wrong-credentials/);
});

test("a macaroon is no password: it logs in as itself, and cannot become one", async () => {
  const access = await anAccess();
  const { secret } = await access.issueMacaroon(ALICE, ALICES, ["expires=4102444800"]);

  assert.equal((await access.login("alice", secret, "")).password, secret);
  await assert.rejects(access.hashPassword(secret), /must not look like a token/);
});
