import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { JsonObject } from "#core";
import { type ApiWorld, bodyOf, DEV, FOO, openApiWorld } from "../../tests/support/api-world.ts";
import type { Answer } from "../../tests/support/spoken-world.ts";
import { operations } from "./operations.ts";

let world: ApiWorld;

before(async () => {
  world = await openApiWorld();
});
after(() => world[Symbol.asyncDispose]());

describe("what repositories show", () => {
  before(async () => {
    await world.empty();
    await world.makeRepository("alice/top", { kind: "virtual", members: ["alice/dev"] } as never);
    for (const version of ["1.0", "10.0", "2.0"]) await world.upload("alice/dev", "Foo", version);
    await world.upload("alice/dev", "bar", "1.0");
  });

  test("projects come sorted, in pages, and only the own ones where that is asked", async () => {
    const names = (answer: Answer) => (bodyOf(answer)["items"] as JsonObject[]).map(({ project }) => project);

    assert.deepEqual(names(await world.ask("GET", "/repositories/alice/top/projects")), ["bar", "foo"]);
    assert.deepEqual(names(await world.ask("GET", "/repositories/alice/top/projects?own")), []);
    const page = await world.ask("GET", `${DEV}/projects?limit=1`);
    assert.deepEqual([names(page), bodyOf(page)["next"]], [["bar"], "bar"]);
    assert.deepEqual(names(await world.ask("GET", `${DEV}/projects?limit=1&after=bar`)), ["foo"]);
  });

  test("a project has its versions newest first, in any spelling of its name", async () => {
    const project = bodyOf(await world.ask("GET", `${DEV}/projects/FOO`));

    assert.deepEqual([project["project"], project["displayName"], project["status"]], ["foo", "Foo", "active"]);
    assert.deepEqual(
      (project["versions"] as JsonObject[]).map(({ version }) => version),
      ["10.0", "2.0", "1.0"],
    );
    const listed = bodyOf(await world.ask("GET", `${FOO}/versions`))["items"];
    assert.deepEqual(listed, project["versions"]);
  });

  test("a version has its files, with addresses below the repository that was asked, and its record", async () => {
    const version = bodyOf(await world.ask("GET", `${FOO}/versions/2.0`));
    const [file = {}] = version["files"] as JsonObject[];

    assert.equal(file["filename"], "foo-2.0.tar.gz");
    assert.match(
      String(file["url"]),
      /^https:\/\/here\.example\/alice\/dev\/\+f\/[0-9a-f]{3}\/[0-9a-f]{13}\/foo-2\.0\.tar\.gz$/,
    );
    assert.equal((version["attributes"] as JsonObject)["summary"], "the 2.0 of Foo");
    assert.equal((bodyOf(await world.ask("GET", `${FOO}/files`))["items"] as unknown[]).length, 3);
  });

  test("what is not there is 404 by its own code, and what is closed is not told", async () => {
    assert.equal((await world.ask("GET", "/repositories/alice/nosuch/projects")).problem?.code, "repository-not-found");
    assert.equal((await world.ask("GET", `${DEV}/projects/nothing`)).problem?.code, "project-not-found");
    assert.equal((await world.ask("GET", `${FOO}/versions/9.9`)).problem?.code, "version-not-found");
    await world.makeRepository("bob/closed", { kind: "local", readers: [] });
    for (const path of ["", "/projects", "/projects/foo", "/projects/not a name", "/projects/foo/files"]) {
      assert.equal((await world.ask("GET", `/repositories/bob/closed${path}`)).status, 401, path);
      assert.equal((await world.ask("GET", `/repositories/bob/closed${path}`, { as: "alice" })).status, 403, path);
    }
  });
});

describe("what is done to releases", () => {
  beforeEach(async () => {
    await world.empty();
    await world.upload("alice/dev", "foo", "1.0");
  });

  test("a version is yanked with a reason, without one, and taken back", async () => {
    const path = `${FOO}/versions/1.0/yank`;
    const shown = async () => bodyOf(await world.ask("GET", `${FOO}/versions/1.0`))["yanked"];

    const yanked = await world.ask("PUT", path, { as: "alice", json: { reason: "broken on Windows" } });
    assert.deepEqual(yanked.body, { yanked: "broken on Windows", files: ["foo-1.0.tar.gz"] });
    assert.equal(await shown(), "broken on Windows");
    await world.ask("PUT", path, { as: "alice" });
    assert.equal(await shown(), "");
    assert.deepEqual((await world.ask("DELETE", path, { as: "alice" })).body, {
      yanked: null,
      files: ["foo-1.0.tar.gz"],
    });
    assert.equal(await shown(), null);
    assert.equal(
      (await world.ask("PUT", `${FOO}/versions/9.9/yank`, { as: "alice" })).problem?.code,
      "version-not-found",
    );
  });

  test("a project's status is set with its reason", async () => {
    await world.ask("PUT", `${FOO}/status`, { as: "alice", json: { status: "archived", reason: "use bar" } });

    const { status, statusReason } = bodyOf(await world.ask("GET", FOO));
    assert.deepEqual([status, statusReason], ["archived", "use bar"]);
    const wrong = await world.ask("PUT", `${FOO}/status`, { as: "alice", json: { status: "asleep" } });
    assert.equal(wrong.problem?.code, "request-invalid");
  });

  test("a version is promoted to another repository", async () => {
    await world.makeRepository("alice/prod", { kind: "local" });
    const path = `${FOO}/versions/1.0/promote`;
    const { body } = await world.ask("POST", path, { as: "alice", json: { to: "alice/prod" } });

    assert.deepEqual(body, {
      to: "alice/prod",
      steps: [
        { kind: "register", what: "foo 1.0" },
        { kind: "file", what: "foo-1.0.tar.gz" },
      ],
    });
    assert.equal((await world.ask("GET", "/repositories/alice/prod/projects/foo/versions/1.0")).status, 200);
    assert.equal(
      (await world.ask("POST", path, { as: "alice", json: { to: "prod" } })).problem?.code,
      "request-invalid",
    );
  });

  test("a file, a version and a project are removed; the name stays held until it is released", async () => {
    await world.upload("alice/dev", "foo", "2.0");
    await world.upload("alice/dev", "foo", "3.0");

    await world.ask("DELETE", `${FOO}/files/foo-1.0.tar.gz`, { as: "alice" });
    await world.ask("DELETE", `${FOO}/versions/2.0`, { as: "alice" });
    assert.equal((await world.ask("GET", `${FOO}/versions/2.0`)).status, 404);
    await world.ask("DELETE", FOO, { as: "alice" });
    assert.equal(bodyOf(await world.ask("GET", FOO))["files"], 0, "a held name is there without files");
    await world.ask("DELETE", `${FOO}/hold`, { as: "alice" });
    assert.equal((await world.ask("GET", FOO)).problem?.code, "project-not-found");
  });

  test("an immutable repository gives something up only by force", async () => {
    await world.ask("PATCH", DEV, { as: "alice", json: { mutability: "immutable" } });

    assert.equal(
      (await world.ask("DELETE", `${FOO}/versions/1.0`, { as: "alice" })).problem?.code,
      "repository-immutable",
    );
    assert.equal((await world.ask("DELETE", `${FOO}/versions/1.0?force`, { as: "alice" })).status, 204);
  });

  test("nothing is changed by those without the right, nor by a page of another site", async () => {
    const changes = operations.filter(({ method, path }) => method !== "GET" && path.includes(":project"));
    const bodies: Record<string, JsonObject> = {
      setStatus: { status: "archived" },
      promoteVersion: { to: "alice/dev" },
      previewResolution: { kind: "local" },
    };
    // Test results are taken from everybody unless an owner says otherwise.
    await world.ask("PATCH", DEV, { as: "alice", json: { testResultWriters: ["alice"] } });
    const head = world.registry.head;
    for (const { id, method, path } of changes.filter(({ id }) => id !== "refreshProject")) {
      const at = path
        .replace(":owner/:name", "alice/dev")
        .replace(":project", "foo")
        .replace(":version", "1.0")
        .replace(":filename", "foo-1.0.tar.gz");
      const json = bodies[id] ?? {};
      assert.equal((await world.ask(method, at, { json })).status, 401, id);
      assert.equal((await world.ask(method, at, { as: "bob", json })).status, 403, id);
      const foreign = await world.ask(method, at, { as: "alice", json, headers: { origin: "https://evil.example" } });
      assert.equal(foreign.problem?.code, "request-invalid", id);
    }
    assert.ok(changes.length >= 8);
    assert.equal(world.registry.head, head);
  });
});
