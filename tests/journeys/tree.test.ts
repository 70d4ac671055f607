import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type ArchiveFile, aWheelFile } from "../support/archives.ts";
import { expectStatus, jsonOf, openTestApp, type TestApp, type Visitor } from "../support/test-app.ts";

const DEMO = { name: "Demo.Pkg", version: "1.0", summary: "shows things" };
const OTHER = { name: "other", version: "2.0" };

async function openHouse(): Promise<{ readonly app: TestApp; readonly alice: Visitor } & AsyncDisposable> {
  const app = await openTestApp();
  const alice = await app.user("alice");
  await app.index("alice/dev", { mutability: "volatile" });
  await app.index("alice/prod");
  return { app, alice, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

/** The bytes of a file by each of the addresses that clients know: the page's link, Artifactory's paths, devpi's link. */
async function bytesByAddress(visitor: Visitor, index: string, project: string, place: string, filename: string) {
  const key = index.replace("/", ".");
  const page = await visitor.simplePage(index, project);
  const link = page.files.find((file) => file.filename === filename)?.url ?? "";
  const devpi = jsonOf<{ result: Record<string, { "+links": readonly { rel: string; href: string }[] }> }>(
    expectStatus(await visitor.get(`/${index}/${project}`, { accept: "application/json" }), 200),
  );
  const links = Object.values(devpi.result).flatMap((version) => version["+links"]);
  const devpiLink = links.find(({ rel, href }) => rel === "releasefile" && href.includes(filename))?.href ?? "";
  const addresses = [
    new URL(link, `http://localhost/${index}/simple/${project}/`).pathname,
    new URL(devpiLink, "http://localhost/").pathname,
    `/artifactory/${key}/${place}`,
    `/artifactory/api/pypi/${key}/packages/${place}`,
  ];
  const bodies: Buffer[] = [];
  for (const address of addresses) bodies.push(expectStatus(await visitor.get(address), 200).body);
  return bodies;
}

function assertAll(bodies: readonly Buffer[], file: ArchiveFile): void {
  for (const [index, body] of bodies.entries()) assert.deepEqual(body, Buffer.from(file.bytes), `address ${index}`);
}

interface StorageInfo {
  readonly size: string;
  readonly checksums: Readonly<Record<string, string>>;
}

function storageInfo(visitor: Visitor, path: string): Promise<StorageInfo> {
  return visitor.get(`/artifactory/api/storage/${path}`).then((reply) => jsonOf<StorageInfo>(expectStatus(reply, 200)));
}

test("a file that came by an upload form is the same file by every address", async () => {
  await using house = await openHouse();
  const { alice } = house;
  const wheel = aWheelFile(DEMO);
  expectStatus(await alice.publish("alice/dev", wheel, DEMO), 200);

  const place = `Demo.Pkg/1.0/${wheel.filename}`;
  assertAll(await bytesByAddress(alice, "alice/dev", "demo-pkg", place, wheel.filename), wheel);
  const info = await storageInfo(alice, `alice.dev/${place}`);
  assert.deepEqual(
    [info.size, info.checksums["sha256"], info.checksums["sha1"], info.checksums["md5"]],
    [
      String(wheel.bytes.byteLength),
      wheel.sha256,
      createHash("sha1").update(wheel.bytes).digest("hex"),
      createHash("md5").update(wheel.bytes).digest("hex"),
    ],
  );
});

test("a wheel that was put at a path is the same file by every address, and is metadata to installers", async () => {
  await using house = await openHouse();
  const { alice } = house;
  const wheel = aWheelFile(DEMO);
  const place = `some/where/${wheel.filename}`;
  expectStatus(await alice.ask("PUT", `/artifactory/alice.dev/${place}`, { body: wheel.bytes }), 201);

  assertAll(await bytesByAddress(alice, "alice/dev", "demo-pkg", place, wheel.filename), wheel);
  const [file] = (await alice.simplePage("alice/dev", "demo-pkg")).files;
  const link = new URL(file?.url ?? "", "http://localhost/alice/dev/simple/demo-pkg/").pathname;
  assert.deepEqual(expectStatus(await alice.get(`${link}.metadata`), 200).body, Buffer.from(wheel.metadata));
});

test("a release is promoted by copying its folder, and what is removed by its path is gone everywhere", async () => {
  await using house = await openHouse();
  const { alice } = house;
  const wheel = aWheelFile(DEMO);
  expectStatus(await alice.publish("alice/dev", wheel, DEMO), 200);
  expectStatus(
    await alice.ask("POST", "/artifactory/api/copy/alice.dev/Demo.Pkg/1.0?to=/alice.prod/Demo.Pkg/1.0"),
    200,
  );

  const place = `Demo.Pkg/1.0/${wheel.filename}`;
  assertAll(await bytesByAddress(alice, "alice/prod", "demo-pkg", place, wheel.filename), wheel);
  expectStatus(await alice.ask("DELETE", "/artifactory/alice.dev/Demo.Pkg"), 204);
  assert.deepEqual((await alice.simplePage("alice/dev", "demo-pkg")).files, []);
  expectStatus(await alice.get(`/artifactory/alice.dev/${place}`), 404);
  assertAll(await bytesByAddress(alice, "alice/prod", "demo-pkg", place, wheel.filename), wheel);
});

test("a tree is after a restart what it was before", async () => {
  await using house = await openHouse();
  const { app } = house;
  const wheel = aWheelFile(OTHER);
  const place = `kept/${wheel.filename}`;
  const put = { body: wheel.bytes };
  expectStatus(await house.alice.ask("PUT", `/artifactory/alice.dev/${place};qa=passed`, put), 201);
  expectStatus(await house.alice.ask("PUT", "/artifactory/alice.dev/empty/"), 201);
  const listed = (visitor: Visitor) =>
    visitor
      .get("/artifactory/api/storage/alice.dev/?list&deep=1&listFolders=1")
      .then((reply) =>
        jsonOf<{ files: readonly { uri: string }[] }>(expectStatus(reply, 200)).files.map(({ uri }) => uri),
      );
  const before = await listed(house.alice);
  assert.deepEqual(before, ["/empty", "/kept", `/${place}`]);

  await app.restart();

  const alice = app.as("alice");
  assert.deepEqual(await listed(alice), before);
  const properties = await alice.get(`/artifactory/api/storage/alice.dev/${place}?properties=qa`);
  assert.deepEqual(jsonOf<{ properties: unknown }>(expectStatus(properties, 200)).properties, { qa: ["passed"] });
  assertAll(await bytesByAddress(alice, "alice/dev", "other", place, wheel.filename), wheel);
});

test("paths that lead out of a repository lead nowhere", async () => {
  await using house = await openHouse();
  const { alice } = house;
  for (const path of ["..%2F..%2Fx", "a/..%2F..%2Fx", "%2e%2e/x", "a%5Cb", "a%00b"]) {
    const put = await alice.ask("PUT", `/artifactory/alice.dev/${path}`, { body: "x" });
    assert.ok(put.status >= 400 && put.status < 500, `PUT ${path}: ${put.status}`);
    const got = await alice.get(`/artifactory/alice.dev/${path}`);
    assert.ok(got.status >= 400 && got.status < 500, `GET ${path}: ${got.status}`);
  }
});
