import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openSpokenWorld, type SpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

const CLIENT = { "user-agent": "devpi-client/7.3.0 (py3.11.7; linux)" };

async function aWorld(isLockedDown: boolean): Promise<SpokenWorld> {
  const world = await openSpokenWorld(devpiDialect, { isLockedDown });
  await world.makeUsers("alice", "bob");
  await world.makeRepository("alice/dev", { kind: "local" });
  await world.makeRepository("alice/closed", { kind: "local", readers: ["alice"] });
  await world.makeRepository("root/house", { kind: "local", readers: ["alice"] });
  return world;
}

describe("what nginx asks before it answers by itself", () => {
  let open: SpokenWorld;
  let locked: SpokenWorld;

  before(async () => {
    [open, locked] = await Promise.all([aWorld(false), aWorld(true)]);
  });
  after(async () => {
    await open[Symbol.asyncDispose]();
    await locked[Symbol.asyncDispose]();
  });

  async function judged(world: SpokenWorld, uri: string, as: string | null, headers = {}): Promise<number> {
    const wish = { headers: { "x-original-uri": uri, ...headers }, ...(as === null ? {} : { as }) };
    return (await world.ask("GET", "/+authcheck", wish)).status;
  }

  test("what everybody may read is answered to everybody", async () => {
    for (const uri of ["/", "/alice/dev/+simple/", "/alice/dev/+f/abc/0123456789abc/foo.whl", "/nobody/nothing"]) {
      assert.equal(await judged(open, uri, null), 200, uri);
    }
  });

  test("files of a closed index are 403 to strangers, its pages 401, and its readers get both", async () => {
    const file = "/alice/closed/+f/abc/0123456789abc/foo.whl";
    const page = "/alice/closed/+simple/foo/?x=1";
    assert.deepEqual([await judged(open, file, null), await judged(open, page, null)], [403, 401]);
    assert.deepEqual([await judged(open, file, "bob"), await judged(open, page, "bob")], [403, 403]);
    assert.deepEqual([await judged(open, file, "alice"), await judged(open, page, "alice")], [200, 200]);
  });

  test("an index is known by its short address, too", async () => {
    assert.equal(await judged(open, "/house/+f/abc/0123456789abc/foo.whl", null), 403);
    assert.equal(await judged(open, "/house/simple/foo/", null), 401);
  });

  test("locked down, only discovery, login and health are answered to strangers", async () => {
    for (const uri of ["/+api", "/alice/+api", "/alice/dev/+api", "/+login", "/+health/live"]) {
      assert.equal(await judged(locked, uri, null), 200, uri);
    }
    for (const uri of ["/", "/+status", "/alice", "/alice/dev", "/alice/dev/+simple/foo/", "/+static/x.css"]) {
      assert.equal(await judged(locked, uri, null), 401, uri);
      assert.equal(await judged(locked, uri, "bob"), 200, uri);
    }
  });

  test("devpi's own client is told 403, so that it keeps its login and shows why", async () => {
    assert.equal(await judged(locked, "/alice/dev", null, CLIENT), 403);
    assert.equal(await judged(open, "/alice/closed/+simple/foo/", null, CLIENT), 403);
  });

  test("no address at all is judged as the root's, and one that cannot be read is forbidden", async () => {
    assert.equal((await open.ask("GET", "/+authcheck")).status, 200);
    assert.equal(await judged(open, "/%ff/x", null), 403);
    assert.equal(await judged(open, "http://[", null), 403);
  });
});
