import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { InjectedReply } from "#http";
import { aWheelFile } from "../support/archives.ts";
import { type Behaviour, type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { expectStatus, JSON_PAGE, openTestApp, type TestApp } from "../support/test-app.ts";

/**
 * `virtual([R])` answers as `R` does: status, headers and body, byte for byte, whatever the upstream does. Two houses
 * with the same clock read the same upstream; the one is asked for the remote, the other for the virtual repository.
 */
interface Pair extends AsyncDisposable {
  readonly fake: FakeUpstream;
  readonly houses: readonly [remote: TestApp, virtual: TestApp];
}

const NAMES = ["root/pypi", "root/all"] as const;
const PROJECTS = ["alpha", "beta", "missing"] as const;
const ACCEPTS = ["text/html", JSON_PAGE, "*/*"] as const;
/** Different for every answer of every server. */
const OF_THE_MOMENT = ["date", "x-request-id"];
const TURNS_MAX = 500;

const MODES: Readonly<Record<string, Partial<Behaviour>>> = {
  answering: {},
  "without a project": { answer: { status: 404 } },
  failing: { answer: { status: 500 } },
  refusing: { answer: { status: 403 } },
  cutting: { answer: "cut" },
  lying: { lying: true },
  truncating: { truncating: true },
  "talking nonsense": { page: { contentType: "text/plain", text: "hello" } },
};
const NORMAL: Partial<Behaviour> = { answer: "normal", lying: false, truncating: false, page: null };

async function openPair(): Promise<Pair> {
  const fake = await openFakeUpstream();
  for (const [name, version] of [
    ["alpha", "1.0"],
    ["alpha", "2.0"],
    ["beta", "1.0"],
  ] as const) {
    fake.add(name, aWheelFile({ name, version }));
  }
  const open = () => openTestApp({ upstream: fake.url, config: { upstreamSeconds: 0.2 } });
  const houses = [await open(), await open()] as const;
  await houses[1].index("root/all", { kind: "virtual", members: ["root/pypi"] });
  return {
    fake,
    houses,
    async [Symbol.asyncDispose]() {
      for (const house of houses) await house[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** What a client sees of an answer, with the repositories' names made one: a problem names the member that failed. */
function seen(reply: InjectedReply) {
  const anonymous = (text: string): string => NAMES.reduce((left, name) => left.replaceAll(name, "NAME"), text);
  const isProblem = reply.status >= 400;
  const headers = Object.entries(reply.headers).filter(
    ([header]) => !OF_THE_MOMENT.includes(header) && !(isProblem && header === "content-length"),
  );
  return {
    status: reply.status,
    reason: anonymous(reply.reason),
    headers: Object.fromEntries(headers.map(([header, value]) => [header, anonymous(value)])),
    body: isProblem ? anonymous(reply.body.toString()) : reply.body.toString("base64"),
  };
}

/** Asks both houses for the same below the repository. A connection that is cut counts as an answer. */
async function same(
  { houses }: Pair,
  path: string,
  headers: Readonly<Record<string, string>>,
  what: string,
): Promise<InjectedReply | null> {
  const replies = await Promise.all(
    houses.map((house, index) =>
      house
        .anyone()
        .get(`/${NAMES[index]}${path}`, headers)
        .catch(() => null),
    ),
  );
  const [remote, virtual] = replies.map((reply) => (reply === null ? "cut" : seen(reply)));
  assert.deepEqual(virtual, remote, `${path} ${what}`);
  return replies[0] ?? null;
}

/** Pages, list, files and metadata, each in several languages, conditional too. */
async function sameEverywhere(pair: Pair, files: readonly string[], what: string): Promise<void> {
  for (const accept of ACCEPTS) {
    await same(pair, "/simple/", { accept }, what);
    for (const project of PROJECTS) {
      const reply = await same(pair, `/simple/${project}/`, { accept }, what);
      const etag = reply?.headers["etag"];
      if (etag !== undefined) await same(pair, `/simple/${project}/`, { accept, "if-none-match": etag }, what);
    }
  }
  for (const path of files) {
    await sameFile(pair, path, what);
    await same(pair, `${path}.metadata`, {}, what);
    await same(pair, path, { range: "bytes=-100" }, what);
  }
}

/** A file, and then a wait until both houses have put away what they fetched: how long that takes is no difference. */
async function sameFile(pair: Pair, path: string, what: string): Promise<void> {
  const reply = await same(pair, path, {}, what);
  if (reply?.status !== 200) return;
  const filename = decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
  for (const house of pair.houses) {
    const isStored = async (): Promise<boolean> => {
      const copies = await house.anyone().get("/api/v1/repositories/root/pypi/copies?limit=1000");
      const { items } = JSON.parse(copies.body.toString()) as { readonly items: readonly { path: string }[] };
      return items.some((copy) => copy.path.endsWith(`/${filename}`));
    };
    for (let turn = 0; turn < TURNS_MAX && !(await isStored()); turn += 1) await new Promise(setImmediate);
  }
}

/** Paths, below the repository, of the files that the remote lists. */
async function filePaths({ houses: [house] }: Pair): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const project of ["alpha", "beta"]) {
    const { files } = await house.anyone().simplePage("root/pypi", project);
    for (const { url } of files) {
      paths.push(new URL(url, `http://localhost/root/pypi/simple/${project}/`).pathname.slice("/root/pypi".length));
    }
  }
  return paths;
}

for (const [mode, behaviour] of Object.entries(MODES)) {
  test(`a virtual repository of one remote answers as the remote does, cold and warm, with an upstream ${mode}`, async () => {
    await using pair = await openPair();
    const files = await filePaths(pair);
    // Cold again, but for the paths that were learnt.
    for (const house of pair.houses)
      await house.as("root").ask("PATCH", "/api/v1/repositories/root/pypi", pointed(pair, "x"));
    for (const house of pair.houses)
      await house.as("root").ask("PATCH", "/api/v1/repositories/root/pypi", pointed(pair, ""));

    pair.fake.behave(behaviour);
    await sameEverywhere(pair, files, `cold, ${mode}`);
    await sameEverywhere(pair, files, `asked again, ${mode}`);

    pair.fake.behave(NORMAL);
    await sameEverywhere(pair, files, `recovered from ${mode}`);
    for (const house of pair.houses) house.tick(3600);
    pair.fake.behave(behaviour);
    await sameEverywhere(pair, files, `warm and out of date, ${mode}`);
  });
}

function pointed({ fake }: Pair, suffix: string) {
  return { json: { kind: "remote", url: `${fake.url}${suffix}` } };
}

test("a virtual repository of one remote answers as the remote does, with an upstream too slow to answer", async () => {
  await using pair = await openPair();
  const gate = pair.fake.hold("/simple/alpha/");
  await same(pair, "/simple/alpha/", { accept: JSON_PAGE }, "cold and slow");
  gate.release();
  await same(pair, "/simple/alpha/", { accept: JSON_PAGE }, "recovered");
  for (const house of pair.houses) house.tick(3600);
  const again = pair.fake.hold("/simple/alpha/");
  const stale = await same(pair, "/simple/alpha/", { accept: JSON_PAGE }, "warm and slow");
  again.release();
  assert.equal(stale?.status, 200);
});

const step = fc.oneof(
  fc.record({ kind: fc.constant("behave" as const), mode: fc.constantFrom(...Object.keys(MODES)) }),
  fc.record({ kind: fc.constant("tick" as const), seconds: fc.constantFrom(1, 400, 4000) }),
  fc.record({ kind: fc.constant("restart" as const) }),
  fc.record({ kind: fc.constant("release" as const), version: fc.constantFrom("3.0", "4.0") }),
  fc.record({
    kind: fc.constant("page" as const),
    project: fc.constantFrom("", ...PROJECTS.map((project) => `${project}/`)),
    accept: fc.constantFrom(...ACCEPTS),
  }),
  fc.record({ kind: fc.constant("file" as const), index: fc.nat(2), suffix: fc.constantFrom("", ".metadata") }),
);

test("whatever happens in whatever order, a virtual repository of one remote answers as the remote does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      await using pair = await openPair();
      let files: readonly string[] = [];
      for (const each of steps) {
        if (each.kind === "behave") pair.fake.behave({ ...NORMAL, ...MODES[each.mode] });
        if (each.kind === "tick") for (const house of pair.houses) house.tick(each.seconds);
        if (each.kind === "restart") for (const house of pair.houses) await house.restart();
        if (each.kind === "release") pair.fake.add("alpha", aWheelFile({ name: "alpha", version: each.version }));
        if (each.kind === "page") {
          const reply = await same(pair, `/simple/${each.project}`, { accept: each.accept }, JSON.stringify(steps));
          if (reply?.status === 200 && each.accept === JSON_PAGE && each.project !== "")
            files = linksOf(reply, each.project);
        }
        if (each.kind === "file") {
          const path = files[each.index % Math.max(1, files.length)];
          if (path !== undefined && each.suffix === "") await sameFile(pair, path, JSON.stringify(steps));
          if (path !== undefined && each.suffix !== "") await same(pair, path + each.suffix, {}, JSON.stringify(steps));
        }
      }
    }),
    { numRuns: 10 },
  );
});

function linksOf(reply: InjectedReply, project: string): readonly string[] {
  const { files } = JSON.parse(reply.body.toString()) as { files: { url: string }[] };
  return files.map(({ url }) => new URL(url, `http://localhost/simple/${project}`).pathname);
}

test("the virtual repository of the comparison is a virtual one", async () => {
  await using pair = await openPair();
  const reply = await pair.houses[1].as("root").get("/api/v1/repositories/root/all");
  assert.match(expectStatus(reply, 200).body.toString(), /"kind":\s*"virtual"/);
});
