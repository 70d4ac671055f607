import assert from "node:assert/strict";
import { test } from "node:test";
import type { Repository } from "../../src/cli/api-types.ts";
import { limitsFor } from "../../ui/src/parts/set-me-up-limits.ts";

const local = (name: string, bases: readonly string[] = []) =>
  ({ kind: "local", name, bases }) as unknown as Repository;
const remote = { kind: "remote", name: "root/pypi" } as unknown as Repository;
const virtual = { kind: "virtual", name: "alice/all", members: ["alice/dev", "root/pypi"], publishTo: "alice/dev" };
const all = virtual as unknown as Repository;

const texts = (repository: Repository, known: readonly Repository[], mayPublish: boolean): readonly string[] =>
  limitsFor(repository, known, mayPublish)
    .map((limit) => `${limit.action} ${limit.repository}`)
    .sort();

test("a token for one repository is good for that one only", () => {
  assert.deepEqual(texts(local("alice/dev"), [local("alice/dev"), remote], false), ["read alice/dev"]);
  assert.deepEqual(texts(local("alice/dev"), [], true), ["publish alice/dev", "read alice/dev"]);
});

test("what a repository shows of others is part of it, however deep, also where two are each other's bases", () => {
  const known = [all, local("alice/dev", ["alice/old"]), local("alice/old", ["alice/dev"]), remote, local("bob/x")];
  assert.deepEqual(texts(all, known, false), [
    "fill-cache root/pypi",
    "read alice/all",
    "read alice/dev",
    "read alice/old",
    "read root/pypi",
  ]);
});

test("publishing to a virtual repository is publishing to the one that takes its uploads", () => {
  assert.ok(texts(all, [], true).includes("publish alice/dev"));
  assert.deepEqual(texts(remote, [], true), ["fill-cache root/pypi", "read root/pypi"]);
});
