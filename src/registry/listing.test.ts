import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LocalRepository, ProjectName } from "#core";
import {
  ALICE,
  BOB,
  limit,
  NOBODY,
  nameOf,
  openRegistryWorld,
  type RegistryWorld,
  ROOT,
  refusal,
  token,
} from "../../tests/support/registry-world.ts";

const FOO = "foo" as ProjectName;

function aFileOf(project: string, version = "1.0") {
  return { filename: `${project}-${version}.tar.gz`, bytes: Buffer.from(`${project} ${version}`) };
}

async function projectsOf(world: RegistryWorld, repository: string, principal = NOBODY): Promise<readonly string[]> {
  return (await (await world.desk(repository, principal)).projects()).projects.map(({ project }) => project);
}

describe("one rule for what a repository shows", () => {
  test("a name that is held locally is never asked upstream and never replaced by a higher public version", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", aFileOf("foo", "99.0"));
    await world.remote("root/up");
    await world.local("alice/dev", { bases: [nameOf("root/up")] });
    await world.publish("alice/dev", { project: "foo" });

    assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-1.0.tar.gz"]);
    assert.deepEqual(world.fake.seen, []);
  });

  test("a project whose last file is gone stays held: an empty page, and nothing of it upstream", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", aFileOf("foo", "99.0"));
    await world.remote("root/up");
    await world.local("alice/dev", { bases: [nameOf("root/up")] });
    const { artifact } = await world.publish("alice/dev", { project: "foo" });
    await world.registry.releases.removeFile(ALICE, artifact, false);

    assert.deepEqual(await world.files("alice/dev", "foo"), []);
    assert.deepEqual(world.fake.seen, []);
  });

  test("a released name shows what is left here and what the upstream has", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", aFileOf("foo", "1.0"), aFileOf("foo", "99.0"));
    await world.remote("root/up");
    await world.local("alice/dev", { bases: [nameOf("root/up")] });
    await world.publish("alice/dev", { project: "foo" });
    await world.registry.releases.releaseName(ALICE, nameOf("alice/dev"), FOO);

    assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-1.0.tar.gz", "foo-99.0.tar.gz"]);
  });

  test("a name in a reserved prefix of any local on the way is never asked upstream, whatever else is set", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("acme-tools", aFileOf("acme-tools"));
    await world.remote("root/up");
    await world.local("alice/base", { reserved: ["acme-*"] });
    await world.local("alice/dev", {
      bases: [nameOf("alice/base"), nameOf("root/up")],
      resolution: "merge",
      whitelist: ["*"],
    });

    assert.equal(await world.files("alice/dev", "acme-tools"), null);
    assert.deepEqual(world.fake.seen, []);
  });

  test("local members that hold the project are merged, and the first file of a name wins", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/one");
    await world.local("alice/two");
    await world.virtual("alice/all", ["alice/one", "alice/two"]);
    await world.publish("alice/one", { project: "foo", text: "of one" });
    await world.publish("alice/two", { project: "foo", text: "of two" });
    await world.publish("alice/two", { project: "foo", version: "2.0" });

    const listing = await (await world.desk("alice/all", NOBODY)).listing(FOO);
    assert.deepEqual(
      listing?.files.map((file) => [file.member, file.kind === "artifact" && file.artifact.filename]),
      [
        ["alice/one", "foo-1.0.tar.gz"],
        ["alice/two", "foo-2.0.tar.gz"],
      ],
    );
    assert.deepEqual(listing?.versions, ["1.0", "2.0"]);
    assert.deepEqual(listing?.members, ["alice/one", "alice/two"]);
  });

  test("of several remotes the first that has the project answers, and the next ones do not learn its name", async () => {
    await using world = await openRegistryWorld();
    const { url } = world.fake;
    world.fake.add("foo", aFileOf("foo"));
    await world.remote("root/near");
    await world.remote("root/far", { url: url.replace("/simple/", "/elsewhere/") });
    await world.virtual("alice/all", ["root/near", "root/far"]);

    assert.deepEqual(await world.files("alice/all", "foo"), ["foo-1.0.tar.gz"]);
    assert.equal(world.fake.count("/elsewhere/foo/"), 0);
  });

  test("a project that no member has is absent", async () => {
    await using world = await openRegistryWorld();
    await world.remote("root/up");
    await world.local("alice/dev", { bases: [nameOf("root/up")] });

    assert.equal(await world.files("alice/dev", "foo"), null);
  });
});

describe("unavailable is not absent", () => {
  test("when a remote that is needed cannot answer, the next one does not answer for it", async () => {
    await using world = await openRegistryWorld();
    const { url } = world.fake;
    world.fake.add("foo", aFileOf("foo"));
    world.fake.on("/elsewhere/foo/", { answer: { status: 500 } });
    await world.remote("root/broken", { url: url.replace("/simple/", "/elsewhere/") });
    await world.remote("root/up");
    await world.virtual("alice/all", ["root/broken", "root/up"]);

    await assert.rejects(world.files("alice/all", "foo"), refusal("upstream-unavailable"));
    await assert.rejects(world.page("alice/all", "foo"), refusal("upstream-unavailable"));
  });

  test("a copy counts as an answer, and says since when it is stale", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", aFileOf("foo"));
    await world.remote("root/up", { freshForSeconds: 60 });
    await world.local("alice/dev", { bases: [nameOf("root/up")] });
    await world.files("alice/dev", "foo");
    const since = world.now();
    world.fake.behave({ answer: { status: 503 } });
    world.tick(61);

    const listing = await (await world.desk("alice/dev", NOBODY)).listing(FOO);
    assert.deepEqual([listing?.files.length, listing?.staleSince], [1, since]);
  });

  test("a project is believed missing from when the upstream said so, however late it is merged with others", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", aFileOf("foo"));
    await world.remote("root/empty", {
      url: world.fake.url.replace("/simple/", "/elsewhere/"),
      missingForSeconds: 60,
    });
    await world.remote("root/up", { freshForSeconds: 600 });
    await world.virtual("alice/all", ["root/empty", "root/up"]);
    const saidAt = world.now();
    assert.equal(await world.files("root/empty", "foo"), null);
    world.tick(50);

    const listing = await (await world.desk("alice/all", NOBODY)).listing(FOO);
    assert.equal(listing?.validUntil, saidAt + 60_000);
    world.tick(10);
    const later = await (await world.desk("alice/all", NOBODY)).listing(FOO);
    assert.equal(later?.validUntil, saidAt + 120_000);
    assert.equal(world.fake.count("/elsewhere/foo/"), 2);
  });

  test("a list of projects fails as a whole when one of its remotes does", async () => {
    await using world = await openRegistryWorld();
    world.fake.behave({ answer: { status: 503 } });
    await world.remote("root/up");
    await world.local("alice/dev", { bases: [nameOf("root/up")] });
    await world.publish("alice/dev", { project: "foo" });

    await assert.rejects(projectsOf(world, "alice/dev"), refusal("upstream-unavailable"));
  });
});

describe("rights only take away", () => {
  test("a private name does not turn into its public namesake for someone who may not see it", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", aFileOf("foo", "99.0"));
    await world.remote("root/up");
    await world.local("alice/secret", { readers: ["alice"] });
    await world.virtual("alice/all", ["alice/secret", "root/up"]);
    await world.publish("alice/secret", { project: "foo" });

    // Empty and not absent, which would send installers on to their next index.
    assert.deepEqual(await world.files("alice/all", "foo", BOB), []);
    assert.deepEqual(await world.files("alice/all", "foo", ALICE), ["foo-1.0.tar.gz"]);
    await assert.rejects(world.files("alice/all", "foo", NOBODY), refusal("not-signed-in"));
    assert.deepEqual(world.fake.seen, []);
  });

  test("strangers are asked to sign in for a project of which they may see no file, whoever asked before them", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/secret", { readers: ["alice"] });
    await world.local("alice/open");
    await world.local("alice/dev", { bases: [nameOf("alice/secret"), nameOf("alice/open")] });
    await world.publish("alice/secret", { project: "foo" });
    await world.publish("alice/open", { project: "foo", text: "shadowed" });
    const open = async (principal: typeof NOBODY) =>
      (await world.desk("alice/dev", principal)).file(FOO, "foo-1.0.tar.gz");

    for (const round of ["first", "again"]) {
      assert.deepEqual(await world.files("alice/dev", "foo", BOB), [], round);
      assert.equal(await open(BOB), null, round);
      assert.notEqual(await world.page("alice/dev", "foo", BOB), null, round);
      await assert.rejects(world.page("alice/dev", "foo", NOBODY), refusal("not-signed-in"), round);
      await assert.rejects(open(NOBODY), refusal("not-signed-in"), round);
    }
  });

  test("strangers see what is left of a project without signing in, and the empty page of one that has no files", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/secret", { readers: ["alice"] });
    await world.local("alice/open");
    await world.virtual("alice/all", ["alice/secret", "alice/open"]);
    await world.publish("alice/secret", { project: "foo" });
    await world.publish("alice/open", { project: "foo", version: "2.0" });
    await (await world.desk("alice/secret", ALICE)).register("bar" as ProjectName, "bar", null);

    assert.deepEqual(await world.files("alice/all", "foo", NOBODY), ["foo-2.0.tar.gz"]);
    assert.deepEqual(await world.files("alice/all", "bar", NOBODY), []);
  });

  test("a private file is not replaced by another member's file of the same name", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/secret", { readers: ["alice"] });
    await world.local("alice/open");
    await world.virtual("alice/all", ["alice/secret", "alice/open"]);
    await world.publish("alice/secret", { project: "foo", text: "private" });
    await world.publish("alice/open", { project: "foo", text: "public" });
    await world.publish("alice/open", { project: "foo", version: "2.0" });

    assert.deepEqual(await world.files("alice/all", "foo", BOB), ["foo-2.0.tar.gz"]);
    assert.deepEqual(await world.files("alice/all", "foo", ALICE), ["foo-1.0.tar.gz", "foo-2.0.tar.gz"]);
  });

  test("names of members that may not be read are not listed", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/secret", { readers: ["alice"] });
    await world.local("alice/open");
    await world.virtual("alice/all", ["alice/secret", "alice/open"]);
    await world.publish("alice/secret", { project: "hidden" });
    await world.publish("alice/open", { project: "shown" });

    assert.deepEqual(await projectsOf(world, "alice/all", BOB), ["shown"]);
    assert.deepEqual(await projectsOf(world, "alice/all", ALICE), ["hidden", "shown"]);
  });

  test("a token for one project reads that project of a closed repository, and learns no other name", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/secret", { readers: ["alice"] });
    await world.publish("alice/secret", { project: "foo" });
    await world.publish("alice/secret", { project: "bar" });
    const ci = token("alice", limit("read", "alice/secret", ["foo"]));

    assert.deepEqual(await world.files("alice/secret", "foo", ci), ["foo-1.0.tar.gz"]);
    await assert.rejects(world.files("alice/secret", "bar", ci), refusal("not-permitted"));
    assert.deepEqual(await projectsOf(world, "alice/secret", ci), ["foo"]);
  });

  test("a token for one project of a closed member learns no other name through an open repository", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/secret", { readers: ["alice"] });
    await world.virtual("alice/all", ["alice/secret"]);
    await world.publish("alice/secret", { project: "foo" });
    await world.publish("alice/secret", { project: "bar" });
    const ci = token("alice", limit("read", "alice/secret", ["foo"]));

    assert.deepEqual(await projectsOf(world, "alice/all", ci), ["foo"]);
  });

  test("a closed repository asks strangers to sign in and refuses whoever did without the right", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/secret", { readers: ["alice"] });
    const desk = (principal: typeof NOBODY) => world.registry.desk(nameOf("alice/secret"), principal);

    await assert.rejects(desk(NOBODY), refusal("not-signed-in"));
    await assert.rejects(desk(BOB), refusal("not-permitted"));
    await assert.rejects(world.registry.own(nameOf("alice/secret"), BOB), refusal("not-permitted"));
    assert.equal((await desk(ROOT)).repository.name, "alice/secret");
  });
});

describe("status and kind", () => {
  test("the status is that of the first local that has the project", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/one");
    await world.local("alice/two");
    await world.virtual("alice/all", ["alice/one", "alice/two"]);
    await world.publish("alice/one", { project: "foo" });
    await world.publish("alice/two", { project: "foo", version: "2.0" });
    await world.registry.releases.setStatus(ALICE, nameOf("alice/one"), FOO, "quarantined", "malware");

    const desk = await world.desk("alice/all", NOBODY);
    const listing = await desk.listing(FOO);
    assert.deepEqual([listing?.status, listing?.statusReason], ["quarantined", "malware"]);
    await assert.rejects(desk.file(FOO, "foo-2.0.tar.gz"), refusal("project-quarantined", /malware/));
  });

  test("a virtual repository of one remote shows exactly what the remote shows", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", aFileOf("foo"), aFileOf("foo", "2.0"));
    await world.remote("root/up");
    await world.virtual("alice/all", ["root/up"]);
    for (const project of [FOO, "bar" as ProjectName]) {
      const direct = await (await world.desk("root/up", NOBODY)).listing(project);
      assert.deepEqual(await (await world.desk("alice/all", NOBODY)).listing(project), direct);
    }
    assert.deepEqual(
      await (await world.desk("alice/all", NOBODY)).projects(),
      await (await world.desk("root/up", NOBODY)).projects(),
    );
  });

  test("what a repository has by itself leaves its bases out, and a virtual one has nothing", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/base");
    await world.local("alice/dev", { bases: [nameOf("alice/base")] });
    await world.virtual("alice/all", ["alice/base"]);
    await world.publish("alice/base", { project: "foo" });
    const own = async (name: string) => world.registry.own(nameOf(name), NOBODY);

    assert.equal(await (await own("alice/dev")).listing(FOO), null);
    assert.equal((await (await own("alice/base")).listing(FOO))?.files.length, 1);
    assert.deepEqual((await (await own("alice/all")).projects()).projects, []);
  });

  test("a changed setting counts for a desk that was opened before", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/base");
    await world.local("alice/dev");
    await world.publish("alice/base", { project: "foo" });
    const desk = await world.desk("alice/dev", NOBODY);
    assert.equal(await desk.listing(FOO), null);

    await world.change("alice/dev", (current) => ({
      ...(current as LocalRepository),
      bases: [nameOf("alice/base")],
    }));
    assert.equal((await desk.listing(FOO))?.files.length, 1);
  });
});
