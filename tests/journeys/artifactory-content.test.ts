import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type ArtifactoryApp, messageOf, openArtifactoryApp } from "../support/artifactory-app.ts";
import { expectStatus, jsonOf } from "../support/test-app.ts";

interface Deployed {
  readonly repo: string;
  readonly path: string;
  readonly size: string;
  readonly uri: string;
  readonly downloadUri: string;
  readonly createdBy: string;
  readonly checksums: Readonly<Record<string, string>>;
}

const hex = (algorithm: string, text: string) => createHash(algorithm).update(text).digest("hex");

describe("content by Artifactory's REST", () => {
  let house: ArtifactoryApp;

  before(async () => {
    house = await openArtifactoryApp();
    for (const name of ["reader", "deployer", "nobody"]) await house.app.user(name);
    await house.make("libs", { rclass: "local", packageType: "generic" });
    await house.make("other", { rclass: "local", packageType: "generic" });
    await house.make("all", {
      rclass: "virtual",
      packageType: "generic",
      repositories: ["libs", "other"],
      defaultDeploymentRepo: "libs",
    });
    await house.make("shut", { rclass: "virtual", packageType: "generic", repositories: ["libs"] });
    await house.grant("reader", "libs", ["r"]);
    await house.grant("deployer", "libs", ["r", "w"]);
  });
  after(() => house[Symbol.asyncDispose]());

  test("a deploy answers 201 with what was stored, its size as a text", async () => {
    const reply = expectStatus(await house.ask("PUT", "/libs/a/b.bin", { body: "hello" }), 201);
    const { repo, path, size, checksums, uri, downloadUri, createdBy } = jsonOf<Deployed>(reply);
    assert.deepEqual([repo, path, size, createdBy], ["libs", "/a/b.bin", "5", "root"]);
    assert.deepEqual(checksums, {
      sha1: hex("sha1", "hello"),
      md5: hex("md5", "hello"),
      sha256: hex("sha256", "hello"),
    });
    assert.equal(uri, "http://localhost:3141/artifactory/libs/a/b.bin");
    assert.equal(downloadUri, uri);
    assert.equal(reply.headers["location"], uri);
  });

  test("a download carries Artifactory's headers, and can be resumed and revalidated", async () => {
    expectStatus(await house.ask("PUT", "/libs/d/file.txt", { body: "0123456789" }), 201);
    const { status, body, headers } = await house.ask("GET", "/libs/d/file.txt");
    assert.deepEqual([status, body.toString()], [200, "0123456789"]);
    assert.equal(headers["x-checksum-sha1"], hex("sha1", "0123456789"));
    assert.equal(headers["x-checksum-md5"], hex("md5", "0123456789"));
    assert.equal(headers["x-checksum-sha256"], hex("sha256", "0123456789"));
    assert.equal(headers["x-artifactory-filename"], "file.txt");
    assert.equal(headers["accept-ranges"], "bytes");
    assert.ok(headers["last-modified"]);

    const part = await house.ask("GET", "/libs/d/file.txt", { headers: { range: "bytes=2-4" } });
    assert.deepEqual([part.status, part.body.toString(), part.headers["content-range"]], [206, "234", "bytes 2-4/10"]);
    const same = await house.ask("GET", "/libs/d/file.txt", { headers: { "if-none-match": String(headers["etag"]) } });
    assert.equal(same.status, 304);
    const head = await house.ask("HEAD", "/libs/d/file.txt");
    assert.deepEqual([head.status, head.headers["content-length"], head.body.length], [200, "10", 0]);
  });

  test("names with signs, spaces and letters beyond ASCII come back as they were sent", async () => {
    const names = ["a b", "a+b", "a#b", "a@b", "a?b", "%41", "ä€", "a;b", "a=b,c", "a'b\"c"];
    for (const name of names) {
      const path = `/libs/names/${encodeURIComponent(name)}`;
      const { path: shown } = jsonOf<Deployed>(expectStatus(await house.ask("PUT", path, { body: name }), 201));
      assert.equal(shown, `/names/${name}`);
      assert.equal(expectStatus(await house.ask("GET", path), 200).body.toString(), name);
    }
    const { children } = await house.read<{ children: { uri: string }[] }>("/api/storage/libs/names");
    assert.deepEqual(children.map(({ uri }) => uri.slice(1)).sort(), names.toSorted());
  });

  test("matrix parameters become properties and are no part of the name", async () => {
    expectStatus(await house.ask("PUT", "/libs/m/f.bin;stage=dev;stage=test;os=a%3Bb", { body: "m" }), 201);
    const { properties } = await house.read<{ properties: unknown }>("/api/storage/libs/m/f.bin?properties");
    assert.deepEqual(properties, { stage: ["dev", "test"], os: ["a;b"] });
  });

  test("a checksum that disagrees with the bytes is a conflict, and nothing is kept", async () => {
    const headers = { "x-checksum-sha1": "0".repeat(40) };
    assert.equal((await house.ask("PUT", "/libs/bad.bin", { body: "x", headers })).status, 409);
    assert.equal((await house.ask("GET", "/libs/bad.bin")).status, 404);
    // pyartifactory sends the MD5 under a name that says nothing of it.
    const usual = { "x-checksum": hex("md5", "x"), "x-checksum-deploy": "false" };
    expectStatus(await house.ask("PUT", "/libs/good.bin", { body: "x", headers: usual }), 201);
  });

  test("bytes that are here already are deployed by their checksum, others are not found", async () => {
    expectStatus(await house.ask("PUT", "/libs/known.bin", { body: "known bytes" }), 201);
    const by = (headers: Record<string, string>) =>
      house.ask("PUT", "/other/copy.bin;k=v", { headers: { "x-checksum-deploy": "true", ...headers } });
    expectStatus(await by({ "x-checksum-sha1": hex("sha1", "known bytes") }), 201);
    expectStatus(await by({ "x-checksum-sha256": hex("sha256", "known bytes") }), 201);
    expectStatus(await by({ "x-checksum": hex("sha1", "known bytes") }), 201);
    assert.equal((await by({ "x-checksum-sha256": "0".repeat(64) })).status, 404);
    assert.equal((await by({ "x-checksum": hex("md5", "known bytes") })).status, 400);
    assert.equal((await house.ask("GET", "/other/copy.bin")).body.toString(), "known bytes");
    const { properties } = await house.read<{ properties: unknown }>("/api/storage/other/copy.bin?properties");
    assert.deepEqual(properties, { k: ["v"] });
  });

  test("who may not deploy learns nothing from a checksum", async () => {
    const ask = (sha256: string) =>
      house.ask("PUT", "/libs/probe.bin", {
        as: "nobody",
        headers: { "x-checksum-deploy": "true", "x-checksum-sha256": sha256 },
      });
    const known = await ask(hex("sha256", "known bytes"));
    const unknown = await ask("1".repeat(64));
    assert.deepEqual([known.status, unknown.status], [403, 403]);
  });

  test("redeploying needs the right to delete, and without it the old content stays", async () => {
    expectStatus(await house.ask("PUT", "/libs/re.bin", { as: "deployer", body: "one" }), 201);
    const refused = await house.ask("PUT", "/libs/re.bin", { as: "deployer", body: "two" });
    assert.equal(refused.status, 403);
    assert.match(messageOf(refused), /overwrite artifact 'libs:re\.bin' \(user 'deployer' needs DELETE permission\)/);
    assert.equal((await house.ask("GET", "/libs/re.bin")).body.toString(), "one");
    expectStatus(await house.ask("PUT", "/libs/re.bin", { body: "two" }), 201);
    assert.equal((await house.ask("GET", "/libs/re.bin")).body.toString(), "two");
  });

  test("what is said of a file is not changed by deploying it again, without the right to annotate or to delete", async () => {
    const properties = async () => (await house.ask("GET", "/api/storage/libs/gate.bin?properties")).body.toString();
    expectStatus(await house.ask("PUT", "/libs/gate.bin;qa=failed", { body: "gate" }), 201);
    const sha256 = hex("sha256", "gate");
    for (const [address, wish] of [
      ["/libs/gate.bin;qa=passed", { body: "gate" }],
      ["/libs/gate.bin", { body: "gate" }],
      ["/libs/gate.bin;qa=passed", { headers: { "x-checksum-deploy": "true", "x-checksum-sha256": sha256 } }],
    ] as const) {
      const reply = await house.ask("PUT", address, { as: "deployer", ...wish });
      assert.equal(reply.status, 403);
      assert.match(messageOf(reply), /needs DELETE permission/);
      assert.match(await properties(), /"failed"/);
    }
    expectStatus(await house.ask("PUT", "/libs/gate.bin;qa=failed", { as: "deployer", body: "gate" }), 201);
    expectStatus(await house.ask("PUT", "/libs/gate.bin;qa=passed", { body: "gate" }), 201);
    assert.match(await properties(), /"passed"/);
  });

  test("who may not read is asked to sign in, or refused; who may, only reads", async () => {
    expectStatus(await house.ask("PUT", "/libs/secret.bin", { body: "s" }), 201);
    assert.equal((await house.ask("GET", "/libs/secret.bin", { as: null })).status, 401);
    assert.equal((await house.ask("GET", "/libs/secret.bin", { as: "nobody" })).status, 403);
    assert.equal((await house.ask("GET", "/libs/secret.bin", { as: "reader" })).status, 200);
    assert.equal((await house.ask("PUT", "/libs/new.bin", { as: "reader", body: "n" })).status, 403);
    assert.equal((await house.ask("DELETE", "/libs/secret.bin", { as: "reader" })).status, 403);
    const wrong = await house.app.as("root", "wrong").get("/artifactory/libs/secret.bin");
    assert.equal(wrong.status, 401);
    assert.equal(wrong.headers["www-authenticate"], 'Basic realm="Artifactory Realm"');
  });

  test("a permission target that names 'anonymous' opens its files to everybody, and no others", async () => {
    expectStatus(await house.ask("PUT", "/other/public/open.txt", { body: "open" }), 201);
    expectStatus(await house.ask("PUT", "/other/closed.txt", { body: "closed" }), 201);
    assert.equal((await house.ask("GET", "/other/public/open.txt", { as: null })).status, 401);
    await house.grant("anonymous", "other", ["r"], "public/**");
    assert.equal((await house.ask("GET", "/other/public/open.txt", { as: null })).body.toString(), "open");
    assert.equal((await house.ask("GET", "/other/closed.txt", { as: null })).status, 401);
  });

  test("what has changed is seen at once, also where the answer before was kept in memory", async () => {
    const read = () => house.ask("GET", "/libs/kept.txt", { as: "reader" });
    expectStatus(await house.ask("PUT", "/libs/kept.txt", { body: "one" }), 201);
    for (let time = 0; time < 3; time++) assert.equal((await read()).body.toString(), "one");
    expectStatus(await house.ask("PUT", "/libs/kept.txt", { body: "two" }), 201);
    for (let time = 0; time < 3; time++) assert.equal((await read()).body.toString(), "two");
    expectStatus(await house.ask("POST", "/api/move/libs/kept.txt?to=/libs/elsewhere.txt"), 200);
    assert.equal((await read()).status, 404);
    expectStatus(await house.ask("POST", "/api/move/libs/elsewhere.txt?to=/libs/kept.txt"), 200);
    assert.equal((await read()).body.toString(), "two");
    await house.grant("reader", "libs", []);
    assert.equal((await read()).status, 403);
    await house.grant("reader", "libs", ["r"]);
    assert.equal((await read()).status, 200);
  });

  test("folders are made by a slash at the end, shown as a page, and removed with what is in them", async () => {
    expectStatus(await house.ask("PUT", "/libs/folder/sub/"), 201);
    expectStatus(await house.ask("PUT", "/libs/folder/x.txt", { body: "" }), 201);
    const page = expectStatus(await house.ask("GET", "/libs/folder/"), 200).body.toString();
    assert.match(page, /<a href="\.\/sub\/">sub\/<\/a>/);
    assert.match(page, /<a href="\.\/x\.txt">x\.txt<\/a>/);
    const way = await house.ask("GET", "/libs/folder");
    assert.deepEqual([way.status, way.headers["location"]], [302, "./folder/"]);
    assert.equal((await house.ask("GET", "/libs")).headers["location"], "./libs/");

    assert.equal((await house.ask("DELETE", "/libs/folder/")).status, 204);
    assert.equal((await house.ask("GET", "/libs/folder/x.txt")).status, 404);
    assert.equal((await house.ask("DELETE", "/libs/folder")).status, 404);
  });

  test("a deploy to a virtual repository goes to its default one, and to none without", async () => {
    expectStatus(await house.ask("PUT", "/all/by/virtual.bin", { body: "v" }), 201);
    assert.equal((await house.ask("GET", "/libs/by/virtual.bin")).body.toString(), "v");
    const refused = await house.ask("PUT", "/shut/by/virtual.bin", { body: "v" });
    assert.ok(refused.status >= 400 && refused.status < 500, String(refused.status));
  });

  test("what cannot be is refused in the envelope", async () => {
    for (const [method, path, headers, status] of [
      ["GET", "/libs/never.bin", {}, 404],
      ["GET", "/nothing/here.bin", {}, 404],
      ["DELETE", "/libs/never.bin", {}, 404],
      ["PUT", `/libs/${"a".repeat(300)}`, {}, 400],
      ["PUT", "/libs/zip.zip", { "x-explode-archive": "true" }, 400],
      ["PUT", "/libs/zip.zip", { "x-explode-archive-atomic": "true" }, 400],
      ["PUT", "/libs/f;b%20ad=1", {}, 400],
      ["GET", "/api/no/such/thing", {}, 404],
    ] as const) {
      const reply = await house.ask(method, path, { headers, ...(method === "PUT" ? { body: "x" } : {}) });
      assert.equal(reply.status, status, `${method} ${path}: ${reply.body}`);
      assert.match(messageOf(reply), /\w/);
    }
  });

  test("copies and moves take properties along and follow Unix where the target is a folder", async () => {
    expectStatus(await house.ask("PUT", "/libs/src/one.bin;k=v", { body: "1" }), 201);
    expectStatus(await house.ask("PUT", "/other/dst/"), 201);
    const dry = expectStatus(await house.ask("POST", "/api/copy/libs/src/one.bin?to=/other/new.bin&dry=1"), 200);
    assert.match(dry.body.toString(), /completed successfully/);
    assert.equal((await house.ask("GET", "/other/new.bin")).status, 404);

    const copied = expectStatus(await house.ask("POST", "/api/copy/libs/src/one.bin?to=other/dst"), 200);
    assert.match(
      jsonOf<{ messages: { message: string }[] }>(copied).messages[0]?.message ?? "",
      /^copying libs:src\/one\.bin to other:dst completed successfully, 1 artifacts and 0 folders were copied$/,
    );
    const { properties } = await house.read<{ properties: unknown }>("/api/storage/other/dst/one.bin?properties");
    assert.deepEqual(properties, { k: ["v"] });

    expectStatus(await house.ask("POST", "/api/move/libs/src?to=/other/moved"), 200);
    assert.equal((await house.ask("GET", "/libs/src/one.bin")).status, 404);
    assert.equal((await house.ask("GET", "/other/moved/one.bin")).body.toString(), "1");
    assert.equal((await house.ask("POST", "/api/move/libs/src?to=/other/again")).status, 404);
    assert.equal((await house.ask("POST", "/api/copy/other/moved/one.bin")).status, 400);
  });

  test("removed files rest in the trash, are listed there and come back", async () => {
    expectStatus(await house.ask("PUT", "/libs/t/rest.bin;k=v", { body: "t" }), 201);
    expectStatus(await house.ask("DELETE", "/libs/t/rest.bin"), 204);
    const folder = await house.read<{ children: unknown }>("/api/storage/auto-trashcan/libs/t");
    assert.deepEqual(folder.children, [{ uri: "/rest.bin", folder: false }]);

    expectStatus(await house.ask("POST", "/api/trash/restore/libs/t/rest.bin"), 200);
    assert.equal((await house.ask("GET", "/libs/t/rest.bin")).body.toString(), "t");
    const { properties } = await house.read<{ properties: unknown }>("/api/storage/libs/t/rest.bin?properties");
    assert.deepEqual(properties, { k: ["v"] });

    expectStatus(await house.ask("DELETE", "/libs/t/rest.bin"), 204);
    expectStatus(await house.ask("DELETE", "/api/trash/clean/auto-trashcan/libs/t"), 200);
    assert.equal((await house.ask("POST", "/api/trash/restore/libs/t/rest.bin")).status, 404);
    expectStatus(await house.ask("POST", "/api/trash/empty"), 200);
  });
});
