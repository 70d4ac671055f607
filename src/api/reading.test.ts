import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject, ProjectName, RepositoryName } from "#core";
import { type ApiWorld, bodyOf, DEV, FOO, openApiWorld } from "../../tests/support/api-world.ts";
import { aWheel } from "../../tests/support/archives.ts";
import type { Answer } from "../../tests/support/spoken-world.ts";
import { SYSTEM } from "../../tests/support/spoken-world.ts";

let world: ApiWorld;

before(async () => {
  world = await openApiWorld();
  await world.empty();
  await world.makeRepository("bob/closed", { kind: "local", readers: [], mutability: "volatile" });
  await world.makeRepository("alice/all", { kind: "virtual", members: ["alice/dev" as RepositoryName] });
  await world.upload("alice/dev", "Foo", "1.0");
  world.tick(10);
  await world.upload("alice/dev", "Foo", "2.0");
  await world.upload("alice/dev", "foo-tools", "1.0");
  await world.upload("bob/closed", "foo-secret", "1.0");
  await publishWheel("alice/dev", "wheely", { "wheely/a.py": "print('hi')\n", "wheely/b.bin": Buffer.from([0, 1]) });
});
after(() => world[Symbol.asyncDispose]());

async function publishWheel(
  repository: string,
  project: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const desk = await world.registry.desk(repository as RepositoryName, SYSTEM, "publish");
  async function* bytes() {
    yield aWheel({ name: project, version: "1.0", files });
  }
  await using received = await desk.receive(bytes());
  await desk.publish({
    project: project as ProjectName,
    displayName: project,
    version: "1.0",
    filename: `${project}-1.0-py3-none-any.whl`,
    received,
    attributes: {},
    versionAttributes: { summary: "Rolls", description: "# Wheels", description_content_type: "text/markdown" },
    companions: {},
  });
}

function itemsOf(answer: Answer): readonly JsonObject[] {
  return bodyOf(answer)["items"] as JsonObject[];
}

describe("search", () => {
  const found = async (query: string, as?: string) =>
    itemsOf(await world.ask("GET", `/search?${query}`, as === undefined ? {} : { as })).map(({ project }) => project);

  test("finds by name and by summary, the likeliest first, with the newest version", async () => {
    assert.deepEqual(await found("q=FOO"), ["foo", "foo-tools"]);
    assert.deepEqual(await found("q=rolls"), ["wheely"]);
    assert.deepEqual(await found("q="), []);
    const [first] = itemsOf(await world.ask("GET", "/search?q=foo"));
    assert.deepEqual([first?.["repository"], first?.["displayName"], first?.["version"]], ["alice/dev", "Foo", "2.0"]);
  });

  test("shows nobody what they may not read", async () => {
    assert.deepEqual(await found("q=secret"), []);
    assert.deepEqual(await found("q=secret", "alice"), []);
    assert.deepEqual(await found("q=secret", "bob"), ["foo-secret"]);
  });

  test("keeps to what one repository shows", async () => {
    assert.deepEqual(await found("q=foo&repository=alice/all"), ["foo", "foo-tools"]);
    assert.equal((await world.ask("GET", "/search?q=foo&repository=bob/closed")).status, 401);
    assert.equal((await world.ask("GET", "/search?q=foo&repository=x")).problem?.code, "repository-not-found");
  });

  test("comes in pages", async () => {
    const first = await world.ask("GET", "/search?q=foo&limit=1");
    assert.deepEqual([bodyOf(first)["next"], bodyOf(first)["count"]], ["1", 2]);
    assert.deepEqual(await found("q=foo&limit=1&after=1"), ["foo-tools"]);
    assert.equal((await world.ask("GET", "/search?q=foo&after=x")).problem?.code, "request-invalid");
  });
});

test("news are the newest releases, of what may be read", async () => {
  const projects = itemsOf(await world.ask("GET", "/recent?limit=100")).map(({ project, version }) => [
    project,
    version,
  ]);
  assert.deepEqual(projects.at(-1), ["foo", "1.0"]);
  assert.ok(!projects.flat().includes("foo-secret"));
  const ofBob = itemsOf(await world.ask("GET", "/recent", { as: "bob" })).map(({ project }) => project);
  assert.ok(ofBob.includes("foo-secret"));
});

test("a version describes itself, also through a virtual repository", async () => {
  const path = "/repositories/alice/all/projects/wheely/versions/1.0/description";
  const described = bodyOf(await world.ask("GET", path));
  assert.equal(described["summary"], "Rolls");
  assert.match(String((described["readme"] as JsonObject)["html"]), /<h3>Wheels<\/h3>/);
  assert.equal((await world.ask("GET", `${FOO}/versions/9/description`)).problem?.code, "version-not-found");
});

test("downloads are told by file", async () => {
  const [file] = itemsOf(await world.ask("GET", `${FOO}/versions/1.0/downloads`));
  assert.deepEqual(file, { filename: "foo-1.0.tar.gz", count: 0, lastAt: null });
});

describe("a look inside", () => {
  const file = `${DEV}/projects/wheely/files/wheely-1.0-py3-none-any.whl`;

  test("lists what a file holds and shows its texts", async () => {
    const { items, because } = bodyOf(await world.ask("GET", `${file}/contents`));
    assert.equal(because, null);
    assert.ok((items as JsonObject[]).some(({ path }) => path === "wheely/a.py"));
    const member = bodyOf(await world.ask("GET", `${file}/member?path=wheely/a.py`));
    assert.deepEqual([member["text"], member["isCut"]], ["print('hi')\n", false]);
    assert.equal(bodyOf(await world.ask("GET", `${file}/member?path=wheely/b.bin`))["text"], null);
    assert.equal((await world.ask("GET", `${file}/member?path=../x`)).problem?.code, "file-not-found");
  });

  test("says why there is none", async () => {
    const broken = bodyOf(await world.ask("GET", `${FOO}/files/foo-1.0.tar.gz/contents`));
    assert.match(String(broken["because"]), /broken/);
    assert.equal((await world.ask("GET", `${FOO}/files/no.whl/contents`)).problem?.code, "file-not-found");
  });

  test("is for those who may read only, and never of a quarantined project", async () => {
    const closed = "/repositories/bob/closed/projects/foo-secret/files/foo-secret-1.0.tar.gz";
    for (const path of [`${closed}/contents`, `${closed}/member?path=a`]) {
      assert.equal((await world.ask("GET", path)).status, 401);
      assert.equal((await world.ask("GET", path, { as: "alice" })).status, 403);
    }
    const status = { status: "quarantined" };
    await world.ask("PUT", `${DEV}/projects/wheely/status`, { as: "alice", json: status });
    assert.ok((await world.ask("GET", `${file}/contents`)).problem !== null);
    assert.ok((await world.ask("GET", `${file}/member?path=wheely/a.py`)).problem !== null);
  });
});
