import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal, ProjectName, RepositoryName } from "#core";
import type { SentForm, SentReply } from "#upstream";
import { UpstreamFailure } from "#upstream";
import { ALICE, BOB, NOBODY, openToolsWorld, refusal, type ToolsWorld } from "../../tests/support/registry-tools.ts";
import { openElsewhere, type SentStep, type Shipment } from "./elsewhere.ts";

const DEV = "alice/dev" as RepositoryName;
const FOO = "foo" as ProjectName;
const TO = { url: "https://other.example/legacy/", username: "us", password: "pass:word", isRegistering: false };

interface World extends AsyncDisposable {
  readonly tools: ToolsWorld;
  readonly sent: readonly SentForm[];
  /** What the other server answers, form by form; then 200. */
  readonly answers: (SentReply | UpstreamFailure)[];
  send(wish?: Partial<Shipment>, principal?: Principal): Promise<readonly SentStep[]>;
}

async function openWorld(): Promise<World> {
  const tools = await openToolsWorld();
  await tools.users("alice", "bob");
  await tools.admin.create(ALICE, DEV, { kind: "local", readers: ["alice"] });
  await tools.publish(DEV, { name: "foo", version: "1.0", text: "one" });
  const sent: SentForm[] = [];
  const answers: (SentReply | UpstreamFailure)[] = [];
  const upstreams = {
    ...tools.tools.upstreams,
    async send(form: SentForm): Promise<SentReply> {
      sent.push(form);
      const answer = answers.shift() ?? { status: 200, text: "" };
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const elsewhere = openElsewhere({ ...tools.tools, upstreams });
  return {
    tools,
    sent,
    answers,
    send: (wish = {}, principal = ALICE) =>
      elsewhere.send(principal, { from: DEV, project: FOO, version: "1.0", content: "everything", to: TO, ...wish }),
    [Symbol.asyncDispose]: () => tools[Symbol.asyncDispose](),
  };
}

test("a version goes out as an upload client would send it", async () => {
  await using world = await openWorld();

  const steps = await world.send({ to: { ...TO, isRegistering: true } });

  assert.deepEqual(
    steps.map(({ kind, status }) => [kind, status]),
    [
      ["register", 200],
      ["file", 200],
    ],
  );
  const [register, file] = world.sent;
  assert.deepEqual([register?.url, register?.credentials, register?.file], [TO.url, "us:pass:word", null]);
  assert.ok(file?.fields.some(([name, value]) => name === ":action" && value === "file_upload"));
  assert.ok(file?.fields.some(([name, value]) => name === "summary" && value === "one"));
  assert.equal(file?.file?.filename, "foo-1.0.tar.gz");
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await file?.file?.open()) ?? []) chunks.push(chunk);
  assert.equal(Buffer.concat(chunks).toString(), "one");
});

test("files go out where registering is a thing of the past, and not where it was refused", async () => {
  await using world = await openWorld();
  const to = { ...TO, isRegistering: true };

  world.answers.push({ status: 410, text: "gone" });
  assert.equal((await world.send({ to })).length, 2);
  world.answers.push({ status: 403, text: "no" });
  assert.deepEqual(await world.send({ to }), [{ kind: "register", what: "foo", status: 403, text: "no" }]);
});

test("a server that does not answer is told as that, and the next file is tried", async () => {
  await using world = await openWorld();
  await world.tools.publish(DEV, { name: "foo", version: "1.0", text: "one" }).catch(() => undefined);
  world.answers.push(new UpstreamFailure("the server could not be reached"));

  const [step] = await world.send();

  assert.deepEqual([step?.status, step?.text], [null, "the server could not be reached"]);
});

test("only who has an account and may read sends anything, and only what is there to an address", async () => {
  await using world = await openWorld();

  await assert.rejects(world.send({}, BOB), refusal("not-permitted"));
  await assert.rejects(world.send({}, NOBODY), refusal("not-signed-in"));
  await world.tools.admin.modify(ALICE, DEV, (current) => ({ ...current, readers: [":ANONYMOUS:"] }));
  await assert.rejects(world.send({}, NOBODY), refusal("not-signed-in", /those only who have signed in/));
  await assert.rejects(world.send({ version: "7" }), refusal("version-not-found"));
  await assert.rejects(world.send({ to: { ...TO, url: "ftp://x/" } }), refusal("request-invalid"));
  assert.deepEqual(world.sent, []);
});
