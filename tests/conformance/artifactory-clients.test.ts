import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type ArchiveFile, anSdistFile, aWheelFile, type MetadataOptions } from "../support/archives.ts";
import { type Clients, type Ended, openClients } from "../support/clients.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { ROOT_PASSWORD, type Served, serveVivarium } from "../support/served.ts";

/** The steps of Artifactory's guide for Python with twine, pip and uv, unmodified, below each address it gives them. */

let clients: Clients;
let upstream: FakeUpstream;
let server: Served;

const LOGIN = ["-u", "root", "-p", ROOT_PASSWORD];
/** What stands before the repository's name in the guide's addresses. */
const BASES = ["", "/artifactory", "/artifactory/api/pypi"];

before(async () => {
  clients = await openClients("clients");
  upstream = await openFakeUpstream();
  upstream.add("public-one", aWheelFile({ name: "public-one", version: "1.0" }));
  server = await serveVivarium({ upstream: upstream.url });
  await made("team-local", { rclass: "local", packageType: "pypi" });
  await made("team-remote", {
    rclass: "remote",
    packageType: "pypi",
    url: upstream.origin,
    pyPIRegistryUrl: upstream.origin,
  });
  await made("team", {
    rclass: "virtual",
    packageType: "pypi",
    repositories: ["team-local", "team-remote"],
    defaultDeploymentRepo: "team-local",
  });
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  clients?.[Symbol.dispose]();
});

for (const [number, base] of BASES.entries()) {
  test(`twine uploads to and pip installs from a virtual repository below '${base}/'`, async () => {
    const name = `ours-${number}`;
    await twine(`${base}/team`, { name, version: "1.0" });
    await twine(`${base}/team/`, { name, version: "1.1" });

    const home = clients.folder();
    const config = join(home, "pip.conf");
    writeFileSync(config, "");
    const env = { PIP_CONFIG_FILE: config };
    await ok(clients.run("pip", ["config", "set", "global.index-url", signedIn(`${base}/team/simple/`)], { env }));
    const target = join(home, "site");
    await ok(clients.run("pip", ["install", "--no-deps", "--target", target, `${name}==1.1`, "public-one"], { env }));
  });

  test(`uv publishes to and locks from a virtual repository below '${base}/', without the slash at the end`, async () => {
    const name = `by-uv-${number}`;
    const folder = distOf({ name, version: "2.0" });
    const publish = [
      "publish",
      "--publish-url",
      `${server.url}${base}/team`,
      "--username",
      "root",
      "--password",
      ROOT_PASSWORD,
    ];
    await ok(clients.run("uv", [...publish, ...filesIn(folder, name, "2.0")]));

    const project = clients.folder();
    writeFileSync(
      join(project, "pyproject.toml"),
      `[project]\nname = "app"\nversion = "0"\nrequires-python = ">=3.8"\ndependencies = ["${name}", "public-one"]\n`,
    );
    const index = signedIn(`${base}/team/simple`);
    await ok(clients.run("uv", ["lock", "--no-cache", "--default-index", index, "--directory", project]));
    const lock = readFileSync(join(project, "uv.lock"), "utf8");
    const addresses = [...lock.matchAll(/url = "([^"]+)"/g)].map(([, url = ""]) => url);
    assert.ok(addresses.length >= 3, lock);
    for (const address of addresses) {
      assert.ok(address.startsWith(server.url), `${address} leaves the server`);
      assert.equal((await ask("GET", address.slice(server.url.length))).status, 200, address);
    }
  });
}

test("a file is the same one by devpi's address, by Artifactory's and by the plain one", async () => {
  const wheel = await twine("/artifactory/api/pypi/team-local", { name: "Alike", version: "1.0" });
  const sha256 = createHash("sha256").update(wheel.bytes).digest("hex");
  const page = await (await ask("GET", "/root/team-local/+simple/alike/")).text();
  const href = /href="([^"#]+)#sha256=(\w+)"/.exec(page);
  assert.equal(href?.[2], sha256);
  for (const path of [
    new URL(href[1] ?? "", `${server.url}/root/team-local/+simple/alike/`).pathname,
    `/artifactory/team-local/Alike/1.0/${wheel.filename}`,
    `/artifactory/api/pypi/team/packages/Alike/1.0/${wheel.filename}`,
    `/artifactory/api/pypi/team/Alike/1.0/${wheel.filename}`,
  ]) {
    const reply = await ask("GET", path);
    assert.equal(reply.status, 200, path);
    assert.equal(
      createHash("sha256")
        .update(Buffer.from(await reply.arrayBuffer()))
        .digest("hex"),
      sha256,
      path,
    );
  }
  const info = (await (await ask("GET", `/artifactory/api/storage/team-local/Alike/1.0/${wheel.filename}`)).json()) as {
    readonly size: string;
    readonly checksums: { readonly sha256: string };
  };
  assert.deepEqual([info.size, info.checksums.sha256], [String(wheel.bytes.byteLength), sha256]);
  const { properties } = (await (
    await ask("GET", `/artifactory/api/storage/team-local/Alike/1.0/${wheel.filename}?properties`)
  ).json()) as { readonly properties: Record<string, string[]> };
  assert.deepEqual(
    [properties["pypi.name"], properties["pypi.version"], properties["pypi.normalized.name"]],
    [["Alike"], ["1.0"], ["alike"]],
  );
});

test("a wheel that comes by plain PUT is installed like any other, and a deleted one is not", async () => {
  const wheel = aWheelFile({ name: "put-there", version: "3.0" });
  const path = `/artifactory/team-local/put-there/3.0/${wheel.filename}`;
  assert.equal((await ask("PUT", path, wheel.bytes)).status, 201);
  const install = ["install", "--no-deps", "--target", join(clients.folder(), "site")];
  const index = ["-i", signedIn("/artifactory/api/pypi/team/simple")];
  await ok(clients.run("pip", [...install, ...index, "put-there"]));
  assert.equal((await ask("DELETE", path)).status, 204);
  const gone = await clients.run("pip", [...install, ...index, "--upgrade", "put-there"]);
  assert.notEqual(gone.status, 0);
  assert.match(gone.output, /No matching distribution found/);
});

test("the cache of a remote shows what was fetched, and can be cleared by hand", async () => {
  await ok(
    clients.run("pip", [
      ...["download", "--no-deps", "-d", clients.folder()],
      ...["-i", signedIn("/artifactory/api/pypi/team-remote/simple"), "public-one"],
    ]),
  );
  const list = async (): Promise<readonly string[]> => {
    const reply = await ask("GET", "/artifactory/api/storage/team-remote-cache?list&deep=1");
    const { files } = (await reply.json()) as { readonly files: readonly { readonly uri: string }[] };
    return files.map(({ uri }) => uri);
  };
  const cached = (await list()).find((uri) => uri.endsWith("public_one-1.0-py3-none-any.whl"));
  assert.ok(cached !== undefined, JSON.stringify(await list()));
  assert.equal((await ask("DELETE", `/artifactory/team-remote-cache${cached}`)).status, 204);
  assert.ok(!(await list()).includes(cached));
});

test("the requests that jf makes for an upload, a search, a download in parts and a deletion are answered as it needs them", async () => {
  await made("jf-files", { rclass: "local", packageType: "generic" });
  const bytes = Buffer.alloc(300_000, "jf");
  const sha1 = createHash("sha1").update(bytes).digest("hex");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const path = "/artifactory/jf-files/dist/app.bin;build.name=app;build.number=7";
  const checksums = { "x-checksum-sha1": sha1, "x-checksum-sha256": sha256 };
  assert.match(await (await ask("GET", "/artifactory/api/system/ping")).text(), /^OK/);
  const { version } = (await (await ask("GET", "/artifactory/api/system/version")).json()) as { version: string };
  assert.ok(Number(version.split(".")[0]) >= 7, version);
  assert.equal((await ask("PUT", path, null, { ...checksums, "x-checksum-deploy": "true" })).status, 404);
  const deployed = await ask("PUT", path, bytes, checksums);
  assert.equal(deployed.status, 201);
  assert.equal(((await deployed.json()) as { size: unknown }).size, "300000");
  const again = await ask("PUT", "/artifactory/jf-files/dist/copy.bin", null, {
    ...checksums,
    "x-checksum-deploy": "true",
  });
  assert.equal(again.status, 201);
  const aql =
    'items.find({"path":{"$ne":"."},"$or":[{"$and":[{"repo":"jf-files","path":{"$match":"dist*"},"name":{"$match":"*"}}]}]})' +
    '.include("name","repo","path","actual_md5","actual_sha1","sha256","size","type","modified","created","property")';
  const found = (await (await ask("POST", "/artifactory/api/search/aql", aql)).json()) as {
    readonly results: readonly { readonly name: string; readonly sha256: string; readonly properties?: unknown }[];
  };
  assert.deepEqual(found.results.map(({ name }) => name).sort(), ["app.bin", "copy.bin"]);
  assert.deepEqual(found.results.find(({ name }) => name === "app.bin")?.properties, [
    { key: "build.name", value: "app" },
    { key: "build.number", value: "7" },
  ]);
  const part = await ask("GET", "/artifactory/jf-files/dist/app.bin", null, { range: "bytes=100000-199999" });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get("content-range"), "bytes 100000-199999/300000");
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(100_000, 200_000));
  assert.equal((await ask("DELETE", "/artifactory/jf-files/dist/")).status, 204);
  assert.equal((await ask("GET", "/artifactory/api/storage/jf-files/dist/app.bin")).status, 404);
});

async function made(key: string, settings: object): Promise<void> {
  const reply = await ask("PUT", `/artifactory/api/repositories/${key}`, JSON.stringify({ key, ...settings }), {
    "content-type": "application/json",
  });
  assert.equal(reply.status, 200, await reply.clone().text());
  assert.match(await reply.text(), new RegExp(`Successfully created repository '${key}'`));
}

function ask(
  method: string,
  path: string,
  body: string | Uint8Array | null = null,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`root:${ROOT_PASSWORD}`).toString("base64")}`;
  return fetch(`${server.url}${path}`, {
    method,
    body: body as NonNullable<RequestInit["body"]> | null,
    headers: { authorization, ...headers },
  });
}

function signedIn(path: string): string {
  return `${server.url.replace("://", `://root:${encodeURIComponent(ROOT_PASSWORD)}@`)}${path}`;
}

async function twine(path: string, release: MetadataOptions): Promise<ArchiveFile> {
  const folder = distOf(release);
  const files = filesIn(folder, release.name, release.version);
  await ok(clients.run("twine", ["upload", "--repository-url", `${server.url}${path}`, ...LOGIN, ...files]));
  return aWheelFile(release);
}

function distOf(release: MetadataOptions): string {
  const folder = join(clients.folder(), "dist");
  mkdirSync(folder);
  for (const { filename, bytes } of [aWheelFile(release), anSdistFile(release)])
    writeFileSync(join(folder, filename), bytes);
  return folder;
}

function filesIn(folder: string, name: string, version: string): readonly string[] {
  return [aWheelFile({ name, version }), anSdistFile({ name, version })].map(({ filename }) => join(folder, filename));
}

async function ok(running: Promise<Ended>): Promise<Ended> {
  const ended = await running;
  assert.equal(ended.status, 0, ended.output);
  return ended;
}
