import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ANONYMOUS, type Instant, type Limit, type Principal, RegistryError, type UserName } from "#core";
import { type AccessWorld, accessWorld } from "../../tests/support/access-world.ts";
import type { Access, RequestCredentials } from "./access.ts";
import { openAccess } from "./open-access.ts";

const ALICE: Principal = { kind: "user", name: "alice" as UserName, groups: [] };
const MINUTE = 60_000;

async function anAccess(): Promise<{ world: AccessWorld; access: Access & Disposable }> {
  const world = accessWorld();
  const access = openAccess(world.parts);
  world.saveUser("alice", await access.hashPassword("se:cret"));
  return { world, access };
}

function basic(user: string, secret: string, encoding: BufferEncoding = "utf8"): RequestCredentials {
  return sent(`Basic ${Buffer.from(`${user}:${secret}`, encoding).toString("base64")}`);
}

function devpi(user: string, secret: string): RequestCredentials {
  return sent(null, Buffer.from(`${user}:${secret}`).toString("base64"));
}

function sent(authorization: string | null, devpiAuth: string | null = null): RequestCredentials {
  return { authorization, devpiAuth, remoteAddress: "192.0.2.7" };
}

const everything: readonly Limit[] = [{ action: "*", repository: "*", projects: null }];
const ALICES = "alice" as UserName;

async function aToken(access: Access, expiresAt: Instant | null = null) {
  return access.issueToken(ALICE, ALICES, { name: "ci", limits: everything, expiresAt });
}

describe("who is asking", () => {
  test("nothing sent is nobody", async () => {
    const { access } = await anAccess();
    assert.deepEqual((await access.authenticate(sent(null))).principal, ANONYMOUS);
    assert.deepEqual(access.remembered(sent(null))?.principal, ANONYMOUS);
  });

  test("a name and its password are the user; only the first colon splits", async () => {
    const { access } = await anAccess();
    assert.deepEqual((await access.authenticate(basic("alice", "se:cret"))).principal, ALICE);
  });

  test("an empty password is none given, which pip and uv send to be challenged", async () => {
    const { access } = await anAccess();
    for (const request of [basic("alice", ""), basic("", ""), sent("Basic Og=="), devpi("alice", "")]) {
      assert.deepEqual((await access.authenticate(request)).principal, ANONYMOUS);
    }
  });

  test("wrong credentials in Authorization are refused, never anonymous", async () => {
    const { access } = await anAccess();
    const wrong = [
      basic("alice", "wrong"),
      basic("nobody", "se:cret"),
      basic("", "se:cret"),
      basic("a/b", "se:cret"),
      sent("Basic !!!"),
      sent(`Basic ${Buffer.from("no-colon").toString("base64")}`),
      sent("Basic"),
      sent("Bearer"),
      sent("Bearer se:cret"),
      sent("Digest username=alice"),
      sent(`Basic ${"A".repeat(10_000)}`),
    ];
    for (const request of wrong) {
      await assert.rejects(access.authenticate(request), hasCode("wrong-credentials"), String(request.authorization));
    }
  });

  test("a bad X-Devpi-Auth is anonymous, for this once", async () => {
    const { access, world } = await anAccess();
    for (const request of [devpi("alice", "wrong"), sent(null, "!!!")]) {
      const proof = await access.authenticate(request);
      assert.deepEqual(proof.principal, ANONYMOUS);
      assert.equal(proof.isCurrent() && proof.validUntil > world.now, false, "it must not be kept");
      assert.equal(access.remembered(request), null);
    }
  });

  test("X-Devpi-Auth goes first, because Authorization may be meant for a proxy in front", async () => {
    const { access } = await anAccess();
    const forProxy = basic("proxy", "secret").authorization;
    const good = devpi("alice", "se:cret").devpiAuth;
    assert.deepEqual((await access.authenticate(sent(forProxy, good))).principal, ALICE);
    const bad = devpi("alice", "wrong").devpiAuth;
    await assert.rejects(access.authenticate(sent(forProxy, bad)), hasCode("wrong-credentials"));
    const rightBasic = basic("alice", "se:cret").authorization;
    assert.deepEqual((await access.authenticate(sent(rightBasic, bad))).principal, ALICE);
  });

  test("a password beyond ASCII works in UTF-8 and in Latin-1, as requests sends it", async () => {
    const { access, world } = await anAccess();
    world.saveUser("bob", await access.hashPassword("grün"));
    for (const encoding of ["utf8", "latin1"] as const) {
      const proof = await access.authenticate(basic("bob", "grün", encoding));
      assert.equal(proof.principal.kind, "user");
    }
  });

  test("an account without a password cannot sign in with one", async () => {
    const { access, world } = await anAccess();
    world.saveUser("robot", null);
    await assert.rejects(access.authenticate(basic("robot", "x")), hasCode("wrong-credentials"));
  });

  test("a hash of another server is renewed at the first sign-in, and the password stays", async () => {
    const { world, access } = await anAccess();
    const devpis = "$argon2i$v=19$m=512,t=2,p=2$NGZMae1dixGiVOp9L2VMSQ$sKrgErRGB8+HcsXO3wcokCfmPEt0T5qkfrmeCr/mAtU";
    const before = world.saveUser("moved", access.seal(devpis));
    await assert.rejects(access.login("moved", "wrong", "192.0.2.7"));
    assert.equal((await world.parts.accounts.user(before.name))?.passwordHash, before.passwordHash);

    await access.login("moved", "secret", "192.0.2.7");

    const after = await world.parts.accounts.user(before.name);
    assert.notEqual(after?.passwordHash, before.passwordHash);
    assert.equal(after?.modifiedAt, null, "the account is as its owner left it");
    await access.login("moved", "secret", "192.0.2.7");
    assert.equal((await world.parts.accounts.user(before.name))?.passwordHash, after?.passwordHash);
  });

  test("no message tells whether the account exists", async () => {
    const { access } = await anAccess();
    const messages = await Promise.all(
      ["alice", "nobody"].map(async (name) => {
        const error: unknown = await access.authenticate(basic(name, "wrong")).catch((cause: unknown) => cause);
        return String(error).replace(name, "X");
      }),
    );
    assert.equal(messages[0], messages[1]);
  });
});

describe("tokens", () => {
  test("work as password of __token__ or of their owner, without a name, and as Bearer", async () => {
    const { access } = await anAccess();
    const { token, secret } = await aToken(access);
    assert.match(secret, /^viv_[0-9A-Za-z]{12}_[\w-]{43}$/);
    for (const request of [
      basic("__token__", secret),
      basic("alice", secret),
      basic("", secret),
      sent(`Bearer ${secret}`),
      sent(`bearer   ${secret}`),
      devpi("alice", secret),
    ]) {
      const { principal } = await access.authenticate(request);
      assert.deepEqual(principal, { kind: "token", owner: "alice", id: token.id, groups: [], limits: everything });
    }
  });

  test("are not good for another user, nor with another secret", async () => {
    const { access } = await anAccess();
    const { secret } = await aToken(access);
    const forged = `${secret.slice(0, -4)}${secret.endsWith("AAAA") ? "BBBB" : "AAAA"}`;
    for (const request of [basic("bob", secret), basic("__token__", forged), sent(`Bearer ${forged}`)]) {
      await assert.rejects(access.authenticate(request), hasCode("wrong-credentials"));
    }
  });

  test("are called tokens where one was sent that is none of this server's", async () => {
    const { access } = await anAccess();
    for (const request of [sent("Bearer junk"), basic("__token__", "junk")]) {
      await assert.rejects(access.authenticate(request), /the token is not valid/);
    }
    await assert.rejects(access.authenticate(basic("a/b", "junk")), /the user name or password is wrong/);
  });

  test("end when they expire, also where they are remembered", async () => {
    const { access, world } = await anAccess();
    const { secret } = await aToken(access, (world.now + MINUTE) as Instant);
    await access.authenticate(basic("__token__", secret));
    world.now = (world.now + MINUTE) as Instant;
    assert.equal(access.remembered(basic("__token__", secret)), null);
    await assert.rejects(access.authenticate(basic("__token__", secret)), hasCode("wrong-credentials"));
  });

  test("end at once when they are revoked", async () => {
    const { access, world } = await anAccess();
    const { token, secret } = await aToken(access);
    const proof = await access.authenticate(basic("__token__", secret));
    world.append({ type: "token.revoked", id: token.id, owner: token.owner });
    assert.equal(proof.isCurrent(), false);
    assert.equal(access.remembered(basic("__token__", secret)), null);
    await assert.rejects(access.authenticate(basic("__token__", secret)), hasCode("wrong-credentials"));
  });

  test("survive a change of the password", async () => {
    const { access, world } = await anAccess();
    const { secret } = await aToken(access);
    world.saveUser("alice", await access.hashPassword("other"));
    assert.equal((await access.authenticate(basic("alice", secret))).principal.kind, "token");
  });

  test("what is stored opens nothing by itself", async () => {
    const { access, world } = await anAccess();
    const { token, secret } = await aToken(access);
    const opened = world.sealer.open(token.secretHash);
    assert.match(opened, /^[0-9a-f]{64}$/);
    assert.ok(!secret.includes(opened));
  });

  test("cannot make tokens, nor can a stranger", async () => {
    const { access } = await anAccess();
    const { principal } = await access.authenticate(basic("alice", (await aToken(access)).secret));
    const wish = { name: "more", limits: everything, expiresAt: null };
    await assert.rejects(access.issueToken(principal, ALICES, wish), hasCode("not-permitted"));
    await assert.rejects(access.issueToken(ANONYMOUS, ALICES, wish), hasCode("not-signed-in"));
  });

  test("need a name, a limit and a future", async () => {
    const { access, world } = await anAccess();
    const good = { name: "ci", limits: everything, expiresAt: null };
    for (const wish of [
      { ...good, name: " " },
      { ...good, name: "a\nb" },
      { ...good, name: "x".repeat(101) },
      { ...good, limits: [] },
      { ...good, expiresAt: world.now },
    ]) {
      await assert.rejects(access.issueToken(ALICE, ALICES, wish), hasCode("setting-invalid"));
    }
  });

  test("cannot be taken for passwords", async () => {
    const { access } = await anAccess();
    await assert.rejects(access.hashPassword((await aToken(access)).secret), hasCode("setting-invalid"));
  });
});

describe("what is remembered", () => {
  test("costs no look at the facts, until it is five minutes old", async () => {
    const { access, world } = await anAccess();
    const request = basic("alice", "se:cret");
    await access.authenticate(request);
    const before = world.reads;
    assert.deepEqual(access.remembered(request)?.principal, ALICE);
    assert.deepEqual((await access.authenticate(request)).principal, ALICE);
    assert.equal(world.reads, before);
    world.now = (world.now + 5 * MINUTE) as Instant;
    assert.equal(access.remembered(request), null);
    assert.deepEqual((await access.authenticate(request)).principal, ALICE);
    assert.ok(world.reads > before);
  });

  test("ends at once with a changed password, and with the account", async () => {
    for (const change of ["password", "removal"] as const) {
      const { access, world } = await anAccess();
      const request = basic("alice", "se:cret");
      const proof = await access.authenticate(request);
      if (change === "password") world.saveUser("alice", await access.hashPassword("other"));
      else world.append({ type: "user.removed", name: ALICES });
      assert.equal(proof.isCurrent(), false);
      assert.equal(access.remembered(request), null);
      await assert.rejects(access.authenticate(request), hasCode("wrong-credentials"));
    }
  });

  test("is not touched by what happens to others", async () => {
    const { access, world } = await anAccess();
    const proof = await access.authenticate(basic("alice", "se:cret"));
    world.saveUser("bob", null);
    assert.equal(proof.isCurrent(), true);
  });

  test("a password that changes while it is being checked is not remembered as right", async () => {
    const { access, world } = await anAccess();
    const request = basic("alice", "se:cret");
    const checking = access.authenticate(request);
    world.saveUser("alice", await access.hashPassword("other"));
    const proof = await checking.catch(() => null);
    assert.notEqual(proof?.isCurrent(), true);
    assert.equal(access.remembered(request), null);
  });

  test("many requests that begin at once with the same password cost one check", async () => {
    const { access, world } = await anAccess();
    const before = world.reads;
    await Promise.all(Array.from({ length: 200 }, () => access.authenticate(basic("alice", "se:cret"))));
    assert.equal(world.reads, before + 1);
  });
});

describe("devpi's login", () => {
  test("gives an ASCII text without a colon that stands for the password for ten hours", async () => {
    const { access, world } = await anAccess();
    const session = await access.login("alice", "se:cret", "192.0.2.7");
    assert.equal(session.expiresInSeconds, 36_000);
    assert.match(session.password, /^[\w-]+$/);
    for (const request of [devpi("alice", session.password), basic("alice", session.password)]) {
      assert.deepEqual((await access.authenticate(request)).principal, ALICE);
    }
    world.now = (world.now + 36_000_000) as Instant;
    assert.deepEqual((await access.authenticate(devpi("alice", session.password))).principal, ANONYMOUS);
    await assert.rejects(access.authenticate(basic("alice", session.password)), hasCode("wrong-credentials"));
  });

  test("is refused for a wrong or empty password and an unknown user", async () => {
    const { access } = await anAccess();
    for (const [user, password] of [
      ["alice", "wrong"],
      ["alice", ""],
      ["nobody", "se:cret"],
    ] as const) {
      await assert.rejects(access.login(user, password, "192.0.2.7"), hasCode("wrong-credentials"));
    }
  });

  test("survives a changed password, and does not survive its account", async () => {
    const { access, world } = await anAccess();
    const { password } = await access.login("alice", "se:cret", "192.0.2.7");
    const before = world.saveUser("alice", await access.hashPassword("other"), { createdAt: world.now });
    assert.deepEqual((await access.authenticate(devpi("alice", password))).principal, ALICE);
    world.append({ type: "user.removed", name: ALICES });
    assert.deepEqual((await access.authenticate(devpi("alice", password))).principal, ANONYMOUS);
    world.now = (world.now + 1) as Instant;
    world.saveUser("alice", before.passwordHash);
    assert.deepEqual((await access.authenticate(devpi("alice", password))).principal, ANONYMOUS, "a namesake");
  });

  test("a session is good for its own user only", async () => {
    const { access, world } = await anAccess();
    world.saveUser("bob", null);
    const { password } = await access.session(ALICES);
    assert.deepEqual((await access.authenticate(devpi("bob", password))).principal, ANONYMOUS);
  });

  test("with a token gives that token back, which can do no more and lasts no longer", async () => {
    const { access, world } = await anAccess();
    const { secret } = await aToken(access, (world.now + 10 * MINUTE) as Instant);
    assert.deepEqual(await access.login("alice", secret, "192.0.2.7"), {
      user: "alice",
      password: secret,
      expiresInSeconds: 600,
    });
  });
});

describe("guessing", () => {
  test("is slowed down, and says when to come back", async () => {
    const { access, world } = await anAccess();
    for (let guess = 0; guess < 5; guess += 1) {
      await assert.rejects(access.authenticate(basic("alice", `guess${guess}`)), hasCode("wrong-credentials"));
    }
    const refused: unknown = await access.authenticate(basic("alice", "se:cret")).catch((cause: unknown) => cause);
    assert.ok(refused instanceof RegistryError && refused.problem.code === "too-many-attempts");
    assert.equal(refused.problem.retryAfterSeconds, 1);
    world.now = (world.now + 1000) as Instant;
    assert.deepEqual((await access.authenticate(basic("alice", "se:cret"))).principal, ALICE);
  });

  test("locks nobody out who is remembered, or has a token or a session, or is elsewhere", async () => {
    const { access } = await anAccess();
    const { secret } = await aToken(access);
    const session = await access.session(ALICES);
    await access.authenticate(basic("alice", "se:cret"));
    for (let guess = 0; guess < 10; guess += 1) {
      await assert.rejects(access.authenticate(basic("alice", `guess${guess}`)));
    }
    for (const request of [basic("alice", "se:cret"), basic("alice", secret), basic("alice", session.password)]) {
      await access.authenticate(request);
    }
    const elsewhere = { ...devpi("alice", "se:cret"), remoteAddress: "198.51.100.1" };
    assert.deepEqual((await access.authenticate(elsewhere)).principal, ALICE);
  });

  test("with many at once gets no more tries than one after another", async () => {
    const { access } = await anAccess();
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, (_, guess) => access.authenticate(basic("alice", `guess${guess}`))),
    );
    const tried = answers.filter(
      (answer) => answer.status === "rejected" && hasCode("wrong-credentials")(answer.reason),
    );
    assert.equal(tried.length, 5);
  });

  test("through X-Devpi-Auth is slowed down too, and stays anonymous", async () => {
    const { access } = await anAccess();
    for (let guess = 0; guess < 10; guess += 1) {
      assert.deepEqual((await access.authenticate(devpi("alice", `guess${guess}`))).principal, ANONYMOUS);
    }
    assert.deepEqual((await access.authenticate(devpi("alice", "se:cret"))).principal, ANONYMOUS);
    await assert.rejects(access.login("alice", "se:cret", "192.0.2.7"), hasCode("too-many-attempts"));
  });

  test("an empty password is no guess, nor is a wrong token", async () => {
    const { access } = await anAccess();
    const { secret } = await aToken(access);
    const forged = `${secret.slice(0, -4)}${secret.endsWith("AAAA") ? "BBBB" : "AAAA"}`;
    for (let turn = 0; turn < 20; turn += 1) {
      await access.authenticate(basic("alice", ""));
      await assert.rejects(access.authenticate(basic("alice", forged)), hasCode("wrong-credentials"));
    }
    assert.deepEqual((await access.authenticate(basic("alice", "se:cret"))).principal, ALICE);
  });
});

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RegistryError && error.problem.code === code;
}
