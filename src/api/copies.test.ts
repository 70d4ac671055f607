import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { JsonObject } from "#core";
import { type ApiWorld, bodyOf, DEV, openApiWorld } from "../../tests/support/api-world.ts";
import { type FakeUpstream, openFakeUpstream } from "../../tests/support/fake-upstream.ts";

const UP = "/repositories/alice/up";

let world: ApiWorld;
let fake: FakeUpstream;

before(async () => {
  world = await openApiWorld();
  fake = await openFakeUpstream();
});
after(async () => {
  await world[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

describe("copies of a remote", () => {
  beforeEach(async () => {
    await world.empty();
    await world.makeRepository("alice/up", { kind: "remote", url: fake.url });
    for (const version of ["1.0", "2.0"]) {
      const filename = `foo-${version}-py3-none-any.whl`;
      fake.add("foo", { filename, bytes: Buffer.alloc(100, version) });
    }
    const desk = await world.registry.desk("alice/up" as never, { kind: "system", reason: "test" });
    for (const version of ["1.0", "2.0"]) {
      const file = await desk.file("foo" as never, `foo-${version}-py3-none-any.whl`);
      if (file?.kind === "fetching") for await (const _ of file.chunks);
    }
    while ((await paths("")).length < 2) await new Promise(setImmediate);
  });

  async function paths(query: string): Promise<readonly unknown[]> {
    const { items } = bodyOf(await world.ask("GET", `${UP}/copies${query}`)) as { items: JsonObject[] };
    return items.map(({ path }) => path);
  }

  test("are listed by path, all or those of a folder, page by page", async () => {
    const all = ["foo/1.0/foo-1.0-py3-none-any.whl", "foo/2.0/foo-2.0-py3-none-any.whl"];
    assert.deepEqual(await paths(""), all);
    assert.deepEqual(await paths("?below=foo/2.0"), all.slice(1));
    assert.deepEqual(await paths("?below=bar"), []);
    const seen: unknown[] = [];
    for (let after: unknown = ""; after !== null; ) {
      const query = `?limit=1${after === "" ? "" : `&after=${after}`}`;
      const page = bodyOf(await world.ask("GET", `${UP}/copies${query}`)) as { items: JsonObject[]; next: unknown };
      seen.push(...page.items.map(({ path }) => path));
      after = page.next;
    }
    assert.deepEqual(seen, all);
  });

  test("are dropped one by one, by folder, or all at once, by who may", async () => {
    const path = "?path=foo/1.0/foo-1.0-py3-none-any.whl";
    assert.equal((await world.ask("DELETE", `${UP}/copies${path}`, { as: "bob" })).problem?.code, "not-permitted");
    assert.equal((await world.ask("DELETE", `${UP}/copies`, { as: "alice" })).problem?.code, "request-invalid");
    assert.deepEqual(bodyOf(await world.ask("DELETE", `${UP}/copies${path}`, { as: "alice" })), {
      files: 1,
      sizeBytes: 100,
    });
    assert.equal((await world.ask("DELETE", `${UP}/copies${path}`, { as: "alice" })).problem?.code, "file-not-found");
    assert.equal(bodyOf(await world.ask("DELETE", `${UP}/copies?path=`, { as: "alice" }))["files"], 1);
    assert.deepEqual(await paths(""), []);
  });

  test("are of remotes only", async () => {
    assert.equal((await world.ask("GET", `${DEV}/copies`)).problem?.code, "request-invalid");
  });
});
