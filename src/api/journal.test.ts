import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject } from "#core";
import { type ApiWorld, bodyOf, openApiWorld } from "../../tests/support/api-world.ts";

let world: ApiWorld;

before(async () => {
  world = await openApiWorld();
  await world.empty();
  await world.upload("alice/dev", "Foo_Bar", "1.0");
  world.tick(3600);
  await world.upload("alice/dev", "foo.bar", "2.0");
  await world.upload("alice/dev", "other", "1.0");
});
after(() => world[Symbol.asyncDispose]());

async function read(query: string): Promise<JsonObject & { readonly items: readonly JsonObject[] }> {
  return bodyOf(await world.ask("GET", `/journal?${query}`, { as: "root" })) as never;
}

/** The serials that are told of, page after page. */
async function walk(query: string, cursor: "after" | "before"): Promise<readonly unknown[]> {
  const serials: unknown[] = [];
  let next: unknown = null;
  do {
    const page = await read(`${query}${next === null ? "" : `&${cursor}=${next}`}`);
    serials.push(...page.items.map(({ seq }) => seq));
    next = page["next"];
  } while (next !== null);
  return serials;
}

describe("the journal", () => {
  test("is told to administrators only, without secrets", async () => {
    assert.equal((await world.ask("GET", "/journal")).status, 401);
    assert.equal((await world.ask("GET", "/journal", { as: "alice" })).status, 403);
    assert.doesNotMatch(JSON.stringify(await read("")), /passwordHash|secretHash|credentials/);
  });

  test("goes page by page in both directions, over every entry once", async () => {
    const all = Array.from({ length: world.registry.head }, (_, index) => index + 1);
    for (const limit of [1, 3, 1000]) {
      assert.deepEqual(await walk(`limit=${limit}`, "after"), all);
      assert.deepEqual(await walk(`limit=${limit}&newestFirst`, "before"), all.toReversed());
    }
    assert.deepEqual(await walk("limit=2&newestFirst&after=2&before=6", "before"), [5, 4, 3]);
  });

  test("ends where it ends", async () => {
    const { head } = world.registry;
    assert.deepEqual(await read(`after=${head}`), { items: [], head, next: null });
    assert.deepEqual(await read("newestFirst&before=0"), { items: [], head, next: null });
  });

  test("tells of one project however its name is spelled", async () => {
    const { items } = await read("project=FOO-bar&type=artifact.published");
    assert.equal(items.length, 2);
  });

  test("tells of one account, one repository, one kind of event", async () => {
    const types = async (query: string) => new Set((await read(query)).items.map(({ event }) => typeOf(event)));
    assert.deepEqual(await types("repository=alice/dev&type=artifact"), new Set(["artifact.published"]));
    assert.deepEqual(await types("repository=nobody/dev"), new Set());
    assert.deepEqual(await types("type=user"), new Set(["user.saved"]));
    assert.deepEqual(await types("type=use"), new Set());
    const actors = (await read("user=test")).items.map(({ by }) => (by as JsonObject)["name"]);
    assert.deepEqual(new Set(actors), new Set(["test"]));
    assert.deepEqual((await read("user=stranger")).items, []);
  });

  test("tells of a span of time, and refuses what is no moment", async () => {
    const late = await read("since=2026-11-24T11:00:00Z&type=artifact");
    assert.equal(late.items.length, 2);
    const early = await read("until=2026-11-24T12:00:00%2B01:00&type=artifact");
    assert.equal(early.items.length, 1);
    const { status, problem } = await world.ask("GET", "/journal?since=yesterday", { as: "root" });
    assert.equal(status, 400);
    assert.match(JSON.stringify(problem), /must be a moment such as/);
  });
});

function typeOf(event: unknown): unknown {
  return (event as JsonObject)["type"];
}
