import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryError } from "#core";
import { readMatrix } from "./matrix.ts";

test("parameters are no part of the name, and repeated keys and commas add values", () => {
  assert.deepEqual(readMatrix("repo/a/b.bin;stage=dev;os=linux;stage=test,prod"), {
    path: "repo/a/b.bin",
    properties: { stage: ["dev", "test", "prod"], os: ["linux"] },
  });
});

test("an encoded semicolon is part of the name, and everything is decoded once", () => {
  assert.deepEqual(readMatrix("repo/a%3Bb%20c%2541+d%23.bin;k%20ey=x".replace("k%20ey", "key")), {
    path: "repo/a;b c%41+d#.bin",
    properties: { key: ["x"] },
  });
  assert.deepEqual(readMatrix("repo/f;k=a%2Cb,c%3Bd").properties, { k: ["a,b", "c;d"] });
});

test("a folder keeps its slash, with and without parameters", () => {
  assert.equal(readMatrix("repo/a/;k=v").path, "repo/a/");
  assert.equal(readMatrix("repo/a/").path, "repo/a/");
});

test("a parameter without a value has the empty one, and one without a key is refused", () => {
  assert.deepEqual(readMatrix("repo/f;k;").properties, { k: [""] });
  assert.throws(() => readMatrix("repo/f;=v"), RegistryError);
  assert.throws(() => readMatrix("repo/f;a b=v".replace(" ", "%20")), RegistryError);
});
