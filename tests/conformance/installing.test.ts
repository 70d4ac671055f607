import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type ArchiveFile, anSdistFile, aWheelFile, type MetadataOptions } from "../support/archives.ts";
import { type Clients, type Ended, openClients, type RunOptions } from "../support/clients.ts";
import { type Account, type DevpiHttp, devpiHttp } from "../support/devpi-http.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { type Served, serveVivarium } from "../support/served.ts";

/** pip and uv, unmodified, installing what was uploaded and what comes from an upstream that the test serves. */

const ALICE: Account = ["alice", "secret"];

let clients: Clients;
let upstream: FakeUpstream;
let server: Served;
let http: DevpiHttp;

before(async () => {
  clients = await openClients("clients");
  upstream = await openFakeUpstream();
  upstream.add("requests", offered({ name: "requests", version: "9.0", requiresDist: ["idna>=1"] }, "2026-03-01"));
  upstream.add("idna", offered({ name: "idna", version: "3.0" }, "2026-01-01"));
  upstream.add("dated", offered({ name: "dated", version: "1.0" }, "2026-01-10"));
  upstream.add("dated", offered({ name: "dated", version: "2.0" }, "2026-06-10"));
  upstream.add("inhouse", offered({ name: "inhouse", version: "99.0" }, "2026-01-01"));
  upstream.add("kept", offered({ name: "kept", version: "1.0" }, "2026-01-01"));
  server = await serveVivarium({ upstream: upstream.url, args: ["--signup", "open"] });
  http = devpiHttp(server.url);
  await http.ask("PUT", "/alice", { as: null, json: { password: "secret" } });
  await http.ask("PUT", "/alice/dev", { as: ALICE, json: { bases: "root/pypi" } });
  await http.ask("PUT", "/alice/closed", { as: ALICE, json: { acl_read: "alice" } });
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  clients?.[Symbol.dispose]();
});

test("pip and uv install through the cache, dependencies too; the second time nothing is fetched again", async () => {
  assert.deepEqual(await installed("pip", "root/pypi", ["requests"]), ["idna", "requests"]);
  const fetched = upstream.seen.filter(({ path }) => path.startsWith("/files/") && path.endsWith(".whl")).length;

  assert.deepEqual(await installed("uv", "root/pypi", ["requests"]), ["idna", "requests"]);

  assert.equal(upstream.seen.filter(({ path }) => path.startsWith("/files/") && path.endsWith(".whl")).length, fetched);
});

test("uv --exclude-newer and pip --uploaded-prior-to see the upstream's own upload times", async () => {
  const before = ["--exclude-newer", "2026-03-01T00:00:00Z"];

  assert.match((await install("uv", "root/pypi", ["dated", ...before])).output, /dated==1\.0/);
  assert.match((await install("uv", "alice/dev", ["dated"])).output, /dated==2\.0/);
  const pip = await install("pip", "root/pypi", ["dated", "--uploaded-prior-to", "2026-03-01T00:00:00Z"]);
  assert.match(pip.output, /dated-1\.0/);
});

test("a name that is held here is never replaced by a public one of a higher version", async () => {
  await publish("alice/dev", { name: "inhouse", version: "1.0" });

  for (const program of ["pip", "uv"] as const) {
    assert.match((await install(program, "alice/dev", ["inhouse"])).output, /inhouse[-=]+1\.0/);
  }

  assert.equal(upstream.count("/simple/inhouse/"), 0, "the upstream was not even asked");
});

test("a yanked version is passed over, and installed when it is pinned", async () => {
  await publish("alice/dev", { name: "regretted", version: "1.0" });
  await publish("alice/dev", { name: "regretted", version: "1.1" });
  const yank = "/api/v1/repositories/alice/dev/projects/regretted/versions/1.1/yank";
  const answer = await http.ask("PUT", yank, { as: ALICE, json: { reason: "broken on Windows" } });
  assert.ok(answer.status < 300, answer.text);

  for (const program of ["pip", "uv"] as const) {
    assert.match((await install(program, "alice/dev", ["regretted"])).output, /regretted[-=]+1\.0/);
    const pinned = await install(program, "alice/dev", ["regretted==1.1"]);
    assert.match(pinned.output, /broken on Windows/);
  }
});

test("an sdist is found, with its hash, and a wrong hash is refused by the installer", async () => {
  const wheel = await publish("alice/dev", { name: "hashed", version: "1.0" });
  const folder = clients.folder();
  const requirements = join(folder, "requirements.txt");

  writeFileSync(requirements, `hashed==1.0 --hash=sha256:${wheel.sha256}\n`);
  await install("pip", "alice/dev", ["--require-hashes", "-r", requirements]);
  writeFileSync(requirements, `hashed==1.0 --hash=sha256:${"0".repeat(64)}\n`);
  assert.notEqual((await tryInstall("pip", "alice/dev", ["--require-hashes", "-r", requirements])).status, 0);

  const sdist = anSdistFile({ name: "hashed", version: "1.0" });
  upstream.add("source-only", anSdistFile({ name: "source-only", version: "1.0" }));
  const download = ["download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation", "-d", folder];
  await clients.run("pip", [...download, "-i", `${server.url}/root/pypi/simple/`, "source-only"]);
  assert.ok(readdirSync(folder).includes("source_only-1.0.tar.gz"), `only ${readdirSync(folder)}, ${sdist.filename}`);
});

test("a closed index opens to a login in the address or in netrc, and stays closed to all others", async () => {
  await publish("alice/closed", { name: "secret-sauce", version: "1.0" });
  const { host } = new URL(server.url);
  const netrc = join(clients.folder(), "netrc");
  writeFileSync(netrc, `machine ${host.split(":")[0]}\nlogin alice\npassword secret\n`, { mode: 0o600 });

  for (const program of ["pip", "uv"] as const) {
    const closed = await tryInstall(program, "alice/closed", ["secret-sauce"]);
    assert.notEqual(closed.status, 0, "without a login");
    const wrong = await tryInstall(program, "alice/closed", ["secret-sauce"], { login: "alice:wrong" });
    assert.notEqual(wrong.status, 0, "with a wrong password");
    assert.match(wrong.output, /401|credentials/i);
    await install(program, "alice/closed", ["secret-sauce"], { login: "alice:secret" });
    await install(program, "alice/closed", ["secret-sauce"], { env: { NETRC: netrc } });
  }
});

test("uv resolves a lock with hashes, sizes and upload times from the pages alone", async () => {
  const folder = clients.folder();
  writeFileSync(
    join(folder, "pyproject.toml"),
    '[project]\nname = "app"\nversion = "0"\nrequires-python = ">=3.8"\ndependencies = ["requests"]\n',
  );

  const locked = await clients.run(
    "uv",
    ["lock", "--no-cache", "--default-index", `${server.url}/root/pypi/simple/`, "--directory", folder],
    {},
  );

  assert.equal(locked.status, 0, locked.output);
  const exported = await clients.run("cat", [join(folder, "uv.lock")]);
  assert.match(exported.output, /requests-9\.0-py3-none-any\.whl", hash = "sha256:\w{64}", size = \d+, upload-time = /);
});

test("what was cached still installs when the upstream is gone", async () => {
  await install("pip", "root/pypi", ["kept"]);
  await upstream.die();
  try {
    await install("pip", "root/pypi", ["kept"]);
    await install("uv", "root/pypi", ["kept"]);
    assert.notEqual((await tryInstall("pip", "root/pypi", ["never-asked", "--retries", "0"])).status, 0);
  } finally {
    await upstream.revive();
  }
});

interface InstallOptions extends RunOptions {
  readonly login?: string;
}

async function publish(index: string, wheel: MetadataOptions): Promise<ArchiveFile> {
  const answer = await http.upload(index, wheel, ALICE);
  assert.equal(answer.status, 200, answer.text);
  return aWheelFile(wheel);
}

function offered(options: MetadataOptions, day: string) {
  return { ...aWheelFile(options), uploadTime: `${day}T12:00:00Z` };
}

let target = "";

function tryInstall(
  program: "pip" | "uv",
  index: string,
  args: readonly string[],
  options: InstallOptions = {},
): Promise<Ended> {
  const { login, ...rest } = options;
  const address = new URL(`${server.url}/${index}/simple/`);
  if (login !== undefined) [address.username = "", address.password = ""] = login.split(":");
  target = clients.folder();
  const head = program === "pip" ? ["install"] : ["pip", "install", "--no-cache"];
  return clients.run(program, [...head, "-i", address.href, "--target", target, ...args], rest);
}

async function install(
  program: "pip" | "uv",
  index: string,
  args: readonly string[],
  options: InstallOptions = {},
): Promise<Ended> {
  const ended = await tryInstall(program, index, args, options);
  assert.equal(ended.status, 0, `${program} ${args.join(" ")} from ${index}:\n${ended.output}`);
  return ended;
}

/** The packages that an installation brought. */
async function installed(program: "pip" | "uv", index: string, args: readonly string[]): Promise<readonly string[]> {
  await install(program, index, args);
  return readdirSync(target)
    .filter((name) => /^[a-z]+$/.test(name))
    .filter((name) => name !== "bin")
    .sort();
}
