import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMintedWith, mintMacaroon, readMacaroon, writeMacaroon } from "./macaroons.ts";

const KEY = "macaroon:0001";
/** What `pymacaroons` writes for the key above. */
const THEIRS = "AgEAAgxhbGljZS1hYmMxMjMAAhJleHBpcmVzPTQxMDI0NDQ4MDAAAAYg1o_5TlENe5Y5WnTEofp8C430YR2D_jvrZ4CaLV8av0o";
const THEIRS_NARROWED =
  "AgEAAgxhbGljZS1hYmMxMjMAAhJleHBpcmVzPTQxMDI0NDQ4MDAAAhBwcm9qZWN0cz1mb28sYmFyAAAGIIsgttGUYEukm1D69RhboIQeDb7ZcP1YkWGTPoy7Stmp";
const THEIRS_V1 =
  "MDAwZWxvY2F0aW9uIAowMDFjaWRlbnRpZmllciBhbGljZS1hYmMxMjMKMDAyZnNpZ25hdHVyZSA16oExhbyyYL8gP8hbOEIG7jCjHfmOz5VsU9s72AIVYAo";

test("a macaroon of the library that devpi-tokens uses is read, and proven by its key", () => {
  const macaroon = readMacaroon(`devpi-${THEIRS}`);

  assert.deepEqual([macaroon?.identifier, macaroon?.caveats], ["alice-abc123", ["expires=4102444800"]]);
  assert.ok(macaroon !== null && isMintedWith(KEY, macaroon));
  assert.ok(!isMintedWith("macaroon:0002", macaroon));
});

test("ours has the same signature, so it can be narrowed by their clients", () => {
  const ours = mintMacaroon(KEY, "alice-abc123", ["expires=4102444800", "projects=foo,bar"]);

  assert.deepEqual(ours.signature, readMacaroon(`devpi-${THEIRS_NARROWED}`)?.signature);
});

test("a caveat can be added by the holder, and none taken away or changed", () => {
  const narrowed = readMacaroon(`devpi-${THEIRS_NARROWED}`);
  assert.ok(narrowed !== null && isMintedWith(KEY, narrowed));

  const [first = "", second = ""] = narrowed.caveats;
  for (const caveats of [
    [],
    [first],
    [second],
    [second, first],
    [first, "projects=foo,bar,baz"],
    [first, second, ""],
  ]) {
    assert.ok(!isMintedWith(KEY, { ...narrowed, caveats }), caveats.join(" "));
  }
  assert.ok(!isMintedWith(KEY, { ...narrowed, identifier: "root-abc123" }));
});

test("what is no macaroon of this kind is none: passwords, other versions, cut or added bytes, third parties", () => {
  const cut = Buffer.from(THEIRS, "base64url").subarray(0, -1).toString("base64url");
  const longer = Buffer.concat([Buffer.from(THEIRS, "base64url"), Buffer.of(0)]).toString("base64url");
  const thirdParty = Buffer.from([2, 2, 1, 97, 0, 2, 1, 98, 4, 1, 99, 0, 0, 6, 32, ...Array<number>(32).fill(1)]);
  const texts = [
    "secret",
    "devpi-",
    "devpi-secret",
    ...[THEIRS_V1, cut, longer, thirdParty.toString("base64url")].map((text) => `devpi-${text}`),
  ];
  for (const text of [...texts, `devpi-${"A".repeat(10_000)}`]) {
    assert.equal(readMacaroon(text), null, text.slice(0, 40));
  }
});

test("any macaroon is read as it was written, and any bytes are read without harm", () => {
  const caveats = fc.array(
    fc.string({ maxLength: 200 }).map((text) => text.toWellFormed()),
    { maxLength: 10 },
  );
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).map((text) => text.toWellFormed()),
      caveats,
      (identifier, lines) => {
        const made = mintMacaroon(KEY, identifier, lines);
        const read = readMacaroon(writeMacaroon(made));
        assert.deepEqual([read?.identifier, read?.caveats], [identifier, lines]);
        assert.ok(read !== null && isMintedWith(KEY, read));
      },
    ),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      readMacaroon(`devpi-${Buffer.from([2, ...bytes]).toString("base64url")}`);
    }),
  );
});

test("a token that devpi's client has narrowed is read without the prefix, which it leaves out", () => {
  const macaroon = mintMacaroon("key", "alice-id", ["projects=one"]);
  assert.deepEqual(readMacaroon(writeMacaroon(macaroon).slice("devpi-".length)), readMacaroon(writeMacaroon(macaroon)));
});
