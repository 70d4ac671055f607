import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Digest, Offer, ProjectName } from "#core";
import { adopt } from "./adopt.ts";
import { pythonAttributes, toAttributes } from "./attributes.ts";

const HEX = "a".repeat(64);
const BLOB = `sha256:${HEX}` as Digest;
const METADATA = Buffer.from("Metadata-Version: 2.1\nName: foo\nVersion: 1.0\nSummary: A foo\n\nLong words.\n");

const OFFER: Offer = {
  project: "foo" as ProjectName,
  filename: "foo-1.0-py3-none-any.whl",
  version: "1.0",
  url: "https://upstream.invalid/foo-1.0-py3-none-any.whl",
  digests: {},
  sizeBytes: null,
  publishedAt: null,
  yanked: null,
  attributes: toAttributes({
    packageType: "bdist_wheel",
    pythonVersion: "py3",
    requiresPython: ">=3.8",
    coreMetadata: true,
  }),
};

test("a copied file announces the digests that it was found to have", () => {
  const { attributes } = adopt(OFFER, { blob: BLOB, companions: { ".metadata": METADATA } });
  const { hashes, coreMetadata, requiresPython, packageType } = pythonAttributes(attributes);
  assert.deepEqual(hashes, { sha256: HEX });
  assert.deepEqual(coreMetadata, { sha256: createHash("sha256").update(METADATA).digest("hex") });
  assert.deepEqual([requiresPython, packageType], [">=3.8", "bdist_wheel"]);
});

test("a copied file's metadata is its version's record, and its own without the description", () => {
  const { attributes, versionAttributes } = adopt(OFFER, { blob: BLOB, companions: { ".metadata": METADATA } });
  assert.equal(versionAttributes["summary"], "A foo");
  assert.equal(versionAttributes["requires_python"], ">=3.8", "as the page says where the file does not");
  assert.equal(versionAttributes["description"], "Long words.\n");
  assert.deepEqual(pythonAttributes(attributes).metadata, {
    metadata_version: "2.1",
    name: "foo",
    version: "1.0",
    summary: "A foo",
  });
});

test("a file without metadata announces none, and says what the upstream's page said", () => {
  const { attributes, versionAttributes } = adopt(OFFER, { blob: BLOB, companions: {} });
  assert.equal(pythonAttributes(attributes).coreMetadata, null);
  assert.deepEqual(versionAttributes, { requires_python: ">=3.8" });
});

test("metadata that cannot be read goes along as it is", () => {
  const { attributes, versionAttributes } = adopt(OFFER, {
    blob: BLOB,
    companions: { ".metadata": Buffer.from([0xff, 0xfe]) },
  });
  assert.notEqual(pythonAttributes(attributes).coreMetadata, null);
  assert.deepEqual(versionAttributes, { requires_python: ">=3.8" });
});
