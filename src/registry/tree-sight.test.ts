import assert from "node:assert/strict";
import { test } from "node:test";
import { compileRules, type Instant, type PermissionTarget } from "#core";
import type { MetadataView } from "#stores";
import { BOB } from "../../tests/support/registry-world.ts";
import { openTreeWorld } from "../../tests/support/tree-world.ts";
import { sightOf } from "./tree-sight.ts";

test("what is closed is looked through once, however many folders are in it", async () => {
  await using world = await openTreeWorld();
  const repository = await world.plain("alice/files", { readers: [] });
  const folders = Array.from({ length: 20 }, (_, depth) =>
    Array(depth + 1)
      .fill("shut")
      .join("/"),
  );
  for (const folder of folders) await world.put(`alice/files:${folder}/file`, "x");
  await world.put("alice/files:shut/open/file", "x");
  await world.put("alice/files:shutter/open/file", "x");
  assert(repository.kind === "local");
  const target: PermissionTarget = {
    name: "a part",
    repositories: ["alice.files"],
    includes: ["shut*/open/**"],
    excludes: [],
    users: { bob: ["read"] },
    groups: {},
    createdAt: 0 as Instant,
    modifiedAt: 0 as Instant,
  };
  const source = { repository, isWithheld: false, showsAll: true, shows: () => true, admits: () => true };
  const sight = sightOf({ rules: compileRules([target]) }, BOB, source);

  let looks = 0;
  const seen = await world.metadata.read(async (view) => {
    const counting: MetadataView = {
      ...view,
      below: (...wish) => {
        looks += 1;
        return view.below(...wish);
      },
    };
    const all: string[] = [];
    for (const path of [...folders, "shut/open", "shutter", "shutter/open"]) {
      if (await sight.folder(counting, path)) all.push(path);
    }
    return all;
  });
  assert.deepEqual(seen, ["shut", "shut/open", "shutter", "shutter/open"]);
  assert.ok(looks <= 5, `${looks} looks`);
});
