import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { RegistryError } from "#core";
import { CHEAP } from "../../tests/support/access-world.ts";
import { hashForDevpi, hashFromDevpi } from "./foreign-hashes.ts";
import { OWASP_COST, openPasswords } from "./passwords.ts";
import { openTurns } from "./turns.ts";

const cheap = openPasswords({ randomBytes, cost: CHEAP });

describe("passwords", () => {
  test("a password is right for its own hash and for no other", async () => {
    const hash = await cheap.hash("secret");
    assert.equal(await cheap.verify("secret", hash), true);
    assert.equal(await cheap.verify("Secret", hash), false);
    assert.notEqual(await cheap.hash("secret"), hash, "each hash has a salt of its own");
  });

  test("the default costs what OWASP recommends and says so in PHC form", async () => {
    const hash = await openPasswords({ randomBytes }).hash("secret");
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.equal(OWASP_COST.passes, 2);
  });

  test("hashes that devpi made, now and years ago, still let their users in", async () => {
    for (const hash of [
      "$argon2id$v=19$m=65536,t=3,p=4$L0WHNpzR1xGvVF+43Yp4EA$fQLExc4mphw3SisRpAV8ljzbRQihpDzq5hCKfqX3sNo",
      "$argon2id$v=19$m=102400,t=2,p=8$Wvk30ISK9Hj0fsAnhgWO8g$A3ZSixJp/GCGTG5mAN0n/g",
      "$argon2i$v=19$m=512,t=2,p=2$NGZMae1dixGiVOp9L2VMSQ$sKrgErRGB8+HcsXO3wcokCfmPEt0T5qkfrmeCr/mAtU",
    ]) {
      assert.equal(await cheap.verify("secret", hash), true, hash);
      assert.equal(await cheap.verify("wrong", hash), false, hash);
    }
  });

  test("a salted hash of devpi's first years still lets its user in", async () => {
    const pwsalt = "6R3E1Tzq0Jf1pgRrXqgTpQ==\n";
    const pwhash = createHash("sha256").update(pwsalt).update("geheim").digest("hex");
    const hash = hashFromDevpi({ pwhash, pwsalt });
    assert.ok(hash !== null);
    assert.equal(await cheap.verify("geheim", hash), true);
    assert.equal(await cheap.verify("Geheim", hash), false);
    assert.deepEqual(hashForDevpi(hash), { pwhash, pwsalt }, "and goes back to where it came from");
  });

  test("a hash of a kind that nobody can check is not taken for one", () => {
    for (const given of [
      { pwhash: "$2b$12$abcdefghijklmnopqrstuv", pwsalt: null },
      { pwhash: "not hex", pwsalt: "salt" },
      { pwhash: "", pwsalt: null },
    ]) {
      assert.equal(hashFromDevpi(given), null, given.pwhash);
    }
  });

  test("a hash that is not of the present kind and cost is outdated", async () => {
    const argon2i = "$argon2i$v=19$m=512,t=2,p=2$NGZMae1dixGiVOp9L2VMSQ$sKrgErRGB8+HcsXO3wcokCfmPEt0T5qkfrmeCr/mAtU";
    assert.equal(cheap.isOutdated(argon2i), true);
    assert.equal(openPasswords({ randomBytes }).isOutdated(await cheap.hash("secret")), true);
    assert.equal(cheap.isOutdated(await cheap.hash("secret")), false);
  });

  test("the hash of no password at all is known as such, and lets nobody in", async () => {
    const pwsalt = "salt";
    const nothing = hashFromDevpi({ pwhash: createHash("sha256").update(pwsalt).digest("hex"), pwsalt }) ?? "";
    assert.equal(await cheap.isOfNothing(nothing), true);
    assert.equal(await cheap.verify("", nothing), false);
    assert.equal(await cheap.isOfNothing(await cheap.hash("secret")), false);
  });

  test("nothing is right for a hash that is missing, malformed or ruinously expensive", async () => {
    const salted = "$L0WHNpzR1xGvVF+43Yp4EA$fQLExc4mphw3SisRpAV8ljzbRQihpDzq5hCKfqX3sNo";
    for (const hash of [
      null,
      "",
      "secret",
      "$2b$12$abcdefghijklmnopqrstuv",
      `$argon2id$v=19$m=4294967,t=3,p=4${salted}`,
      `$argon2id$v=19$m=65536,t=99999,p=4${salted}`,
      `$argon2id$v=19$m=8,t=1,p=9${salted}`,
      `$argon2id$v=19$m=65536,t=0,p=1${salted}`,
    ]) {
      assert.equal(await cheap.verify("secret", hash), false, String(hash));
    }
  });

  test("an empty or endless password is refused", async () => {
    for (const password of ["", "x".repeat(5000)]) {
      await assert.rejects(cheap.hash(password), hasCode("setting-invalid"));
      assert.equal(await cheap.verify(password, null), false);
    }
  });

  test("a flood of checks is turned away instead of piling up", async () => {
    const hash = await cheap.hash("secret");
    const answers = await Promise.allSettled(Array.from({ length: 150 }, () => cheap.verify("secret", hash)));
    const refused = answers.filter((answer) => answer.status === "rejected");
    assert.equal(refused.length, 48, "two run and a hundred wait");
    for (const { reason } of refused) assert.ok(hasCode("too-many-attempts")(reason));
  });
});

describe("turns", () => {
  test("never more run at once than allowed, in the order they came, and a failure frees its place", async () => {
    const turns = openTurns({ atOnce: 2, waitingMax: 10, tooMany: () => new Error("full") });
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const all = await Promise.allSettled(
      [0, 1, 2, 3, 4].map((number) =>
        turns.run(async () => {
          running += 1;
          most = Math.max(most, running);
          order.push(number);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          if (number === 1) throw new Error("broken");
          return number;
        }),
      ),
    );
    assert.equal(most, 2);
    assert.deepEqual(order, [0, 1, 2, 3, 4]);
    assert.deepEqual(
      all.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"],
    );
  });
});

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RegistryError && error.problem.code === code;
}
