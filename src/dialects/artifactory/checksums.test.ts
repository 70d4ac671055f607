import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryError } from "#core";
import { aCall } from "../../../tests/support/fake-call.ts";
import { announcedChecksums, isChecksumDeploy, wantedChecksum } from "./checksums.ts";

const SHA1 = "a".repeat(40);
const SHA256 = "B".repeat(64);
const MD5 = "c".repeat(32);

test("a checksum without an algorithm is not held against the bytes", () => {
  const call = aCall({ headers: { "x-checksum": MD5, "x-checksum-sha1": SHA1, "x-checksum-sha256": SHA256 } });
  assert.deepEqual(announcedChecksums(call), { sha256: SHA256.toLowerCase(), sha1: SHA1 });
});

test("bytes are found by SHA-256 before SHA-1, and by X-Checksum where its length tells which it is", () => {
  const wanted = (headers: Record<string, string>) => {
    const call = aCall({ headers });
    return wantedChecksum(call, announcedChecksums(call)).algorithm;
  };
  assert.equal(wanted({ "x-checksum-sha1": SHA1, "x-checksum-sha256": SHA256 }), "sha256");
  assert.equal(wanted({ "x-checksum": SHA1 }), "sha1");
  assert.equal(wanted({ "x-checksum": SHA256 }), "sha256");
  assert.throws(() => wanted({ "x-checksum": MD5 }), RegistryError);
});

test("only 'true' makes a deploy one by checksum", () => {
  assert.equal(isChecksumDeploy(aCall({ headers: { "x-checksum-deploy": "True" } })), true);
  assert.equal(isChecksumDeploy(aCall({ headers: { "x-checksum-deploy": "false" } })), false);
  assert.equal(isChecksumDeploy(aCall()), false);
});

test("a checksum that is none is refused", () => {
  assert.throws(() => announcedChecksums(aCall({ headers: { "x-checksum-sha1": "xyz" } })), RegistryError);
});
