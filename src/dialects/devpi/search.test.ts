import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject } from "#core";
import { openSpokenWorld, type SpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

function aSearch(fields: Readonly<Record<string, readonly string[]>>, operator = "or", method = "search"): Uint8Array {
  const members = Object.entries(fields).map(
    ([name, values]) =>
      `<member><name>${name}</name><value><array><data>${values.map((value) => `<value><string>${value}</string></value>`).join("")}</data></array></value></member>`,
  );
  return Buffer.from(
    `<?xml version='1.0'?><methodCall><methodName>${method}</methodName><params><param><value><struct>${members.join("")}</struct></value></param><param><value><string>${operator}</string></value></param></params></methodCall>`,
  );
}

describe("search", () => {
  let world: SpokenWorld;

  before(async () => {
    world = await openSpokenWorld(devpiDialect);
    await world.makeUsers("alice", "bob");
    await world.makeRepository("alice/base", { kind: "local" });
    await world.makeRepository("alice/dev", { kind: "local", bases: ["alice/base" as never] });
    await world.makeRepository("alice/closed", { kind: "local", readers: ["alice"] });
    await world.upload("alice/base", "Acme_Tools", "1.0");
    await world.upload("alice/dev", "other", "2.0");
    await world.upload("alice/closed", "acme-secret", "1.0");
  });
  after(() => world[Symbol.asyncDispose]());

  async function ask(bytes: Uint8Array, path = "/alice/dev/", as?: string) {
    const wish = { bytes, headers: { "content-type": "text/xml" }, ...(as === undefined ? {} : { as }) };
    return world.ask("POST", path, wish);
  }

  test("pip's call finds what is in the index and its bases, and says in which", async () => {
    const { status, body } = await ask(aSearch({ name: ["acme"], summary: ["acme"] }));

    assert.equal(status, 200);
    assert.match(String(body), /<name>name<\/name><value><string>Acme_Tools<\/string>/);
    assert.match(String(body), /<string>\[alice\/base\] the 1\.0 of Acme_Tools<\/string>/);
    assert.match(String(body), /<name>version<\/name><value><string>1\.0<\/string>/);
    assert.doesNotMatch(String(body), /secret|other/);
  });

  for (const [what, bytes, fault] of [
    ["another method", aSearch({ name: ["x"] }, "or", "packages"), /Unknown method 'packages'\./],
    ["another field", aSearch({ author: ["x"] }), /Only 'name' and 'summary' allowed in query\./],
    ["two words for one field", aSearch({ name: ["x", "y"] }), /Only one value allowed for query\./],
    ["an unknown operator", aSearch({ name: ["x"] }, "perhaps"), /Unknown operator 'perhaps'\./],
    ["no XML", Buffer.from("hello"), /methodCall/],
  ] as const) {
    test(`${what} is a fault in devpi's words`, async () => {
      const { status, body } = await ask(bytes);
      assert.equal(status, 200);
      assert.match(String(body), /<fault>/);
      assert.match(String(body), fault);
    });
  }

  test("an index that may not be read is not searched, and one that is not there is not found", async () => {
    const bytes = aSearch({ name: ["acme"] });
    assert.equal((await ask(bytes, "/alice/closed")).status, 401);
    assert.equal((await ask(bytes, "/alice/closed", "bob")).status, 403);
    assert.match(String((await ask(bytes, "/alice/closed", "alice")).body), /acme-secret/);
    assert.equal((await ask(bytes, "/alice/nothing")).status, 404);
    assert.equal((await ask(Buffer.alloc(100_000, "x"))).status, 413);
  });

  test("/+search finds in all indexes that the asker may read, page by page", async () => {
    const find = async (path: string, as?: string) => {
      const { body } = await world.ask("GET", path, as === undefined ? {} : { as });
      return (body as { readonly result: JsonObject }).result;
    };
    assert.deepEqual(await find("/+search?query=acme"), {
      query: "acme",
      page: 1,
      next: null,
      hits: [{ index: "alice/base", name: "Acme_Tools", version: "1.0", summary: "the 1.0 of Acme_Tools" }],
    });
    assert.equal((await find("/+search?query=acme", "alice"))["hits"]?.toString().split(",").length, 2);
    assert.deepEqual((await find("/+search?query=acme&page=2"))["hits"], []);
    assert.deepEqual((await find("/+search"))["hits"], []);
    assert.equal((await world.ask("GET", "/+search?query=x&page=0")).status, 400);
    const page = await world.ask("GET", "/+search?query=acme", { headers: { accept: "text/html" } });
    assert.match(String(page.body), /Acme_Tools 1\.0 \(alice\/base\)/);
  });
});
