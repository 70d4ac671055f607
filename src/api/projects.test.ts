import assert from "node:assert/strict";
import { test } from "node:test";
import { openSpokenWorld } from "../../tests/support/spoken-world.ts";
import { nativeApi } from "./native-api.ts";

const FILE = "/api/v1/repositories/alice/prod/projects/foo/files/foo-1.0.tar.gz?force=true";

test("from an immutable repository only those who administer it remove by force", async () => {
  await using world = await openSpokenWorld(nativeApi);
  await world.makeUsers("alice", "bob");
  await world.makeRepository("alice/prod", { kind: "local", mutability: "immutable", publishers: ["alice", "bob"] });
  await world.upload("alice/prod", "foo", "1.0");
  const remove = async (as?: string) => (await world.ask("DELETE", FILE, as === undefined ? {} : { as })).status;
  assert.deepEqual([await remove(), await remove("bob"), await remove("alice")], [401, 403, 204]);
});
