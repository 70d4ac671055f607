import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type Behaviour, type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { type Answer, ask, askPage, filesOn, makeIndex, open, whateverComes } from "./client.ts";
import { type MortalServer, openMortalServer, until } from "./server.ts";

/** Upstreams that are slow, dead, lying, truncating, or answering something else. */

const FILENAME = "far-1.0-py3-none-any.whl";
const PAGE = "/simple/far/";
const FILE = `/files/${FILENAME}`;
const BYTES = randomBytes(1_000_000);
const LIMIT_MILLISECONDS = 120_000;
/** More than the largest page that is read. */
const HUGE_PAGE_BYTES = 65 << 20;

let server: MortalServer;

before(async () => {
  server = await openMortalServer();
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
});

interface Fault {
  readonly title: string;
  /** What the upstream does from now on. */
  strike(upstream: FakeUpstream): Promise<void> | void;
  /** It is as it was. */
  mend(upstream: FakeUpstream): Promise<void> | void;
}

function behaving(title: string, change: (upstream: FakeUpstream) => Partial<Behaviour>): Fault {
  return {
    title,
    strike: (upstream) => upstream.on(PAGE, change(upstream)),
    mend: (upstream) => upstream.on(PAGE, null),
  };
}

const FAULTS: readonly Fault[] = [
  behaving("answers 500", () => ({ answer: { status: 500 } })),
  behaving("answers 503 and when to come again", () => ({ answer: { status: 503, headers: { "retry-after": "7" } } })),
  behaving("answers 429", () => ({ answer: { status: 429 } })),
  behaving("answers 401", () => ({ answer: { status: 401 } })),
  behaving("answers 403", () => ({ answer: { status: 403 } })),
  behaving("hangs up", () => ({ answer: "cut" })),
  behaving("truncates its pages", () => ({ truncating: true, etags: false })),
  behaving("redirects in a circle", (upstream) => ({ redirectTo: upstream.origin })),
  behaving("answers with a picture", () => ({ page: { contentType: "image/png", text: "not a page" } })),
  behaving("answers with JSON that is none", () => ({
    page: { contentType: "application/vnd.pypi.simple.v1+json", text: '{"files": [' },
  })),
  behaving("answers with JSON of another kind", () => ({
    page: { contentType: "application/vnd.pypi.simple.v1+json", text: '{"message": "please sign in"}' },
  })),
  behaving("answers with a page that is too large", () => ({
    page: {
      contentType: "text/html",
      text: `<!DOCTYPE html><html><body>${" ".repeat(HUGE_PAGE_BYTES)}<a href="/files/${FILENAME}">${FILENAME}</a></body></html>`,
    },
  })),
  { title: "is dead", strike: (upstream) => upstream.die(), mend: (upstream) => upstream.revive() },
  heldBack(),
];

/** Takes the question and never answers. */
function heldBack(): Fault {
  const releases = new Map<FakeUpstream, () => void>();
  return {
    title: "never answers",
    strike: (upstream) => void releases.set(upstream, upstream.hold(PAGE).release),
    mend: (upstream) => releases.get(upstream)?.(),
  };
}

describe("pages", { concurrency: 4, timeout: LIMIT_MILLISECONDS }, () => {
  for (const [number, fault] of FAULTS.entries()) {
    test(`an upstream that ${fault.title}: without a copy unavailable, never absent, and back as soon as it is`, async () => {
      await using upstream = await openFarUpstream();
      const index = `root/cold${number}`;
      await makeRemote(index, upstream);
      await fault.strike(upstream);

      for (let attempt = 0; attempt < 2; attempt += 1) unavailable(await askPage(server.url, index, "far"));

      await fault.mend(upstream);
      await until("the page is there again", async () => {
        const answer = await askPage(server.url, index, "far");
        if (answer.status !== 200) unavailable(answer);
        else assert.deepEqual(namesOn(answer, index), [FILENAME]);
        return answer.status === 200;
      });
    });

    test(`an upstream that ${fault.title}: the copy is shown, and says that it is one`, async () => {
      await using upstream = await openFarUpstream();
      const index = `root/warm${number}`;
      await makeRemote(index, upstream);
      const fresh = await askPage(server.url, index, "far");
      assert.equal(fresh.headers["x-vivarium-stale-since"], undefined);
      await fault.strike(upstream);

      const stale = await askPage(server.url, index, "far");

      assert.equal(stale.status, 200);
      assert.ok(stale.body.equals(fresh.body));
      assert.match(String(stale.headers["x-vivarium-stale-since"]), /^\d{4}-\d\d-\d\dT/);
      await fault.mend(upstream);
    });
  }

  test("an upstream that is dead: a virtual index over it says so, and does not go on to its next member", async () => {
    await using dead = await openFarUpstream();
    await using other = await openFarUpstream();
    await makeRemote("root/dead", dead);
    await makeRemote("root/other", other);
    await makeIndex(server.url, "root/both", { type: "stage", bases: ["root/dead", "root/other"] });
    await dead.die();

    unavailable(await askPage(server.url, "root/both", "far"));
  });

  test("an upstream that says 404 is believed", async () => {
    await using upstream = await openFarUpstream();
    await makeRemote("root/without", upstream);

    assert.equal((await askPage(server.url, "root/without", "nothing-of-that-name")).status, 404);
  });
});

describe("files", { concurrency: 4, timeout: LIMIT_MILLISECONDS }, () => {
  test("an upstream that lies about a file: the connection is cut before its end, and it is never served", async () => {
    await using upstream = await openFarUpstream();
    const { address, bytes } = await remoteFile("root/liar", upstream);
    upstream.on(FILE, { lying: true });

    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const reply = await open(address);
      const received = await whateverComes(reply);
      if (reply.statusCode === 200) {
        assert.ok(received.isCut, "a file with wrong bytes came as if it were whole");
        assert.ok(received.bytes.byteLength < bytes.byteLength, "the end of a file with wrong bytes was sent");
      } else assert.ok([502, 503].includes(reply.statusCode ?? 0));
      assert.equal(upstream.count(FILE), attempt, "a file with wrong bytes was kept");
    }

    upstream.on(FILE, null);
    await comes(address, bytes);
  });

  for (const { title, index, change } of [
    { title: "truncates a file", index: "root/short", change: { truncating: true } },
    {
      title: "truncates a file whose length it did not say",
      index: "root/short-unsaid",
      change: { truncating: true, lengths: false },
    },
  ]) {
    test(`an upstream that ${title}: the connection is cut, and the next one gets it whole`, async () => {
      await using upstream = await openFarUpstream();
      const { address, bytes } = await remoteFile(index, upstream);
      upstream.on(FILE, change);

      const reply = await open(address);
      const received = await whateverComes(reply);
      if (reply.statusCode === 200) assert.ok(received.isCut);
      else assert.ok([502, 503].includes(reply.statusCode ?? 0));
      assert.ok(received.bytes.byteLength < bytes.byteLength);

      upstream.on(FILE, null);
      await comes(address, bytes);
    });
  }

  for (const { title, index, change } of [
    { title: "answers 500 for a file", index: "root/broken", change: { answer: { status: 500 } } },
    { title: "hangs up instead of sending a file", index: "root/hanging-up", change: { answer: "cut" } },
    { title: "may not send a file", index: "root/forbidding", change: { answer: { status: 403 } } },
  ] as const) {
    test(`an upstream that ${title}: unavailable, never absent, and back as soon as it is`, async () => {
      await using upstream = await openFarUpstream();
      const { address, bytes } = await remoteFile(index, upstream);
      upstream.on(FILE, change);

      unavailable(await ask(address));

      upstream.on(FILE, null);
      await comes(address, bytes);
    });
  }

  test("an upstream that redirects a file in a circle: unavailable", async () => {
    await using upstream = await openFarUpstream();
    const { address } = await remoteFile("root/circle", upstream);
    upstream.on(FILE, { redirectTo: upstream.origin });

    unavailable(await ask(address));
  });

  test("an upstream that says that a file is gone: absent", async () => {
    await using upstream = await openFarUpstream();
    const { address } = await remoteFile("root/gone", upstream);
    upstream.on(FILE, { answer: { status: 404 } });

    assert.equal((await ask(address)).status, 404);
  });

  test("an upstream that stops in the middle of a file: the connection is cut, and the next one gets it whole", async () => {
    await using upstream = await openFarUpstream();
    const { address, bytes } = await remoteFile("root/stalling", upstream);
    const gate = upstream.hold(FILE, 100_000);

    const received = await whateverComes(await open(address));

    assert.ok(received.isCut);
    gate.release();
    await comes(address, bytes);
  });

  test("an upstream that died: what was fetched before is there", async () => {
    await using upstream = await openFarUpstream();
    const { address, bytes } = await remoteFile("root/died", upstream);
    assert.ok((await ask(address)).body.equals(bytes));
    await upstream.die();

    assert.ok((await ask(address)).body.equals(bytes));
  });

  test("an upstream that is dead: metadata that its page announced is unavailable, never absent", async () => {
    await using upstream = await openFarUpstream();
    const { address } = await remoteFile("root/companion", upstream);
    await upstream.die();

    unavailable(await ask(`${address}.metadata`));
  });
});

/** Has one project with one file. */
async function openFarUpstream(): Promise<FakeUpstream> {
  const upstream = await openFakeUpstream();
  upstream.add("far", { filename: FILENAME, bytes: BYTES, metadata: Buffer.from("Name: far\n") });
  return upstream;
}

/** A remote that asks its upstream for every page. */
async function makeRemote(index: string, upstream: FakeUpstream): Promise<void> {
  await makeIndex(server.url, index, { type: "mirror", mirror_url: upstream.url, mirror_cache_expiry: 0 });
}

async function remoteFile(
  index: string,
  upstream: FakeUpstream,
): Promise<{ readonly address: string; readonly bytes: Buffer }> {
  await makeRemote(index, upstream);
  const page = await askPage(server.url, index, "far");
  const address = filesOn(page, `${server.url}/${index}/simple/far/`)[0]?.url;
  assert.ok(address !== undefined);
  return { address, bytes: BYTES };
}

function namesOn(answer: Answer, index: string): readonly string[] {
  return filesOn(answer, `${server.url}/${index}/simple/far/`).map(({ filename }) => filename);
}

/** 502 or 503, when to come again, and a sentence. */
function unavailable({ status, headers, body }: Answer): void {
  assert.ok([502, 503].includes(status), `answered ${status}: ${body.subarray(0, 300)}`);
  assert.match(String(headers["retry-after"]), /^\d+$/, `${status} without Retry-After`);
  assert.ok(body.byteLength > 0, "an answer without words");
}

async function comes(address: string, bytes: Buffer): Promise<void> {
  await until("the file comes", async () => {
    const answer = await ask(address);
    if (answer.status !== 200) {
      unavailable(answer);
      return false;
    }
    assert.ok(answer.body.equals(bytes));
    return true;
  });
}
