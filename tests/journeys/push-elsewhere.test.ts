import assert from "node:assert/strict";
import { test } from "node:test";
import type { InjectedReply } from "#http";
import { aWheelFile } from "../support/archives.ts";
import { docForm, docZip } from "../support/documentation.ts";
import { jsonOf, openTestApp, type TestApp } from "../support/test-app.ts";

/** `devpi push … pypi:name`: one house uploads a version to another one, over a socket. */

const WHEEL = aWheelFile({ name: "hello", version: "1.0", summary: "Says hello" });
const HEADERS = { accept: "application/json" };

interface Houses extends AsyncDisposable {
  readonly ours: TestApp;
  readonly theirs: TestApp;
  readonly posturl: string;
  push(wish?: Record<string, unknown>, as?: string | null): Promise<InjectedReply>;
}

async function openHouses(pushHosts: readonly string[] = ["127.0.0.1"]): Promise<Houses> {
  await using opened = new AsyncDisposableStack();
  const theirs = opened.use(await openTestApp());
  const address = await theirs.app.frontDoor.listen({ host: "127.0.0.1", port: 0 });
  await theirs.user("carol");
  await theirs.index("carol/in", { validation: "legacy" });
  const ours = opened.use(await openTestApp({ config: { pushHosts } }));
  await ours.user("alice");
  await ours.index("alice/dev", {});
  const alice = ours.as("alice");
  await alice.publish("alice/dev", WHEEL, { name: "hello", version: "1.0", summary: "Says hello" });
  const { contentType, body } = await docForm("hello", "1.0", docZip({ "index.html": "read me" }));
  await alice.ask("POST", "/alice/dev/", { body, headers: { "content-type": contentType } });
  const closing = opened.move();
  const posturl = `${address}/carol/in/`;
  return {
    ours,
    theirs,
    posturl,
    push(wish = {}, as = "alice") {
      const who = as === null ? ours.anyone() : ours.as(as);
      return who.ask("POST", "/alice/dev", {
        json: { name: "hello", version: "1.0", posturl, username: "carol", password: "carol's password", ...wish },
        headers: HEADERS,
      });
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function actionsOf(reply: InjectedReply): readonly unknown[][] {
  const { type, result } = jsonOf<{ type: string; result: unknown[][] }>(reply);
  assert.equal(type, "actionlog");
  return result;
}

test("a version arrives at another server with its record, its files and its documentation", async () => {
  await using houses = await openHouses();

  const reply = await houses.push({ register_project: true });

  assert.equal(reply.status, 200);
  const [register, file, docs] = actionsOf(reply);
  assert.deepEqual(register, [200, "register", "hello", "1.0"]);
  assert.deepEqual([file?.[0], file?.[1], file?.[3]], [200, "upload", ""]);
  assert.match(String(file?.[2]), /^alice\/dev\/\+f\/.{3}\/.{13}\/hello-1\.0-py3-none-any\.whl$/);
  assert.deepEqual(docs, [200, "docfile", "hello"]);
  const there = houses.theirs.anyone();
  assert.deepEqual(await there.download("carol/in", "hello", WHEEL.filename), Buffer.from(WHEEL.bytes));
  const data = jsonOf<{ result: { summary: string } }>(await there.get("/carol/in/hello/1.0", HEADERS));
  assert.equal(data.result.summary, "Says hello");
  const page = await there.get("/carol/in/hello/1.0/+doc/index.html");
  assert.equal(page.body.toString(), "read me");
});

test("documentation is left out, or is all that is sent, if that is wanted", async () => {
  await using houses = await openHouses();

  assert.deepEqual(
    actionsOf(await houses.push({ only_docs: true })).map(([, what]) => what),
    ["docfile"],
  );
  assert.deepEqual(
    actionsOf(await houses.push({ no_docs: true })).map(([, what]) => what),
    ["upload"],
  );
});

test("what the other server refuses is told with its status and its words", async () => {
  await using houses = await openHouses();

  const reply = await houses.push({ password: "wrong" });

  assert.equal(reply.status, 502);
  const [file] = actionsOf(reply);
  assert.equal(file?.[0], 401);
  assert.notEqual(file?.[3], "");
});

test("a server that is not there is told, and so is one on this machine that is not allowed", async () => {
  await using houses = await openHouses(["localhost:4040"]);

  const own = await houses.push();
  assert.equal(own.status, 502);
  const [step] = actionsOf(own);
  assert.deepEqual(step?.slice(0, 2), [-1, "exception on release upload:"]);
  assert.match(String(step?.[2]), /leads to this machine itself.*--push-host/);
  assert.equal((await houses.theirs.anyone().get("/carol/in/hello", HEADERS)).status, 404);
});

test("only those who have signed in push elsewhere, and only what is whole", async () => {
  await using houses = await openHouses();

  assert.equal((await houses.push({}, null)).status, 403);
  assert.equal((await houses.push({ posturl: "file:///etc/passwd" })).status, 400);
  assert.equal((await houses.push({ username: undefined })).status, 400);
  assert.equal((await houses.push({ version: "7" })).status, 400);
});

test("the password for the other server is in no log", async () => {
  await using houses = await openHouses();
  await houses.push({ password: "very secret" });

  const said = JSON.stringify([houses.ours.records, houses.ours.notes]);
  assert.doesNotMatch(said, /very secret|carol's/);
});
