import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import type { ProjectName } from "#core";
import { openRemoteWorld } from "../../tests/support/remote-world.ts";
import { openBodies } from "./bodies.ts";
import { openMergedNames } from "./merged-names.ts";
import { isNameList } from "./name-list.ts";
import { mergeNames, openNameSorter } from "./project-names.ts";

const COUNT = 700_000;

/** Has a list, and nothing else. */
async function openUpstream(list: string) {
  let body = list;
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    response.writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/simple/`,
    answer(next: string) {
      body = next;
    },
    count: () => count,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function largeList(count = COUNT): string {
  const projects = Array.from({ length: count }, (_, index) => ({ "_last-serial": index, name: spelled(index) }));
  return JSON.stringify({ meta: { "api-version": "1.4" }, projects });
}

function spelled(index: number): string {
  const name = `project-${String(index).padStart(6, "0")}`;
  return index % 3 === 0 ? name.toUpperCase() : name;
}

describe("a list as large as the public index's", () => {
  test("is fetched once however many ask, kept small, and found again after a restart", async () => {
    await using world = await openRemoteWorld();
    const body = largeList();
    await using upstream = await openUpstream(body);
    const remote = world.with({ url: upstream.url });
    const lists = await Promise.all(Array.from({ length: 5 }, () => world.remotes.projects(remote)));
    const [{ projects } = assert.fail()] = lists;
    assert.ok(lists.every((list) => list.projects === projects));
    assert.equal(upstream.count(), 1);
    assert.ok(isNameList(projects));
    assert.ok(projects.weight < body.length);
    assert.deepEqual(projects.at(COUNT - 1), { project: "project-699999", displayName: "PROJECT-699999" });

    await world.restart();
    const again = (await world.remotes.projects(remote)).projects;
    assert.equal(upstream.count(), 1);
    assert.ok(isNameList(again));
    assert.equal(again.names === projects.names && again.spellings === projects.spellings, true);
  });

  test("stays the same object while the upstream sends the same names, whatever else changes", async () => {
    await using world = await openRemoteWorld();
    await using upstream = await openUpstream(largeList(10));
    const remote = world.with({ url: upstream.url });
    const before = (await world.remotes.projects(remote)).projects;
    upstream.answer(largeList(10).replaceAll("_last-serial", "_serial"));
    world.tick(600);
    const same = await world.remotes.projects(remote);
    assert.equal(same.projects, before);
    assert.equal(upstream.count(), 2);
    upstream.answer(largeList(11));
    world.tick(600);
    assert.equal((await world.remotes.projects(remote)).projects.length, 11);
  });
});

describe("what is made of large lists", () => {
  test("bytes are made once for the same names, in parts, with turns for others in between", async () => {
    const bodies = openBodies();
    const of = {};
    let made = 0;
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (turns < 1_000) setImmediate(count);
    };
    setImmediate(count);
    function* parts() {
      for (let part = 0; part < 100; part += 1) {
        made += 1;
        yield "x";
      }
    }
    const [first, second] = await Promise.all([bodies.get({ of, parts }, "a"), bodies.get({ of, parts }, "a")]);
    assert.equal(first, second);
    assert.equal(await bodies.get({ of, parts }, "a"), first);
    assert.equal(made, 100);
    assert.ok(turns >= 100, `others had ${turns} turns`);
    assert.equal(first.etag, (await bodies.get("x".repeat(100), "b")).etag);
    assert.notEqual(await bodies.get({ of, parts }, "b"), first);
    assert.notEqual(await bodies.get({ of: {}, parts }, "a"), first);
  });

  test("a merged list is the same object as long as the lists are the same", async () => {
    const merged = openMergedNames();
    const of = async (names: readonly string[]) => {
      const sorter = openNameSorter();
      sorter.add(names.map((name) => ({ project: name as ProjectName, displayName: name })));
      return sorter.finish();
    };
    const large = await of(Array.from({ length: 30_000 }, (_, index) => `p${index}`));
    const [one, two] = await Promise.all([
      merged.get([await of(["own"]), large]),
      merged.get([await of(["own"]), large]),
    ]);
    assert.equal(one, two);
    assert.equal(one.length, 30_001);
    assert.notEqual(await merged.get([await of(["other"]), large]), one);
    assert.notEqual(await merged.get([large, await of(["own"])]), one);
    // So that a repository with one filled member shows that member's page.
    assert.equal(await merged.get([await of([]), large]), large);
    assert.equal(await mergeNames([large]), large);
  });
});
