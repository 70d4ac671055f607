import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { DIFFERENCES } from "../support/devpi-differences.ts";
import { ROOT_ACCOUNT } from "../support/devpi-http.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { openSideBySide, type SideBySide } from "../support/side-by-side.ts";
import { ACCOUNTS } from "./devpi-commands/accounts.ts";
import { INDEXES } from "./devpi-commands/indexes.ts";
import { SPREADING } from "./devpi-commands/spreading.ts";
import { TOKENS } from "./devpi-commands/tokens.ts";
import { UPLOADING } from "./devpi-commands/uploading.ts";
import { USING } from "./devpi-commands/using.ts";

/**
 * Every command of the real client, against a real devpi-server and against ours: what the client printed and what the
 * servers answered has to be equal, but for what stands in `DIFFERENCES` with its reason.
 */

let upstream: FakeUpstream;
let both: SideBySide;

before(async () => {
  upstream = await openFakeUpstream();
  upstream.add("remote", { ...aWheelFile({ name: "remote", version: "3.0" }), requiresPython: ">=3.7" });
  upstream.add("shared", aWheelFile({ name: "shared", version: "9.0" }));
  both = await openSideBySide(upstream.url, ["--push-host", "127.0.0.1"], DIFFERENCES);
  const [, ours] = both.sides;
  // Ours has root/pypi from the start; devpi's is made without, so both get the same mirror under another name.
  await ours.http.ask("PATCH", "/root/pypi", { json: ["volatile=True"] });
  await ours.http.ask("DELETE", "/root/pypi");
  await both.ask(ROOT_ACCOUNT, "PUT", "/root/up", { json: { type: "mirror", mirror_url: upstream.url } });
});

after(async () => {
  await both?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
});

for (const [promise, run] of Object.entries({
  ...USING,
  ...ACCOUNTS,
  ...INDEXES,
  ...UPLOADING,
  ...SPREADING,
  ...TOKENS,
})) {
  test(promise, async () => {
    await run(both, upstream);
    assert.deepEqual(both.unexplained(), []);
  });
}

test("every difference that is listed is still there", () => {
  assert.deepEqual(both.unneeded(), []);
});
