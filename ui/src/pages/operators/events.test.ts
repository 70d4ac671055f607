import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENT_NAMES, tell } from "./events.ts";

test("an event is told with what it was about, where it happened, and the address of that", () => {
  assert.deepEqual(
    tell({
      type: "artifact.published",
      artifact: { repository: "alice/dev", project: "foo", version: "1.0", filename: "foo-1.0.tar.gz" },
      promotedFrom: "alice/stage",
    }),
    {
      text: "published foo-1.0.tar.gz, promoted from alice/stage",
      address: "/alice/dev/foo/1.0",
      where: "alice/dev, foo 1.0",
    },
  );
  assert.equal(
    tell({ type: "artifact.yanked", ref: { repository: "a/b", project: "foo", filename: "f.whl" }, reason: "broken" })
      .text,
    "yanked f.whl: “broken”",
  );
  assert.equal(
    tell({ type: "artifact.yanked", ref: { repository: "a/b", project: "foo", filename: "f.whl" }, reason: null }).text,
    "took back the yank of f.whl",
  );
});

test("what a newer server writes, and what lacks fields, is told as far as it is known", () => {
  assert.equal(tell({ type: "replica.joined" }).text, "replica.joined");
  for (const type of Object.keys(EVENT_NAMES)) assert.equal(typeof tell({ type }).text, "string");
});
