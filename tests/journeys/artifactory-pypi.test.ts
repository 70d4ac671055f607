import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type ArchiveFile, anSdistFile, aWheelFile, type MetadataOptions, uploadOf } from "../support/archives.ts";
import { type ArtifactoryApp, messageOf, openArtifactoryApp, type Wish } from "../support/artifactory-app.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { expectStatus, JSON_PAGE, jsonOf, type SimplePage } from "../support/test-app.ts";

const OURS = { name: "Our_Thing", version: "1.0" };
const PUBLIC = { name: "public-one", version: "2.0" };
/** What stands before the repository's name in the guide's addresses. */
const BASES = ["", "/artifactory", "/artifactory/api/pypi"] as const;
const HOST = "http://localhost:3141";

describe("Python repositories as Artifactory's clients see them", () => {
  let house: ArtifactoryApp;
  let upstream: FakeUpstream;
  const wheel = aWheelFile(OURS);

  before(async () => {
    upstream = await openFakeUpstream();
    upstream.add("public-one", aWheelFile(PUBLIC));
    house = await openArtifactoryApp();
    await house.app.user("reader");
    await house.app.user("deployer");
    await house.make("team-local", { rclass: "local", packageType: "pypi" });
    await house.make("released", { rclass: "local", packageType: "pypi" });
    await house.make("team-remote", {
      rclass: "remote",
      packageType: "pypi",
      url: upstream.origin,
      pyPIRegistryUrl: upstream.origin,
    });
    await house.make("team", {
      rclass: "virtual",
      packageType: "pypi",
      repositories: ["team-local", "team-remote"],
      defaultDeploymentRepo: "team-local",
    });
    await house.grant("reader", "team-local", ["r"]);
    await house.grant("deployer", "team-local", ["r", "w"]);
    expectStatus(await upload("/artifactory/api/pypi/team-local", wheel, OURS), 200);
  });
  after(async () => {
    await house[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  function upload(path: string, file: ArchiveFile, metadata: MetadataOptions, { as = "root" }: Wish = {}) {
    const { contentType, body } = uploadOf(file, metadata);
    return house.app.as(as ?? "root").ask("POST", path, { body, headers: { "content-type": contentType } });
  }

  function get(path: string, headers: Readonly<Record<string, string>> = {}) {
    return house.app.as("root").get(path, headers);
  }

  async function pageAt(path: string): Promise<SimplePage> {
    return jsonOf(expectStatus(await get(path, { accept: JSON_PAGE }), 200));
  }

  for (const [number, base] of BASES.entries()) {
    test(`the guide's addresses work below '${base}/'`, async () => {
      const metadata = { name: `guided-${number}`, version: "1.0" };
      const file = aWheelFile(metadata);
      expectStatus(await upload(`${base}/team`, file, metadata), 200);
      const path = `${base}/team/simple/guided-${number}/`;
      const [listed] = (await pageAt(path)).files;
      assert.equal(listed?.filename, file.filename);
      const { pathname } = new URL(listed?.url ?? "", HOST + path);
      assert.deepEqual(expectStatus(await get(pathname), 200).body, Buffer.from(file.bytes));
      assert.equal((await get(`${base}/team/simple/`)).status, 200);
      assert.equal((await get(`${base}/team/simple`)).status, 301);
    });
  }

  test("an upload is taken with and without the slash, and stands at name, version and file", async () => {
    const metadata = { name: "Slashed.Name", version: "3.0" };
    const file = anSdistFile(metadata);
    expectStatus(await upload("/artifactory/api/pypi/team-local/", file, metadata), 200);
    const info = await house.read<Record<string, unknown>>(`/api/storage/team-local/Slashed.Name/3.0/${file.filename}`);
    assert.equal(info["size"], String(file.bytes.byteLength));
    const { properties } = await house.read<{ properties: Record<string, string[]> }>(
      `/api/storage/team-local/Slashed.Name/3.0/${file.filename}?properties`,
    );
    assert.deepEqual(properties["pypi.name"], ["Slashed.Name"]);
    assert.deepEqual(properties["pypi.version"], ["3.0"]);
    assert.deepEqual(properties["pypi.normalized.name"], ["slashed-name"]);
  });

  test("a page links relatively to the file at its place in the repository, with its hash", async () => {
    const html = expectStatus(await get("/artifactory/api/pypi/team-local/simple/our-thing/"), 200).body.toString();
    const sha256 = createHash("sha256").update(wheel.bytes).digest("hex");
    assert.ok(html.includes(`href="../../packages/Our_Thing/1.0/${wheel.filename}#sha256=${sha256}"`), html);
  });

  test("any spelling and a missing slash lead to the page, and an unknown project is not there", async () => {
    for (const spelled of ["our-thing", "Our_Thing", "our.thing/"]) {
      const reply = await get(`/artifactory/api/pypi/team-local/simple/${spelled}`);
      assert.equal(reply.status, 301, spelled);
    }
    const missing = await get("/artifactory/api/pypi/team-local/simple/never/");
    assert.equal(missing.status, 404);
    assert.match(messageOf(missing), /never/);
  });

  test("a page is sent whatever the client says it takes", async () => {
    for (const base of BASES.slice(1)) {
      for (const accept of ["application/json", "image/png"]) {
        const { headers } = expectStatus(await get(`${base}/team-local/simple/our-thing/`, { accept }), 200);
        assert.match(String(headers["content-type"]), /^text\/html/);
        expectStatus(await get(`${base}/team-local/simple/`, { accept }), 200);
      }
    }
  });

  test("pages can be revalidated", async () => {
    const path = "/artifactory/api/pypi/team/simple/our-thing/";
    const { headers } = expectStatus(await get(path), 200);
    assert.equal((await get(path, { "if-none-match": String(headers["etag"]) })).status, 304);
  });

  test("addresses that lock files of other servers name still lead to the file", async () => {
    expectStatus(await get("/artifactory/api/pypi/team/simple/public-one/"), 200);
    const name = aWheelFile(PUBLIC).filename;
    const hash = "ab/cd/ef0123456789abcdef0123456789abcdef0123456789abcdef01234567";
    for (const [path, file] of [
      [`/artifactory/api/pypi/team-local/packages/Our_Thing/1.0/${wheel.filename}`, wheel],
      [`/artifactory/api/pypi/team/packages/our-thing/1.0/${wheel.filename}`, wheel],
      [`/artifactory/api/pypi/team/Our_Thing/1.0/${wheel.filename}`, wheel],
      [`/artifactory/team-local/Our_Thing/1.0/${wheel.filename}`, wheel],
      [`/artifactory/team/Our_Thing/1.0/${wheel.filename}`, wheel],
      [`/artifactory/api/pypi/team-remote/packages/packages/${hash}/${name}`, aWheelFile(PUBLIC)],
      [`/artifactory/api/pypi/team/packages/packages/${hash}/${name}`, aWheelFile(PUBLIC)],
      [`/artifactory/team-remote/packages/${hash}/${name}`, aWheelFile(PUBLIC)],
    ] as const) {
      const reply = await get(path);
      assert.equal(reply.status, 200, `${path}: ${reply.status} ${reply.body.toString().slice(0, 200)}`);
      assert.deepEqual(reply.body, Buffer.from(file.bytes), path);
    }
  });

  test("metadata that a page announces is there", async () => {
    const path = "/artifactory/api/pypi/team/simple/our-thing/";
    const html = expectStatus(await get(path), 200).body.toString();
    assert.match(html, /data-core-metadata="sha256=/);
    const metadata = await get(`/artifactory/api/pypi/team/packages/Our_Thing/1.0/${wheel.filename}.metadata`);
    assert.match(expectStatus(metadata, 200).body.toString(), /^Name: Our_Thing$/m);
  });

  test("the same file is seen alike by the devpi, the plain and Artifactory's address", async () => {
    const hashOf = async (path: string) => (await pageAt(path)).files[0]?.hashes["sha256"];
    const hashes = [
      await hashOf("/root/team-local/+simple/our-thing/"),
      await hashOf("/team-local/simple/our-thing/"),
      await hashOf("/artifactory/api/pypi/team-local/simple/our-thing/"),
      await hashOf("/artifactory/team-local/simple/our-thing/"),
    ];
    assert.equal(new Set(hashes).size, 1);
    assert.equal(hashes[0], createHash("sha256").update(wheel.bytes).digest("hex"));
  });

  test("a file that was put without a form is listed by its own metadata, and gone from the page when removed", async () => {
    const metadata = { name: "plain-put", version: "0.1", requiresPython: ">=3.8" };
    const file = aWheelFile(metadata);
    const path = `/team-local/any/where/${file.filename}`;
    expectStatus(await house.ask("PUT", path, { body: file.bytes }), 201);
    const page = await pageAt("/artifactory/api/pypi/team/simple/plain-put/");
    assert.deepEqual(
      page.files.map(({ filename }) => filename),
      [file.filename],
    );
    assert.ok(page.files[0]?.url.endsWith(`packages/any/where/${file.filename}`));
    const again = await get(`/artifactory/api/pypi/team-local/packages/any/where/${file.filename}`);
    assert.deepEqual(again.body, Buffer.from(file.bytes));
    expectStatus(await house.ask("DELETE", path), 204);
    assert.deepEqual((await pageAt("/artifactory/api/pypi/team-local/simple/plain-put/")).files, []);
  });

  test("a release is promoted by moving its folder", async () => {
    const metadata = { name: "promoted", version: "1.0" };
    expectStatus(await upload("/artifactory/api/pypi/team-local", aWheelFile(metadata), metadata), 200);
    expectStatus(await house.ask("POST", "/api/move/team-local/promoted/1.0?to=/released/promoted/1.0"), 200);
    const files = async (repository: string) =>
      (await pageAt(`/artifactory/api/pypi/${repository}/simple/promoted/`)).files.length;
    assert.equal(await files("released"), 1);
    assert.equal(await files("team-local"), 0);
  });

  test("the remote's cache shows what was fetched and nothing else", async () => {
    const file = aWheelFile(PUBLIC);
    expectStatus(await get(`/artifactory/api/pypi/team/packages/packages/aa/bb/${file.filename}`), 200);
    const info = await house.read<Record<string, unknown>>(
      `/api/storage/team-remote-cache/public-one/2.0/${file.filename}`,
    );
    assert.equal(info["repo"], "team-remote-cache");
    assert.equal(info["size"], String(file.bytes.byteLength));
    const aql = await house.ask("POST", "/api/search/aql", { body: 'items.find({"repo":"team-remote-cache"})' });
    const { results } = jsonOf<{ results: { repo: string; name: string }[] }>(expectStatus(aql, 200));
    assert.deepEqual(
      results.map(({ repo, name }) => [repo, name]),
      [["team-remote-cache", file.filename]],
    );
    expectStatus(await house.ask("DELETE", `/team-remote-cache/public-one/2.0/${file.filename}`), 204);
    assert.equal((await house.ask("GET", `/team-remote-cache/public-one/2.0/${file.filename}`)).status, 404);
  });

  test("no page sends a client to the upstream's host", async () => {
    const html = expectStatus(await get("/artifactory/api/pypi/team/simple/public-one/"), 200).body.toString();
    assert.match(html, /href="\.\.\/\.\.\/packages\//);
    assert.ok(!html.includes(upstream.origin));
  });

  test("who may not read is asked to sign in, and a virtual repository shows what its members show", async () => {
    const path = "/artifactory/api/pypi/team/simple/our-thing/";
    assert.equal((await house.app.anyone().get(path)).status, 401);
    assert.equal((await house.app.as("reader").get(path)).status, 200);
    assert.equal((await house.app.anyone().get("/artifactory/api/pypi/team-local/simple/")).status, 401);
  });

  test("a right that is taken away counts at once for pages and files, also those in memory", async () => {
    const paths = [
      "/artifactory/api/pypi/team/simple/our-thing/",
      "/artifactory/api/pypi/team-local/simple/our-thing/",
      `/artifactory/api/pypi/team-local/packages/Our_Thing/1.0/${wheel.filename}`,
      `/artifactory/team-local/Our_Thing/1.0/${wheel.filename}`,
    ];
    const statuses = () => Promise.all(paths.map(async (path) => (await house.app.as("reader").get(path)).status));
    assert.deepEqual(await statuses(), [200, 200, 200, 200]);
    assert.deepEqual(await statuses(), [200, 200, 200, 200]);
    await house.grant("reader", "team-local", []);
    assert.deepEqual((await statuses()).slice(1), [403, 403, 403]);
    // The project is held there, so its name is not asked upstream; its files are not shown.
    const page = await house.app.as("reader").get(paths[0] ?? "", { accept: JSON_PAGE });
    assert.deepEqual(jsonOf<SimplePage>(page).files, []);
    await house.grant("reader", "team-local", ["r"]);
    assert.deepEqual(await statuses(), [200, 200, 200, 200]);
  });

  test("uploads need the right to deploy, and another file of the same name the right to delete", async () => {
    const metadata = { name: "guarded", version: "1.0" };
    const path = "/artifactory/api/pypi/team-local";
    assert.equal((await upload(path, aWheelFile(metadata), metadata, { as: "reader" })).status, 403);
    expectStatus(await upload(path, aWheelFile(metadata), metadata, { as: "deployer" }), 200);
    const other = aWheelFile({ ...metadata, files: { "guarded/__init__.py": "other = 1\n" } });
    const refused = await upload(path, other, metadata, { as: "deployer" });
    assert.equal(refused.status, 403);
    assert.match(messageOf(refused), /overwrite artifact/);
    expectStatus(await upload(path, other, metadata), 200);
  });

  test("what takes no uploads refuses them, and a wrong digest leaves nothing", async () => {
    const metadata = { name: "refused", version: "1.0" };
    const file = aWheelFile(metadata);
    const status = (await upload("/artifactory/api/pypi/team-remote", file, metadata)).status;
    assert.ok(status >= 400 && status < 500);
    const { contentType, body } = uploadOf(file, metadata, [["sha256_digest", "0".repeat(64)]]);
    const wrong = await house.ask("POST", "/api/pypi/team-local", { body, headers: { "content-type": contentType } });
    assert.ok(wrong.status >= 400 && wrong.status < 500);
    assert.equal((await get("/artifactory/api/pypi/team-local/simple/refused/")).status, 404);
  });

  test("the JSON API of one project answers", async () => {
    const document = jsonOf<{ info: { name: string } }>(
      expectStatus(await get("/artifactory/api/pypi/team-local/pypi/our-thing/json"), 200),
    );
    assert.equal(document.info.name, "Our_Thing");
  });
});
