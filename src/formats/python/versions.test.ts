import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  canonicalVersion,
  compareVersions,
  isPrerelease,
  isVersion,
  normalizeVersion,
  parseVersion,
  sortVersions,
  versionKey,
} from "./versions.ts";

/** In ascending order, each with other spellings of itself: the specification's own examples. */
const ORDERED: readonly (readonly string[])[] = [
  ["1.0.dev456", "1.0dev456", "1.0-DEV456", "v1.0_dev.456"],
  ["1.0a1", "1.0alpha1", "1.0.a.1", "1.0-ALPHA-1", "1.0_a1", "1.0a01"],
  ["1.0a2.dev456"],
  ["1.0a12.dev456"],
  ["1.0a12"],
  ["1.0b1.dev456"],
  ["1.0b2", "1.0beta2", "1.0-b2"],
  ["1.0b2.post345.dev456"],
  ["1.0b2.post345"],
  ["1.0b2-346", "1.0b2.post346"],
  ["1.0rc1.dev456", "1.0c1.dev456"],
  ["1.0rc1", "1.0c1", "1.0pre1", "1.0-preview.1", "1.0RC1"],
  ["1.0rc2"],
  ["1.0", "1", "1.0.0", "v1", "01.0", " 1.0\n", "V1.0"],
  ["1.0+abc.5", "1.0+ABC-5", "1.0.0+abc_05"],
  ["1.0+abc.7"],
  ["1.0+5"],
  ["1.0.post456.dev34", "1.0-456.dev34"],
  ["1.0.post456", "1.0-456", "1.0rev456", "1.0-r456", "1.0post456"],
  ["1.0.15"],
  ["1.1.dev1"],
  ["1.2+123abc"],
  ["1.2+123abc456"],
  ["1.2+abc"],
  ["1.2+abc123"],
  ["1.2+abc123def"],
  ["1.2+1234.abc"],
  ["1.2+123456"],
  ["1.2.r32+123456"],
  ["1.2.rev33+123456"],
  ["1.10"],
  ["20241231235959"],
  ["20241231235959999999999999"],
  ["1!0.1"],
  ["1!1.0b2.post345.dev456"],
  ["2!0"],
];

const number = fc.oneof(fc.nat({ max: 3 }).map(String), fc.constantFrom("00", "07", "99999999999999999999"));
const version = fc
  .record({
    v: fc.constantFrom("", "", "v"),
    epoch: fc.constantFrom("", "", "", "1!"),
    release: fc.array(number, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(".")),
    pre: fc.constantFrom("", "", "a", "a1", "-beta.2", "rc", "C3"),
    post: fc.constantFrom("", "", "-1", ".post2", "rev"),
    dev: fc.constantFrom("", "", ".dev", "dev4"),
    local: fc.constantFrom("", "", "+1", "+abc.2", "+ABC-02", "+1.a"),
  })
  .map(({ v, epoch, release, pre, post, dev, local }) => v + epoch + release + pre + post + dev + local);
const anyText = fc.oneof(version, version, fc.constantFrom("dev-r12", "", "1.0-", "foo", "1.0.x", "2004d"));

test("VER-1: input in any spelling gets the normal form", () => {
  const forms = {
    "1.0-1": "1.0.post1",
    "v1.0": "1.0",
    "1.0RC1": "1.0rc1",
    "1.1.alpha.1": "1.1a1",
    "1.1-preview": "1.1rc0",
    "1.2-dev": "1.2.dev0",
    "1!02.00": "1!2.0",
    "0!1.0": "1.0",
    "1.0+Ubuntu-1_01": "1.0+ubuntu.1.1",
    " 1.4 ": "1.4",
    "1.0.0": "1.0.0",
    "000.00": "0.0",
  };
  for (const [text, form] of Object.entries(forms)) assert.equal(canonicalVersion(text), form);
});

test("VER-1: what is no version is refused, and kept as it is where it must be shown", () => {
  for (const text of ["", "foo", "1.", ".1", "1.0-", "1.0+", "1..0", "1.0 1", "1.0+a+b", "-1", "１.0", "1.0\u0000"]) {
    assert.equal(parseVersion(text), null, JSON.stringify(text));
    assert.equal(isVersion(text), false);
    assert.equal(canonicalVersion(text), null);
    assert.equal(normalizeVersion(text), text);
  }
  assert.equal(parseVersion("1".repeat(5000)), null);
});

test("VER-2: spellings of one release have one key and compare equal", () => {
  for (const spellings of ORDERED) {
    assert.equal(new Set(spellings.map(versionKey)).size, 1, spellings.join(" "));
    for (const spelling of spellings) assert.equal(compareVersions(spelling, spellings[0] ?? ""), 0, spelling);
  }
  assert.equal(new Set(ORDERED.map(([first = ""]) => versionKey(first))).size, ORDERED.length);
});

test("VER-3: a local version is a version, above its public one", () => {
  assert.ok(isVersion("1.0+cu121"));
  assert.ok(compareVersions("1.0+cu121", "1.0") > 0);
  assert.ok(compareVersions("1.0+cu121", "1.0.post1") < 0);
});

test("VER-4: numbers keep all their digits", () => {
  assert.equal(canonicalVersion("20241231235959123456789"), "20241231235959123456789");
  assert.ok(compareVersions("9007199254740993", "9007199254740992") > 0);
  assert.ok(compareVersions("1.dev99999999999999999999", "1.dev100000000000000000000") < 0);
});

test("VER-5: the specification's examples stand in its order", () => {
  ORDERED.forEach(([a = ""], i) => {
    ORDERED.forEach(([b = ""], j) => {
      assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} against ${b}`);
    });
  });
  const shuffled = ORDERED.map(([first = ""]) => first).toSorted();
  assert.deepEqual(
    sortVersions(shuffled),
    ORDERED.map(([first]) => first),
  );
});

test("VER-5: text that is no version sorts below every version", () => {
  assert.ok(compareVersions("zzz", "0.dev0") < 0);
  assert.ok(compareVersions("0.dev0", "zzz") > 0);
  assert.ok(compareVersions("abc", "abd") < 0);
});

test("VER-5: the order is total", () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, (a, b, c) => {
      assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) + 0);
      assert.equal(compareVersions(a, b) === 0, versionKey(a) === versionKey(b));
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) assert.ok(compareVersions(a, c) <= 0);
    }),
    { numRuns: 1000 },
  );
});

test("VER-1: the normal form is a version with the same key and its own normal form", () => {
  fc.assert(
    fc.property(version, (text) => {
      const form = canonicalVersion(text);
      assert.ok(form !== null);
      assert.equal(canonicalVersion(form), form);
      assert.equal(versionKey(form), versionKey(text));
      assert.equal(compareVersions(form, text), 0);
    }),
  );
});

test("YANK-3, JAPI-3: alphas, betas, candidates and development releases are pre-releases, post-releases are not", () => {
  for (const text of ["1.0a1", "1.0b", "1.0rc1", "1.0.dev0", "1.0.post1.dev2"]) assert.ok(isPrerelease(text), text);
  for (const text of ["1.0", "1.0.post1", "1.0+dev", "nonsense"]) assert.ok(!isPrerelease(text), text);
});
