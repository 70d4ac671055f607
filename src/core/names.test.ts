import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  hexOf,
  isOwnName,
  isReservedWord,
  keyOf,
  ownerOf,
  parseRepositoryName,
  type RepositoryName,
  repositoryName,
  sha256Digest,
  shortNameOf,
  userName,
} from "./names.ts";

test("letters, digits, - . @ _ and letters beyond ASCII make a name", () => {
  for (const text of ["alice", "a", "A-1", "team.dev", "a@example.org", "snake_case", "élise", "名前", "_", "..."]) {
    assert.ok(isOwnName(text), text);
    assert.equal(userName(text), text);
  }
});

test("every other ASCII symbol, blanks and controls are refused, as devpi does", () => {
  for (let code = 0; code <= 0x9f; code += 1) {
    const character = String.fromCharCode(code);
    assert.equal(isOwnName(`a${character}b`), /[A-Za-z0-9.@_-]/.test(character), JSON.stringify(character));
  }
});

test("what would break a path or hide from the eye is refused", () => {
  for (const text of ["", ".", "..", "a\u2028b", "a\ufeffb", "a\ud800", "a".repeat(201)]) {
    assert.ok(!isOwnName(text), JSON.stringify(text));
    assert.equal(userName(text), null);
  }
  assert.ok(isOwnName("a".repeat(200)));
});

test("the server's own words are reserved in any case, and so is whatever begins with a plus", () => {
  for (const word of ["api", "API", "simple", "ui", ".well-known", "_", "+login", "+anything"]) {
    assert.ok(isReservedWord(word), word);
  }
  for (const word of ["apis", "alice", "root", "pypi", "a+b"]) assert.ok(!isReservedWord(word), word);
});

test("owner/name is read as a repository's name, and nothing else is", () => {
  assert.equal(parseRepositoryName("alice/dev"), "alice/dev");
  for (const text of ["alice", "alice/", "/dev", "alice/dev/x", "/", "", "a b/dev", "alice/..", "alice//dev"]) {
    assert.equal(parseRepositoryName(text), null, JSON.stringify(text));
  }
});

test("the key is the name alone where root owns it, else owner.name", () => {
  assert.equal(keyOf("root/pypi" as RepositoryName), "pypi");
  assert.equal(keyOf("alice/dev" as RepositoryName), "alice.dev");
  assert.equal(keyOf("Root/dev" as RepositoryName), "Root.dev");
});

test("a repository's name falls into the halves it was made of", () => {
  const half = fc.string({ unit: "binary", maxLength: 12 });
  fc.assert(
    fc.property(half, half, (owner, name) => {
      const made = repositoryName(owner, name);
      assert.equal(made !== null, isOwnName(owner) && isOwnName(name));
      if (made === null) return;
      assert.equal(ownerOf(made), owner);
      assert.equal(shortNameOf(made), name);
      assert.equal(parseRepositoryName(made), made);
    }),
  );
});

test("a name that is allowed is one segment of a path, before and after it was percent-encoded", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 30 }).filter(isOwnName), (name) => {
      const path = new URL(`/${encodeURIComponent(name)}/x`, "http://host.example").pathname;
      assert.equal(decodeURIComponent(path), `/${name}/x`);
    }),
  );
});

test("a digest is made of 64 hex digits in any case, and of nothing else", () => {
  const hex = "0123456789abcdef".repeat(4);
  const digest = sha256Digest(hex.toUpperCase());

  assert.equal(digest, `sha256:${hex}`);
  assert.ok(digest !== null);
  assert.equal(hexOf(digest), hex);
  for (const text of ["", hex.slice(1), `${hex}0`, `${hex}\n`, hex.replace("0", "g")]) {
    assert.equal(sha256Digest(text), null, JSON.stringify(text));
  }
});
