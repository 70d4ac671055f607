import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { JsonObject, ProjectName, RepositoryName, UserName, Version } from "#core";
import { aWheelFile } from "../../../tests/support/archives.ts";
import { openFakeUpstream } from "../../../tests/support/fake-upstream.ts";
import { openSpokenWorld, type SpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

describe("projects and versions", () => {
  let world: SpokenWorld;

  beforeEach(async () => {
    world = await openSpokenWorld(devpiDialect);
    await world.makeUsers("alice", "bob");
    await world.makeRepository("alice/base", { kind: "local", mutability: "volatile" });
    await world.makeRepository("alice/dev", { kind: "local", mutability: "volatile", bases: ["alice/base"] } as never);
  });
  afterEach(() => world[Symbol.asyncDispose]());

  test("a project shows its versions, the newest first, with metadata and files", async () => {
    await world.upload("alice/dev", "Hello_World", "1.0");
    await world.upload("alice/dev", "Hello_World", "10.0");
    await world.upload("alice/dev", "Hello_World", "2.0");

    const { status, body } = await world.ask("GET", "/alice/dev/hello-world");
    const versions = resultOf({ body });

    assert.equal(status, 200);
    assert.equal((body as JsonObject)["type"], "projectconfig");
    assert.deepEqual(Object.keys(versions), ["10.0", "2.0", "1.0"]);
    const data = versions["1.0"] as { name: string; summary: string; "+links": { href: string; log: unknown }[] };
    assert.equal(data.name, "Hello_World");
    assert.equal(data.summary, "the 1.0 of Hello_World");
    const [link] = data["+links"];
    assert.match(
      link?.href ?? "",
      /^https:\/\/here\.example\/alice\/dev\/\+f\/[0-9a-f]{3}\/[0-9a-f]{13}\/hello_world-1\.0\.tar\.gz$/,
    );
    assert.deepEqual(link?.log, [{ what: "upload", who: "alice", when: [2026, 11, 24, 10, 42, 18], dst: "alice/dev" }]);
  });

  test("a version is shown as in its project", async () => {
    await world.upload("alice/dev", "hello", "1.0");
    const project = resultOf(await world.ask("GET", "/alice/dev/hello"));
    const { status, body } = await world.ask("GET", "/alice/dev/hello/1.0");

    assert.equal(status, 200);
    assert.deepEqual(body, { type: "versiondata", result: project["1.0"] });
  });

  test("what is not there is 404 in devpi's words, under the name that was asked for", async () => {
    await world.upload("alice/dev", "hello", "1.0");

    const project = await world.ask("GET", "/alice/dev/nothing");
    const version = await world.ask("GET", "/alice/dev/hello/9.9");
    assert.deepEqual([project.status, project.body], [404, { message: "no project 'nothing'" }]);
    assert.deepEqual(
      [version.status, version.body],
      [404, { message: "The version 9.9 of project hello does not exist." }],
    );
  });

  test("a project that was removed is 404, also while its name is kept from the upstream", async () => {
    await world.upload("alice/dev", "hello", "1.0");
    await world.ask("DELETE", "/alice/dev/hello", { as: "alice" });

    for (const path of ["/alice/dev/hello", "/alice/dev/hello?ignore_bases="]) {
      assert.deepEqual((await world.ask("GET", path)).body, { message: "no project 'hello'" }, path);
    }
  });

  test("another spelling is redirected on GET, with the query, and taken as it is on DELETE", async () => {
    await world.upload("alice/dev", "hello-world", "1.0");

    const project = await world.ask("GET", "/alice/dev/Hello.World?ignore_bases=");
    const version = await world.ask("GET", "/alice/dev/Hello_World/1.0");
    assert.deepEqual(
      [project.status, project.location],
      [302, "https://here.example/alice/dev/hello-world?ignore_bases="],
    );
    assert.deepEqual([version.status, version.location], [302, "https://here.example/alice/dev/hello-world/1.0"]);
    assert.equal((await world.ask("DELETE", "/alice/dev/Hello_World/1.0", { as: "alice" })).status, 200);
  });

  test("a name beyond ASCII is refused", async () => {
    assert.equal((await world.ask("GET", "/alice/dev/h%C3%A9llo")).status, 400);
  });

  test("versions of the bases are united, and the nearest hides its namesakes", async () => {
    await world.upload("alice/dev", "hello", "1.0", "near");
    await world.upload("alice/base", "hello", "1.0", "far");
    await world.upload("alice/base", "hello", "2.0");

    const versions = resultOf(await world.ask("GET", "/alice/dev/hello"));
    const first = versions["1.0"] as { "+links": { href: string }[]; "+shadowing": { "+links": { href: string }[] }[] };

    assert.deepEqual(Object.keys(versions), ["2.0", "1.0"]);
    assert.match(first["+links"][0]?.href ?? "", /\/alice\/dev\/\+f\//);
    assert.match(first["+shadowing"][0]?.["+links"][0]?.href ?? "", /\/alice\/base\/\+f\//);
    assert.equal("+shadowing" in (versions["2.0"] as JsonObject), false);
  });

  test("without the bases there are only the own versions, and none at all is no error", async () => {
    await world.upload("alice/base", "hello", "2.0");

    const { status, body } = await world.ask("GET", "/alice/dev/hello?ignore_bases=");
    assert.deepEqual([status, body], [200, { type: "projectconfig", result: {} }]);
    assert.equal((await world.ask("GET", "/alice/dev/nothing?ignore_bases=")).status, 404);
  });

  test("a base that is closed to the reader contributes nothing", async () => {
    await world.upload("alice/base", "hello", "2.0");
    await world.ask("PATCH", "/alice/base", { as: "alice", json: ["acl_read=alice"] });

    assert.doesNotMatch(JSON.stringify((await world.ask("GET", "/alice/dev/hello")).body), /2\.0/);
    assert.match(JSON.stringify((await world.ask("GET", "/alice/dev/hello", { as: "alice" })).body), /2\.0/);
  });

  test("a closed index asks strangers to sign in before it tells what it has", async () => {
    await world.upload("alice/dev", "hello", "1.0");
    await world.ask("PATCH", "/alice/dev", { as: "alice", json: ["acl_read=alice"] });

    for (const path of [
      "/alice/dev/hello",
      "/alice/dev/hello/1.0",
      "/alice/dev/hello?ignore_bases=",
      "/alice/dev/nothing",
    ]) {
      assert.equal((await world.ask("GET", path)).status, 401, path);
      assert.equal((await world.ask("GET", path, { as: "bob" })).status, 403, path);
    }
  });

  test("a mirror's version has only what its page tells", async () => {
    await using upstream = await openFakeUpstream();
    upstream.add("remote", { ...aWheelFile({ name: "remote", version: "3.0" }), requiresPython: ">=3.7" });
    await world.makeRepository("root/up", { kind: "remote", url: upstream.url });

    const data = resultOf(await world.ask("GET", "/root/up/remote/3.0"));
    assert.deepEqual(Object.keys(data).sort(), ["+links", "name", "requires_python", "version"]);
    assert.equal(data["requires_python"], ">=3.7");
    const [link = {}] = data["+links"] as JsonObject[];
    assert.deepEqual(Object.keys(link), ["rel", "href", "hash_spec", "hashes"]);
  });

  test("a mirror that cannot be reached is 502, never 404", async () => {
    await world.makeRepository("root/up", { kind: "remote", url: "http://127.0.0.1:9/simple/" });

    assert.equal((await world.ask("GET", "/root/up/remote")).status, 502);
  });

  test("a version and a project are removed, and what was said of it is devpi's sentence", async () => {
    await world.upload("alice/dev", "hello", "1.0");
    await world.upload("alice/dev", "hello", "2.0");

    const version = await world.ask("DELETE", "/alice/dev/hello/1.0", { as: "alice" });
    assert.deepEqual([version.status, version.body], [200, { message: "project 'hello' version '1.0' deleted" }]);
    assert.deepEqual(Object.keys(resultOf(await world.ask("GET", "/alice/dev/hello"))), ["2.0"]);

    const project = await world.ask("DELETE", "/alice/dev/hello/", { as: "alice" });
    assert.deepEqual([project.status, project.body], [200, { message: "project hello deleted from stage alice/dev" }]);
    assert.equal((await world.ask("GET", "/alice/dev/hello/2.0")).status, 404);
  });

  test("a project whose last file or version was removed is gone, and one that was only registered is there", async () => {
    await world.upload("alice/dev", "hello", "1.0");
    await world.upload("alice/dev", "other", "1.0");
    await world.ask("DELETE", "/alice/dev/hello/1.0", { as: "alice" });
    await world.ask("DELETE", "/alice/dev/other", { as: "alice" });

    for (const path of ["hello", "hello/", "hello?ignore_bases=", "other"]) {
      const { status, body } = await world.ask("GET", `/alice/dev/${path}`);
      const [name] = path.split(/[/?]/);
      assert.deepEqual([status, body], [404, { message: `no project '${name}'` }], path);
    }
    const version: Version = {
      repository: "alice/dev" as RepositoryName,
      project: "registered" as ProjectName,
      version: "1.0",
      attributes: {},
    };
    await world.registry.releases.saveVersion(
      { kind: "user", name: "alice" as UserName, groups: [] },
      version,
      "registered",
    );
    assert.equal((await world.ask("GET", "/alice/dev/registered")).status, 200);
    await world.upload("alice/base", "hello", "2.0");
    const own = await world.ask("GET", "/alice/dev/hello?ignore_bases=");
    assert.deepEqual([own.status, own.body], [200, { type: "projectconfig", result: {} }]);
  });

  test("removing what is not there is 404", async () => {
    await world.upload("alice/dev", "hello", "1.0");

    assert.equal((await world.ask("DELETE", "/alice/dev/nothing", { as: "alice" })).status, 404);
    assert.equal((await world.ask("DELETE", "/alice/dev/hello/9.9", { as: "alice" })).status, 404);
  });

  test("removal needs the right, and who lacks it gets 403, also without a sign-in", async () => {
    await world.upload("alice/dev", "hello", "1.0");

    for (const who of [{ as: "bob" }, {}]) {
      assert.equal((await world.ask("DELETE", "/alice/dev/hello?force=", who)).status, 403);
      assert.equal((await world.ask("DELETE", "/alice/dev/hello/1.0?force=", who)).status, 403);
    }
    await world.ask("PATCH", "/alice/dev", { as: "alice", json: ["acl_upload+=bob"] });
    assert.equal((await world.ask("DELETE", "/alice/dev/hello/1.0", { as: "bob" })).status, 200);
  });

  test("a non-volatile index gives up a version or a project only by force", async () => {
    await world.upload("alice/dev", "hello", "1.0");
    await world.upload("alice/dev", "hello", "2.0");
    await world.ask("PATCH", "/alice/dev", { as: "alice", json: { volatile: false } });

    assert.equal((await world.ask("DELETE", "/alice/dev/hello/1.0", { as: "alice" })).status, 403);
    assert.equal((await world.ask("DELETE", "/alice/dev/hello", { as: "alice" })).status, 403);
    assert.equal((await world.ask("DELETE", "/alice/dev/hello/1.0?force=", { as: "alice" })).status, 200);
    assert.equal((await world.ask("DELETE", "/alice/dev/hello/?force=", { as: "alice" })).status, 200);
  });

  test("a browser is sent to the simple page of a project, and gets a page for a version", async () => {
    await world.upload("alice/dev", "hello", "1.0");
    const headers = { accept: "text/html" };

    const project = await world.ask("GET", "/alice/dev/hello", { headers });
    assert.deepEqual([project.status, project.location], [302, "https://here.example/alice/dev/+simple/hello/"]);
    assert.match(String((await world.ask("GET", "/alice/dev/hello/1.0", { headers })).body), /hello 1\.0/);
  });
});

function resultOf({ body }: { readonly body: unknown }): JsonObject {
  return (body as { readonly result: JsonObject }).result;
}
