import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Principal, ProjectName, Seq } from "#core";
import {
  ALICE,
  limit,
  NOBODY,
  nameOf,
  openRegistryWorld,
  ROOT,
  refusal,
  token,
} from "../../tests/support/registry-world.ts";

describe("the registry", () => {
  test("finds a repository by its name and by its key, without regard to case", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/dev");

    assert.equal((await world.registry.repository(nameOf("alice/dev")))?.name, "alice/dev");
    assert.equal((await world.registry.repositoryByKey("Alice.DEV"))?.name, "alice/dev");
    assert.equal(await world.registry.repository(nameOf("alice/other")), null);
    await assert.rejects(world.registry.desk(nameOf("alice/other"), ALICE), refusal("repository-not-found"));
  });

  test("knows at once of a repository that another process has made", async () => {
    await using world = await openRegistryWorld();
    await using elsewhere = await world.elsewhere();
    await world.local("alice/dev");

    assert.equal((await elsewhere.registry.repository(nameOf("alice/dev")))?.name, "alice/dev");
  });

  test("shows the journal to root only, and to no token of root's that is good for less than everything", async () => {
    await using world = await openRegistryWorld();
    const open = (principal: Principal) => world.registry.journal(0 as Seq, principal, new AbortController().signal);

    assert.throws(() => open(NOBODY), refusal("not-signed-in"));
    assert.throws(() => open(ALICE), refusal("not-permitted"));
    assert.throws(() => open(token("root", limit("read", "*"))), refusal("not-permitted"));
    for (const principal of [ROOT, token("root", limit("*", "*"))]) {
      for await (const { seq } of open(principal)) {
        assert.equal(seq, 1);
        break;
      }
    }
  });

  test("remembers which files were removed, for those who may read where they were", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/base", { mutability: "volatile" });
    const all = await world.local("alice/all", { bases: [nameOf("alice/base")] });
    const { artifact } = await world.publish("alice/base", { project: "foo" });
    const removed = async () => (await world.registry.desk(all.name, NOBODY)).wasRemoved(artifact.filename);

    assert.equal(await removed(), false);
    await world.registry.releases.removeFile(ALICE, artifact, false);
    assert.equal(await removed(), true);
    await world.registry.repositoriesAdmin.modify(ALICE, nameOf("alice/base"), (base) => ({
      ...base,
      readers: ["alice"],
    }));
    assert.equal(await removed(), false);
  });

  test("counts what is in memory and what was published", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("bar", { filename: "bar-1.0.tar.gz", bytes: Buffer.from("x") });
    await world.remote("root/up");
    await world.local("alice/dev", { bases: [nameOf("root/up")] });
    await world.publish("alice/dev", { project: "foo" });
    await world.page("alice/dev", "bar");
    await world.page("alice/dev", "bar");

    const figures = world.registry.figures();
    assert.deepEqual([figures.uploads, figures.pageHits, figures.pageMisses, figures.remoteMisses], [1, 1, 1, 1]);
    assert.ok(figures.pageBytes > 0);
    assert.equal(world.registry.head, world.metadata.head);
  });
});

/** What a client sees of a page: all of the reply but the objects that are asked for freshness. */
async function seen(
  world: Awaited<ReturnType<typeof openRegistryWorld>>,
  repository: string,
  accept: string,
): Promise<unknown> {
  const name = nameOf(repository);
  const desk = await world.registry.desk(name, NOBODY);
  const route = world.registry.format(desk.repository.format).routes.find(({ path }) => path === "/simple/:project/");
  assert(route !== undefined);
  const call = {
    method: "GET",
    path: "/simple/foo/",
    rawPath: "/alice/dev/simple/foo/",
    params: { project: "foo" as ProjectName },
    query: new URLSearchParams(),
    header: (header: string) => (header === "accept" ? accept : null),
    principal: NOBODY,
    publicUrl: "https://packages.example",
    body: () => assert.fail("a page has no body to read"),
    json: async () => undefined,
    contentLength: null,
    now: world.now(),
    signal: new AbortController().signal,
  };
  try {
    const reply = await route.handle(call, desk);
    assert(reply.kind === "bytes");
    const { status, contentType, headers, cache, finished } = reply;
    return { status, contentType, headers, cache, etag: finished?.etag, body: Buffer.from(reply.body).toString() };
  } catch (error) {
    // The port, and the name of the repository that is asked, differ.
    return String(error).replace(/127\.0\.0\.1:\d+/g, "upstream");
  }
}

describe("a virtual repository of one remote is the remote, byte for byte and header for header", () => {
  const modes = {
    "that answers": {},
    "that has no such project": { answer: { status: 404 } },
    "that fails": { answer: { status: 500 } },
    "that hangs up": { answer: "cut" },
    "that sends no page": { page: { contentType: "text/plain", text: "hello" } },
    "that stops half-way": { truncating: true },
    "that speaks HTML": { language: "html" },
  } as const;
  for (const [what, mode] of Object.entries(modes)) {
    for (const accept of ["text/html", "application/vnd.pypi.simple.v1+json"]) {
      test(`over an upstream ${what}, cold, warm and stale, as ${accept}`, async () => {
        const outcomes = await Promise.all(
          ["root/up", "alice/all"].map(async (asked) => {
            await using world = await openRegistryWorld();
            await world.remote("root/up", { freshForSeconds: 60, missingForSeconds: 60 });
            await world.virtual("alice/all", ["root/up"]);
            world.fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("x"), yanked: "broken" });
            world.fake.on("/simple/foo/", mode);
            const states = [await seen(world, asked, accept), await seen(world, asked, accept)];
            world.fake.behave({ answer: { status: 503 } });
            world.tick(61);
            states.push(await seen(world, asked, accept), await seen(world, asked, accept));
            return states;
          }),
        );
        assert.deepEqual(outcomes[1], outcomes[0]);
      });
    }
  }
});
