import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Grantable, PermissionTarget, Principal, RepositoryName, UserName } from "#core";
import { ALICE, BOB, limit, NEW_USER, NOBODY, ROOT, refusal, token } from "../../tests/support/registry-tools.ts";
import { openRegistryWorld, type RegistryWorld } from "../../tests/support/registry-world.ts";

type TargetWish = Omit<PermissionTarget, "createdAt" | "modifiedAt">;

const CLOSED = "root/closed" as RepositoryName;
const SYSTEM: Principal = { kind: "system", reason: "test" };

/** `root/closed`, which nobody but root reads, with two projects. */
async function openClosed(): Promise<RegistryWorld> {
  const world = await openRegistryWorld();
  await world.local("root/closed", { readers: [], publishers: [] });
  return world;
}

async function published(world: RegistryWorld, ...projects: readonly string[]): Promise<void> {
  await world.change("root/closed", (current) => ({ ...current, publishers: ["root"] }) as typeof current);
  for (const project of projects) await world.publish("root/closed", { project }, ROOT);
}

function target(change: Partial<TargetWish>): TargetWish {
  return { name: "team", repositories: ["closed"], includes: [], excludes: [], users: {}, groups: {}, ...change };
}

function grant(world: RegistryWorld, change: Partial<TargetWish>) {
  return world.registry.governing.savePermissionTarget(ROOT, target(change));
}

function group(world: RegistryWorld, name: string, members: readonly string[], joinsNew = false, isAdmin = false) {
  const wish = { name, description: null, members: members as readonly UserName[], joinsNew, isAdmin };
  return world.registry.governing.saveGroup(ROOT, wish);
}

const READ: readonly Grantable[] = ["read"];

test("what is kept for other systems' clients stays where somebody else replaces the rest", async () => {
  await using world = await openClosed();
  const { governing } = world.registry;
  const wish = { name: "dev", description: null, members: [], joinsNew: false, isAdmin: false };
  await governing.saveGroup(ROOT, { ...wish, kept: { realm: "ldap" } });
  assert.deepEqual((await governing.saveGroup(ROOT, { ...wish, description: "others" })).kept, { realm: "ldap" });
  assert.deepEqual((await governing.saveGroup(ROOT, { ...wish, kept: {} })).kept, {});
  await grant(world, { kept: { build: {} } });
  assert.deepEqual((await grant(world, { users: { bob: READ } })).kept, { build: {} });
});

describe("what targets grant", () => {
  test("a target opens a closed repository from the next question on, and closes it as soon", async () => {
    await using world = await openClosed();
    await published(world, "foo");
    await assert.rejects(world.registry.desk(CLOSED, BOB), refusal("not-permitted"));

    await grant(world, { users: { bob: READ } });
    assert.deepEqual(await world.files("root/closed", "foo", BOB), ["foo-1.0.tar.gz"]);
    assert.notEqual(await world.page("root/closed", "foo", BOB), null);

    await world.registry.governing.removePermissionTarget(ROOT, "team");
    await assert.rejects(world.page("root/closed", "foo", BOB), refusal("not-permitted"));
  });

  test("another process hears of it with its next question", async () => {
    await using world = await openClosed();
    await using other = await world.elsewhere();
    await assert.rejects(other.registry.desk(CLOSED, BOB), refusal("not-permitted"));
    await grant(world, { users: { bob: READ } });
    await other.registry.desk(CLOSED, BOB);
  });

  test("who may publish publishes, and replaces nothing without the right to remove", async () => {
    await using world = await openClosed();
    await grant(world, { users: { bob: ["publish"] } });
    await world.publish("root/closed", { project: "foo", text: "one" }, BOB);
    await assert.rejects(
      world.publish("root/closed", { project: "foo", text: "two" }, BOB),
      refusal("not-permitted", /overwrite/),
    );
    await grant(world, { users: { bob: ["publish", "remove"] } });
    await world.publish("root/closed", { project: "foo", text: "two" }, BOB);
  });

  test("who may publish to some paths only does so there and nowhere else", async () => {
    await using world = await openClosed();
    await grant(world, { includes: ["foo/**"], users: { bob: ["publish"] } });
    await world.publish("root/closed", { project: "foo" }, BOB);
    await assert.rejects(world.publish("root/closed", { project: "bar" }, BOB), refusal("not-permitted", /publish/));
    assert.equal(await world.files("root/closed", "bar", ROOT), null, "nothing of it is left");
  });

  test("who may remove some paths only removes there, and no project of which others have a part", async () => {
    await using world = await openClosed();
    await published(world, "foo", "bar");
    await grant(world, { includes: ["foo/**"], users: { bob: ["remove", "read"] } });
    const { releases } = world.registry;
    const bar = { repository: CLOSED, project: "bar" as never, filename: "bar-1.0.tar.gz" };
    await assert.rejects(releases.removeFile(BOB, bar, false), refusal("not-permitted"));
    await assert.rejects(releases.removeProject(BOB, CLOSED, "bar" as never, true), refusal("not-permitted"));
    await releases.removeProject(BOB, CLOSED, "foo" as never, true);
    assert.deepEqual(await world.files("root/closed", "bar", ROOT), ["bar-1.0.tar.gz"]);
  });

  test("who may yank some paths only yanks there, and says nothing of other projects", async () => {
    await using world = await openClosed();
    await published(world, "foo", "bar");
    await grant(world, { includes: ["foo/**"], users: { bob: ["publish"] } });
    const { releases } = world.registry;
    await assert.rejects(releases.yank(BOB, CLOSED, "bar" as never, "1.0", "no"), refusal("not-permitted"));
    await assert.rejects(
      releases.setStatus(BOB, CLOSED, "bar" as never, "quarantined", null),
      refusal("not-permitted"),
    );
    await releases.yank(BOB, CLOSED, "foo" as never, "1.0", "no");
  });
});

describe("who reads a part", () => {
  test("sees the files and the projects of that part, by whatever way", async () => {
    await using world = await openClosed();
    await published(world, "foo", "bar");
    await world.publish("root/closed", { project: "foo", version: "2.0" }, ROOT);
    await grant(world, { includes: ["foo/**"], excludes: ["foo/2.0/**"], users: { bob: READ } });

    assert.deepEqual(await world.files("root/closed", "foo", BOB), ["foo-1.0.tar.gz"]);
    assert.deepEqual(await world.files("root/closed", "bar", BOB), []);
    const desk = await world.registry.desk(CLOSED, BOB);
    assert.deepEqual(
      (await desk.projects()).projects.map(({ project }) => project),
      ["foo"],
    );
    assert.notEqual(await desk.file("foo" as never, "foo-1.0.tar.gz"), null);
    assert.equal(await desk.file("foo" as never, "foo-2.0.tar.gz"), null);
    assert.deepEqual((await desk.listing("foo" as never))?.versions, ["1.0"]);
    const own = await world.registry.own(CLOSED, BOB);
    assert.deepEqual((await own.listing("bar" as never))?.files, []);
    const found = await world.registry.search.everywhere(BOB, { name: "ba", summary: "", operator: "or", hitsMax: 9 });
    assert.deepEqual(found, []);
  });

  test("never has a page that was made for who reads all, nor the other way round", async () => {
    await using world = await openClosed();
    await published(world, "foo");
    await world.publish("root/closed", { project: "foo", version: "2.0" }, ROOT);
    await grant(world, { includes: ["foo/1.0/**"], users: { bob: READ } });
    await grant(world, { name: "all", users: { alice: READ } });
    const seen = async (principal: Principal) =>
      Buffer.from((await world.page("root/closed", "foo", principal))?.bytes ?? []).toString();

    for (let round = 0; round < 2; round += 1) {
      assert.match(await seen(ALICE), /foo-2\.0/);
      assert.doesNotMatch(await seen(BOB), /foo-2\.0/);
      assert.match(await seen(BOB), /foo-1\.0/);
    }
    await grant(world, { includes: ["foo/2.0/**"], users: { bob: READ } });
    assert.match(await seen(BOB), /foo-2\.0/);
    assert.doesNotMatch(await seen(BOB), /foo-1\.0/);
  });

  test("a stranger who sees a part is asked to sign in where nothing is left", async () => {
    await using world = await openClosed();
    await published(world, "foo", "bar");
    await grant(world, { includes: ["foo/**"], users: { anonymous: READ } });
    assert.deepEqual(await world.files("root/closed", "foo", NOBODY), ["foo-1.0.tar.gz"]);
    await assert.rejects(world.files("root/closed", "bar", NOBODY), refusal("not-signed-in"));
  });

  test("sees the test results of the files of that part, and documentation where the project's folder is in it", async () => {
    await using world = await openClosed();
    await world.change("root/closed", (current) => ({ ...current, publishers: ["root"] }) as typeof current);
    const wheel = "foo-1.0-py3-none-any.whl";
    for (const filename of [wheel, "foo-1.0.tar.gz"]) {
      await world.publish("root/closed", { project: "foo", filename }, ROOT);
    }
    const { attachments } = world.registry;
    for (const about of [wheel, "foo-1.0.tar.gz"]) {
      await attachments.saveTestResult(ROOT, CLOSED, { project: "foo" as never, about }, bytesOf('{"a": 1}'));
    }
    const about = async (principal: Principal) => {
      const shown = await attachments.shown(principal, CLOSED, "foo" as never);
      return shown.map((one) => one.about).sort();
    };
    await grant(world, { includes: ["**/*.whl"], users: { bob: READ } });

    assert.deepEqual(await about(ROOT), [wheel, "foo-1.0.tar.gz"]);
    assert.deepEqual(await about(BOB), [wheel]);
    const [hidden] = (await attachments.shown(ROOT, CLOSED, "foo" as never)).filter((one) => one.about !== wheel);
    assert.ok(hidden !== undefined);
    await assert.rejects(attachments.open(BOB, hidden), refusal("file-not-found"));
  });

  test("is not shown by a page that was begun under older rights", async () => {
    await using world = await openClosed();
    await published(world, "foo");
    await world.publish("root/closed", { project: "foo", version: "2.0" }, ROOT);
    await grant(world, { users: { bob: READ, alice: READ } });
    const desk = await world.registry.desk(CLOSED, BOB);
    const made = desk.page("simple:foo", "text", "foo" as never, async () => {
      // While the page is made, one of its readers is left with a part.
      await grant(world, { includes: ["foo/1.0/**"], users: { bob: READ } });
      await grant(world, { name: "whole", users: { alice: READ } });
      const text = JSON.stringify((await desk.listing("foo" as never))?.files.length);
      return { contentType: "text/plain", text, validUntil: null };
    });
    assert.equal(Buffer.from((await made)?.bytes ?? []).toString(), "1");
    assert.match(Buffer.from((await world.page("root/closed", "foo", ALICE))?.bytes ?? []).toString(), /foo-2\.0/);
  });

  test("copies to elsewhere no more than they see", async () => {
    await using world = await openClosed();
    await published(world, "foo");
    await world.publish("root/closed", { project: "foo", filename: "foo-1.0-py3-none-any.whl" }, ROOT);
    await world.local("bob/dev", { publishers: ["bob"] });
    await grant(world, { includes: ["**/*.whl"], users: { bob: READ } });
    await world.registry.releases.push(BOB, CLOSED, "foo" as never, "1.0", "bob/dev" as RepositoryName);
    assert.deepEqual(await world.files("bob/dev", "foo", BOB), ["foo-1.0-py3-none-any.whl"]);
  });
});

describe("remotes", () => {
  test("who may only read has what others have fetched, and who may publish has new things fetched", async () => {
    await using world = await openRegistryWorld();
    await world.remote("root/mirror", { readers: [] });
    world.fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("bytes of foo") });
    const mirror = "root/mirror" as RepositoryName;
    await grant(world, { repositories: ["ANY REMOTE"], users: { bob: READ, alice: ["read", "publish"] } });
    const file = async (principal: Principal) => {
      const opened = await (await world.registry.desk(mirror, principal)).file("foo" as never, "foo-1.0.tar.gz");
      if (opened?.kind === "fetching") for await (const _ of opened.chunks);
      return opened?.kind;
    };

    assert.deepEqual(await world.files("root/mirror", "foo", BOB), ["foo-1.0.tar.gz"]);
    await assert.rejects(file(BOB), refusal("not-permitted", /not in root\/mirror yet/));
    assert.equal(await file(ALICE), "fetching");
    // The copy is known a moment after its last byte.
    while ((await file(ALICE)) !== "stored") await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await file(BOB), "stored");
  });

  test("the readers of a remote have new things fetched, as devpi's readers do", async () => {
    await using world = await openRegistryWorld();
    await world.remote("root/mirror", { readers: ["bob"] });
    world.fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("bytes of foo") });
    await grant(world, { repositories: ["mirror"], users: { bob: READ } });
    const opened = await (await world.registry.desk("root/mirror" as RepositoryName, BOB)).file(
      "foo" as never,
      "foo-1.0.tar.gz",
    );
    assert.equal(opened?.kind, "fetching");
    if (opened?.kind === "fetching") for await (const _ of opened.chunks);
  });
});

describe("groups", () => {
  test("a new account joins the groups that new ones join, and the account goes from all with its removal", async () => {
    await using world = await openClosed();
    await group(world, "readers", ["alice"], true);
    await group(world, "ops", ["bob"]);
    const { accounts, governing } = world.registry;
    await accounts.create(SYSTEM, { ...NEW_USER, name: "carol" as UserName });
    assert.deepEqual((await governing.group("readers"))?.members, ["alice", "carol"]);
    assert.deepEqual((await governing.group("ops"))?.members, ["bob"]);
    assert.deepEqual((await accounts.standingOf("carol" as UserName)).groups, ["readers"]);

    await grant(world, { users: { carol: READ, bob: READ } });
    await accounts.remove(ROOT, "carol" as UserName);
    assert.deepEqual((await governing.group("readers"))?.members, ["alice"]);
    assert.deepEqual(Object.keys((await governing.permissionTarget("team"))?.users ?? {}), ["bob"]);
  });

  test("a removed group goes from the targets, so that a new one of its name has nothing of its rights", async () => {
    await using world = await openClosed();
    await group(world, "dev", ["bob"]);
    await grant(world, { groups: { dev: READ } });
    await world.registry.governing.removeGroup(ROOT, "dev");
    assert.deepEqual((await world.registry.governing.permissionTarget("team"))?.groups, {});
    await assert.rejects(world.registry.governing.removeGroup(ROOT, "dev"), refusal("group-not-found"));
  });

  test("only administrators govern, and only with all that they may", async () => {
    await using world = await openClosed();
    const { governing } = world.registry;
    const wish = { name: "x", description: null, members: [], joinsNew: false, isAdmin: false };
    await assert.rejects(governing.saveGroup(BOB, wish), refusal("not-permitted"));
    await assert.rejects(governing.saveGroup(NOBODY, wish), refusal("not-signed-in"));
    await assert.rejects(governing.savePermissionTarget(BOB, target({})), refusal("not-permitted"));
    await assert.rejects(governing.saveGroup(token("root", limit("*", "root/*")), wish), refusal("not-permitted"));
    const admin: Principal = { kind: "user", name: "bob" as UserName, groups: [], isAdmin: true };
    await governing.saveGroup(admin, wish);
    await governing.savePermissionTarget(token("root", limit("*", "*")), target({}));
  });

  test("the same again is no event", async () => {
    await using world = await openClosed();
    await group(world, "dev", ["bob"]);
    await grant(world, { users: { bob: READ } });
    const { head } = world.registry;
    await group(world, "dev", ["bob"]);
    await grant(world, { users: { bob: READ } });
    assert.equal(world.registry.head, head);
  });
});

describe("what is refused, with nothing changed", () => {
  test("whom or what a target or a group names must be there", async () => {
    await using world = await openClosed();
    const { head } = world.registry;
    await assert.rejects(group(world, "dev", ["nobody"]), refusal("setting-invalid", /'nobody'/));
    await assert.rejects(group(world, "all", [], true, true), refusal("setting-invalid", /every new account/));
    await assert.rejects(grant(world, { users: { nobody: READ } }), refusal("setting-invalid", /'nobody'/));
    await assert.rejects(grant(world, { groups: { none: READ } }), refusal("setting-invalid", /'none'/));
    await assert.rejects(grant(world, { repositories: ["gone"] }), refusal("setting-invalid", /'gone'/));
    await assert.rejects(grant(world, { repositories: ["closed-cache"] }), refusal("setting-invalid", /closed-cache/));
    await assert.rejects(grant(world, { name: "a/b" }), refusal("setting-invalid", /name of a permission target/));
    await assert.rejects(grant(world, { includes: ["../x"] }), refusal("setting-invalid", /'\.\.'/));
    await assert.rejects(grant(world, { users: { bob: ["fly" as never] } }), refusal("setting-invalid", /'fly'/));
    assert.equal(world.registry.head, head);
    for (const text of ["ANY", "ANY LOCAL", "ANY REMOTE", "later-*", "root/closed", "CLOSED"]) {
      await grant(world, { repositories: [text] });
    }
  });

  test("a target outlives its repositories, and can still be changed", async () => {
    await using world = await openClosed();
    await grant(world, { users: { bob: READ } });
    await world.registry.repositoriesAdmin.remove(ROOT, CLOSED);
    await grant(world, { users: { alice: READ } });
    assert.deepEqual((await world.registry.governing.permissionTarget("team"))?.repositories, ["closed"]);
  });

  test("administrators are made and removed by administrators", async () => {
    await using world = await openClosed();
    const { accounts } = world.registry;
    const carol = { ...NEW_USER, name: "carol" as UserName, isAdmin: true };
    await assert.rejects(accounts.create(BOB, carol), refusal("not-permitted"));
    await assert.rejects(accounts.modify(BOB, "bob" as UserName, { isAdmin: true }), refusal("not-permitted"));
    await accounts.create(ROOT, carol);
    assert.equal((await accounts.standingOf("carol" as UserName)).isAdmin, true);
    await accounts.modify(ROOT, "carol" as UserName, { isAdmin: false });
    assert.equal((await accounts.standingOf("carol" as UserName)).isAdmin, false);
    await assert.rejects(accounts.modify(ROOT, "root" as UserName, { isAdmin: true }), refusal("setting-invalid"));
  });

  test("no account is called anonymous", async () => {
    await using world = await openClosed();
    const wish = { ...NEW_USER, name: "Anonymous" as UserName };
    await assert.rejects(world.registry.accounts.create(ROOT, wish), refusal("setting-invalid", /not signed in/));
  });
});

describe("why", () => {
  test("a refusal says what the answer says, of targets only where there are any", async () => {
    await using world = await openClosed();
    const reading = () => world.registry.desk(CLOSED, BOB);
    await assert.rejects(reading(), refusal("not-permitted", /not among the readers of root\/closed$/));
    await grant(world, { users: { alice: READ } });
    const words = /not among the readers of root\/closed, and no permission target grants it$/;
    await assert.rejects(reading(), refusal("not-permitted", words));
  });

  test("the answer names the rule, for and against", async () => {
    await using world = await openClosed();
    await group(world, "dev", ["bob"]);
    await grant(world, { includes: ["foo/**"], groups: { dev: READ } });
    const why = (account: string | null, path: string, principal: Principal = ROOT) =>
      world.registry.governing.why(principal, { account, action: "read", repository: CLOSED, path });

    assert.deepEqual(await why("bob", "foo/1.0/x"), {
      isAllowed: true,
      because: "the permission target 'team' lets group dev read on root/closed",
    });
    assert.deepEqual(await why("bob", "bar/1.0/x"), {
      isAllowed: false,
      because: "not among the readers of root/closed, and no permission target grants it",
    });
    assert.equal((await why("root", "bar/1.0/x")).because, "owners and root may read");
    assert.equal((await why("bob", "foo/x", BOB)).isAllowed, true, "about themselves");
    assert.equal((await why(null, "foo/x", NOBODY)).isAllowed, false);
    await assert.rejects(why("alice", "foo/x", BOB), refusal("not-permitted"));
    await assert.rejects(why("nobody", "foo/x"), refusal("user-not-found"));
  });
});

async function* bytesOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
