import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryError } from "#core";
import { announcedDigests } from "./announced-digests.ts";

const SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const SHA1 = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";
const MD5 = "5d41402abc4b2a76b9719d911017c592";
const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64");
const read = (headers: Readonly<Record<string, string>>) =>
  announcedDigests({ header: (name) => headers[name] ?? null });

test("nothing announced is nothing to compare", () => {
  assert.deepEqual(read({}), {});
});

test("Artifactory's headers hold hex in any case", () => {
  const headers = { "x-checksum-sha256": SHA256.toUpperCase(), "x-checksum-sha1": SHA1, "x-checksum-md5": ` ${MD5} ` };
  assert.deepEqual(read(headers), { sha256: SHA256, sha1: SHA1, md5: MD5 });
});

test("RFC 9530's headers hold base64 by algorithm, and unknown ones are passed over", () => {
  assert.deepEqual(read({ "repr-digest": `sha-256=:${base64(SHA256)}:, sha-512=:AAAA:,sha=:${base64(SHA1)}:` }), {
    sha256: SHA256,
    sha1: SHA1,
  });
  assert.deepEqual(read({ "content-digest": `md5=:${base64(MD5)}:` }), { md5: MD5 });
});

test("the same digest may be announced twice, another may not", () => {
  assert.deepEqual(read({ "x-checksum-sha256": SHA256, "content-digest": `sha-256=:${base64(SHA256)}:` }), {
    sha256: SHA256,
  });
  refused({ "x-checksum-md5": MD5, "content-digest": `md5=:${base64("0".repeat(32))}:` });
});

test("what is no digest is refused, not passed over", () => {
  refused({ "x-checksum-sha256": SHA1 });
  refused({ "x-checksum-sha1": "hello" });
  refused({ "x-checksum-md5": "" });
  refused({ "content-digest": "sha-256=hello" });
  refused({ "content-digest": `sha-256=:${base64(SHA1)}:` });
  refused({ "repr-digest": "," });
});

function refused(headers: Readonly<Record<string, string>>): void {
  assert.throws(
    () => read(headers),
    (error: unknown) => error instanceof RegistryError && error.problem.code === "request-invalid",
  );
}
