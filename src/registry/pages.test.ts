import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Instant, LocalRepository, ProjectName, RemoteRepository } from "#core";
import type { Desk, MadePage, Page } from "#formats";
import {
  ALICE,
  BOB,
  limit,
  NOBODY,
  nameOf,
  openRegistryWorld,
  publishThrough,
  type RegistryWorld,
  ROOT,
  refusal,
  token,
  user,
} from "../../tests/support/registry-world.ts";
import { openPages } from "./pages.ts";

const FOO = "foo" as ProjectName;
const DEV = nameOf("alice/dev");
const FILENAME = "foo-1.0.tar.gz";

/** A local repository with one file, behind a virtual one. */
async function openShelf(): Promise<RegistryWorld> {
  const world = await openRegistryWorld();
  await world.local("alice/dev");
  await world.virtual("alice/all", ["alice/dev"]);
  await world.publish("alice/dev", { project: "foo" });
  return world;
}

async function textOf(page: Promise<Page | null>): Promise<string | null> {
  const made = await page;
  return made === null ? null : Buffer.from(made.bytes).toString();
}

function pageOf(desk: Desk, make: () => Promise<MadePage | null>): Promise<Page | null> {
  return desk.page("simple:foo", "text", FOO, make);
}

function aPage(text: string): MadePage {
  return { contentType: "text/plain", text, validUntil: null };
}

describe("a page is made once and shown until something outdates it", () => {
  test("the second reader is given the same bytes", async () => {
    await using world = await openShelf();
    const first = await world.page("alice/all", "foo");
    const second = await world.page("alice/all", "foo", BOB);

    assert.equal(second, first);
    assert.equal(world.made, 1);
    assert.equal(first?.freshness.isCurrent(world.now()), true);
    assert.deepEqual([world.registry.figures().pageHits, world.registry.figures().pageMisses], [1, 1]);
  });

  const changes: Readonly<Record<string, (world: RegistryWorld) => Promise<unknown>>> = {
    "an upload": (world) => world.publish("alice/dev", { project: "foo", version: "2.0" }),
    "a replaced file": (world) => world.publish("alice/dev", { project: "foo", text: "other bytes" }),
    "a yank": ({ registry }) => registry.releases.yank(ALICE, DEV, FOO, "1.0", "broken"),
    "a removed file": ({ registry }) =>
      registry.releases.removeFile(ALICE, { repository: DEV, project: FOO, filename: FILENAME }, false),
    "a removed version": ({ registry }) => registry.releases.removeVersion(ALICE, DEV, FOO, "1.0", false),
    "a removed project": ({ registry }) => registry.releases.removeProject(ALICE, DEV, FOO, false),
    "a status": ({ registry }) => registry.releases.setStatus(ALICE, DEV, FOO, "deprecated", null),
    "a released name": ({ registry }) => registry.releases.releaseName(ALICE, DEV, FOO),
    "a version without files": ({ registry }) =>
      registry.releases.saveVersion(ALICE, { repository: DEV, project: FOO, version: "3.0", attributes: {} }, "foo"),
    "another spelling of the name": ({ registry }) =>
      registry.releases.saveVersion(ALICE, { repository: DEV, project: FOO, version: "1.0", attributes: {} }, "Foo"),
    "a changed setting": (world) => world.change("alice/dev", (current) => ({ ...current, title: "Dev" })),
    "a changed list of members": (world) => world.change("alice/all", (current) => ({ ...current, title: "All" })),
  };
  for (const [what, change] of Object.entries(changes)) {
    test(`${what} outdates it for the next reader, also behind a virtual repository`, async () => {
      await using world = await openShelf();
      const before = await world.page("alice/all", "foo");
      await change(world);

      assert.equal(before?.freshness.isCurrent(world.now()), false);
      await world.page("alice/all", "foo");
      assert.equal(world.made, 2);
    });
  }

  test("a member that comes to be outdates what was made without it", async () => {
    await using world = await openShelf();
    await world.local("alice/top", { bases: [DEV] });
    await world.registry.repositoriesAdmin.remove(ROOT, DEV);
    assert.equal(await textOf(world.page("alice/top", "foo")), null);

    await world.local("alice/dev");
    await world.publish("alice/dev", { project: "foo" });
    assert.match((await textOf(world.page("alice/top", "foo"))) ?? "", /foo-1\.0/);
  });

  test("changes elsewhere leave it alone", async () => {
    await using world = await openShelf();
    await world.local("bob/dev", { publishers: ["alice"] });
    const before = await world.page("alice/all", "foo");
    await world.publish("alice/dev", { project: "bar" });
    await world.publish("bob/dev", { project: "foo", version: "2.0" });
    await world.local("bob/other");
    await world.metadata.catchUp();

    assert.equal(await world.page("alice/all", "foo"), before);
    assert.equal(world.made, 1);
  });

  test("the list of projects is outdated by any upload to the repository", async () => {
    await using world = await openShelf();
    const desk = await world.desk("alice/all", NOBODY);
    const list = () =>
      textOf(
        desk.page("list", "text", null, async () =>
          aPage((await desk.projects()).projects.map(({ project }) => project).join(" ")),
        ),
      );
    assert.equal(await list(), "foo");
    await world.publish("alice/dev", { project: "bar" });
    assert.equal(await list(), "bar foo");
  });

  test("an upload to another process over the same folder outdates it", async () => {
    await using world = await openShelf();
    await using elsewhere = await world.elsewhere();
    const before = await world.page("alice/all", "foo");
    const there = await elsewhere.registry.desk(DEV, ALICE);
    await publishThrough(there, { project: "foo", version: "2.0" });

    assert.equal(before?.freshness.isCurrent(world.now()), false);
    assert.match((await textOf(world.page("alice/all", "foo"))) ?? "", /foo-2\.0/);
  });

  test("its moment of expiry outdates it", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", { filename: FILENAME, bytes: Buffer.from("x") });
    await world.remote("root/up", { freshForSeconds: 60 });
    const before = await world.page("root/up", "foo");

    world.tick(59);
    assert.equal(before?.freshness.isCurrent(world.now()), true);
    world.tick(1);
    assert.equal(before?.freshness.isCurrent(world.now()), false);
    world.fake.add("foo", { filename: "foo-2.0.tar.gz", bytes: Buffer.from("y") });
    assert.match((await textOf(world.page("root/up", "foo"))) ?? "", /foo-2\.0/);
  });

  test("a refreshed remote outdates pages of the repositories before it", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", { filename: FILENAME, bytes: Buffer.from("x") });
    await world.remote("root/up");
    await world.local("alice/dev", { bases: [nameOf("root/up")] });
    await world.page("alice/dev", "foo");
    world.fake.add("foo", { filename: "foo-2.0.tar.gz", bytes: Buffer.from("y") });
    await world.registry.repositoriesAdmin.refresh(ALICE, nameOf("root/up"), FOO);

    assert.match((await textOf(world.page("alice/dev", "foo"))) ?? "", /foo-2\.0/);
  });

  test("another address of a remote outdates what was made of the old one", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", { filename: FILENAME, bytes: Buffer.from("x") });
    await world.remote("root/up");
    assert.notEqual(await textOf(world.page("root/up", "foo")), null);
    await world.change("root/up", (current) => ({ ...(current as RemoteRepository), url: null }));

    assert.equal(await textOf(world.page("root/up", "foo")), null);
  });
});

describe("nobody is shown what a finished write has outdated", () => {
  test("a page during whose making something was written is not kept", async () => {
    await using world = await openShelf();
    const desk = await world.desk("alice/all", NOBODY);
    const first = await pageOf(desk, async () => {
      const listing = await desk.listing(FOO);
      await world.publish("alice/dev", { project: "foo", version: "2.0" });
      return aPage(`${listing?.files.length} files`);
    });

    assert.equal(first?.freshness.isCurrent(world.now()), false);
    assert.equal(await textOf(pageOf(desk, async () => aPage("made anew"))), "made anew");
  });

  test("who comes after a write does not join a making that began before it", async () => {
    await using world = await openShelf();
    const desk = await world.desk("alice/all", NOBODY);
    const gate = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const early = pageOf(desk, async () => {
      began.resolve();
      await gate.promise;
      return aPage("old");
    });
    await began.promise;
    await world.publish("alice/dev", { project: "foo", version: "2.0" });
    const late = pageOf(desk, async () => aPage("new"));
    assert.equal(await textOf(late), "new");
    gate.resolve();
    await early;

    assert.equal(await textOf(pageOf(desk, async () => aPage("a third"))), "new");
  });

  test("readers who come at the same time share one making", async () => {
    await using world = await openShelf();
    const pages = await Promise.all(Array.from({ length: 20 }, () => world.page("alice/all", "foo")));

    assert.equal(world.made, 1);
    assert.equal(new Set(pages).size, 1);
  });

  test("what could not be made is not kept, and the next reader tries again", async () => {
    await using world = await openShelf();
    const desk = await world.desk("alice/all", NOBODY);
    await assert.rejects(
      pageOf(desk, async () => {
        throw new Error("no");
      }),
      /no/,
    );
    assert.equal(await pageOf(desk, async () => null), null);
    assert.equal(await textOf(pageOf(desk, async () => aPage("yes"))), "yes");
  });
});

describe("who may read what", () => {
  test("readers to whom the same is visible share a page, others have their own", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/secret", { readers: ["alice"] });
    await world.local("alice/open");
    await world.virtual("alice/all", ["alice/secret", "alice/open"]);
    await world.publish("alice/secret", { project: "foo" });
    await world.publish("alice/open", { project: "foo", version: "2.0" });

    assert.match((await textOf(world.page("alice/all", "foo", ALICE))) ?? "", /foo-1\.0/);
    assert.doesNotMatch((await textOf(world.page("alice/all", "foo", NOBODY))) ?? "", /foo-1\.0/);
    await world.page("alice/all", "foo", BOB);
    await world.page("alice/all", "foo", ROOT);
    await world.page("alice/all", "foo", user("carol"));
    await world.page("alice/all", "foo", token("alice", limit("*", "*")));
    // Strangers have their own where something is closed to them.
    assert.equal(world.made, 3);
  });

  test("who joins a making is not shown what its maker was given the right to meanwhile", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/secret", { readers: ["alice"] });
    await world.local("alice/open");
    await world.virtual("alice/all", ["alice/secret", "alice/open"]);
    await world.publish("alice/secret", { project: "foo" });
    await world.publish("alice/open", { project: "foo", version: "2.0" });
    const [bobs, carols] = await Promise.all([world.desk("alice/all", BOB), world.desk("alice/all", user("carol"))]);
    const gate = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const makeFor = (desk: Desk) => async () => {
      began.resolve();
      await gate.promise;
      return aPage((await desk.listing(FOO))?.members.join(" ") ?? "");
    };
    const makers = textOf(pageOf(bobs, makeFor(bobs)));
    await began.promise;
    const joined = textOf(pageOf(carols, makeFor(carols)));
    await world.change("alice/secret", (current) => ({ ...current, readers: ["alice", "bob"] }));
    gate.resolve();

    assert.equal(await makers, "alice/secret alice/open");
    assert.equal(await joined, "alice/open");
  });

  test("a page is filed by the rights of the moment from which on changes are watched", async () => {
    let rights = "old";
    const filed: string[] = [];
    const pages = openPages(
      {
        // Another process has changed the rights, and this one hears of it now.
        metadata: {
          async catchUp() {
            rights = "new";
          },
        },
        now: () => 0 as Instant,
        settings: { fileSizeBytesMax: 1, memoryBytesMax: 1 << 20, restrictModify: null, trashMilliseconds: 0 },
      },
      {
        watch() {
          filed.push(`watched with ${rights} rights`);
          return { isOutdated: false, stop() {} };
        },
      },
    );
    const wanted = { repository: DEV, name: "p", variant: "text", project: FOO, reach: () => [DEV] };
    const visibility = () => {
      filed.push(`filed by ${rights} rights`);
      return rights;
    };
    await pages.get({ ...wanted, visibility }, async () => aPage("x"));

    assert.deepEqual(filed, ["filed by new rights", "watched with new rights"]);
  });

  test("whoever loses the right to read is refused at once, also what is in memory", async () => {
    await using world = await openShelf();
    const desk = await world.desk("alice/dev", BOB);
    const page = await pageOf(desk, async () => aPage("open"));
    await world.change("alice/dev", (current) => ({ ...(current as LocalRepository), readers: ["alice"] }));

    assert.equal(page?.freshness.isCurrent(world.now()), false);
    await assert.rejects(
      pageOf(desk, async () => aPage("open")),
      refusal("not-permitted"),
    );
  });
});

describe("the bytes", () => {
  for (const [size, text] of [
    ["small", "some text, again and again. ".repeat(100)],
    ["large", "some text, again and again. ".repeat(20_000)],
  ] as const) {
    test(`a ${size} page has compressed forms that are made once`, async () => {
      await using world = await openShelf();
      const page = await pageOf(await world.desk("alice/all"), async () => aPage(text));
      const gzip = page?.encoded("gzip");
      const zstd = page?.encoded("zstd");
      assert(page && gzip && zstd);

      assert.equal(gunzipSync(gzip).toString(), text);
      assert.equal(zstdDecompressSync(zstd).toString(), text);
      assert.equal(page.encoded("gzip"), gzip);
      assert.equal(page.encoded("zstd"), zstd);
    });
  }

  test("what gets no smaller is not sent compressed", async () => {
    await using world = await openShelf();
    const page = await pageOf(await world.desk("alice/all"), async () => aPage("short"));
    assert.deepEqual([page?.encoded("gzip"), page?.encoded("zstd")], [null, null]);
  });

  test("the same bytes have the same validator in every repository, other bytes another", async () => {
    await using world = await openShelf();
    const tagOf = async (name: string, text: string) =>
      (await (await world.desk(name)).page(`p:${text}`, "text", FOO, async () => aPage(text)))?.etag;

    assert.equal(await tagOf("alice/all", "one"), await tagOf("alice/dev", "one"));
    assert.notEqual(await tagOf("alice/all", "one"), await tagOf("alice/all", "two"));
    assert.match((await tagOf("alice/all", "one")) ?? "", /^[0-9a-f]+$/);
  });

  test("pages beyond the budget make room for others", async () => {
    await using world = await openRegistryWorld({ settings: { memoryBytesMax: 400_000 } });
    await world.local("alice/dev");
    const desk = await world.desk("alice/dev");
    for (let index = 0; index < 20; index += 1) {
      await desk.page(`p${index}`, "text", FOO, async () => aPage("x".repeat(20_000)));
    }
    assert.ok(world.registry.figures().pageBytes <= 100_000);
  });

  test("a page that made room for others does not claim to be current when something is written", async () => {
    await using world = await openRegistryWorld({ settings: { memoryBytesMax: 400_000 } });
    await world.local("alice/dev");
    const desk = await world.desk("alice/dev");
    // The front door keeps it, and asks only its freshness.
    const kept = await pageOf(desk, async () => aPage("x".repeat(20_000)));
    for (let index = 0; index < 20; index += 1) {
      await desk.page(`p${index}`, "text", FOO, async () => aPage("x".repeat(20_000)));
    }
    await world.publish("alice/dev", { project: "foo" });
    await world.metadata.catchUp();
    assert.equal(kept?.freshness.isCurrent(world.now()), false);
  });
});
