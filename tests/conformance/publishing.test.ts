import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { anSdistFile, aWheelFile, type MetadataOptions } from "../support/archives.ts";
import { type Clients, type Ended, openClients, type RunOptions } from "../support/clients.ts";
import { type Account, type DevpiHttp, devpiHttp } from "../support/devpi-http.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { type Served, serveVivarium } from "../support/served.ts";

/** Every program that uploads, unmodified, to an index that never lets a file name mean other bytes. */

const ALICE: Account = ["alice", "secret"];
const SIMPLE_JSON = "application/vnd.pypi.simple.v1+json";

let clients: Clients;
let publishers: Clients;
let upstream: FakeUpstream;
let server: Served;
let http: DevpiHttp;
let token: string;

before(async () => {
  clients = await openClients("clients");
  publishers = await openClients("publishers");
  upstream = await openFakeUpstream();
  server = await serveVivarium({ upstream: upstream.url, args: ["--signup", "open"] });
  http = devpiHttp(server.url);
  await http.ask("PUT", "/alice", { as: null, json: { password: "secret" } });
  await http.ask("PUT", "/bob", { as: null, json: { password: "bobs" } });
  await http.ask("PUT", "/alice/dev", { as: ALICE, json: { volatile: false } });
  token = await issueToken();
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  publishers?.[Symbol.dispose]();
  clients?.[Symbol.dispose]();
});

test("twine uploads with a user's password, and with a token", async () => {
  await twine(distOf({ name: "by-password", version: "1.0" }), ["-u", "alice", "-p", "secret"]);
  await twine(distOf({ name: "by-token", version: "1.0" }), ["-u", "__token__", "-p", token]);

  assert.deepEqual(await filesOf("by-password"), ["by_password-1.0-py3-none-any.whl", "by_password-1.0.tar.gz"]);
  assert.equal((await filesOf("by-token")).length, 2);
});

test("twine uploads the same bytes again, and is told 'already exists' for other bytes", async () => {
  const login = ["-u", "alice", "-p", "secret"];
  await twine(distOf({ name: "again", version: "1.0" }), login);
  await twine(distOf({ name: "again", version: "1.0" }), login);

  const refused = await tryTwine(distOf({ name: "again", version: "1.0", summary: "Other bytes" }), login);

  assert.notEqual(refused.status, 0);
  assert.match(refused.output, /40[09][\s\S]*already exists/i);
});

test("twine is refused with a wrong password, without a login, without the right, and on a mirror", async () => {
  const dist = distOf({ name: "refused", version: "1.0" });

  assert.match((await tryTwine(dist, ["-u", "alice", "-p", "wrong"])).output, /401/);
  assert.match((await tryTwine(dist, ["-u", "bob", "-p", "bobs"])).output, /403/);
  const mirror = ["-u", "alice", "-p", "secret", "--repository-url", `${server.url}/root/pypi/`];
  assert.match((await tryTwine(dist, mirror)).output, /40[045]/);
  assert.deepEqual(await filesOf("refused"), []);
});

test("uv publishes with a password and with a token, and skips by --check-url what is there", async () => {
  const login = ["--username", "alice", "--password", "secret"];
  const dist = distOf({ name: "by-uv", version: "1.0" });
  await uv(dist, login);
  await uv(distOf({ name: "by-uv", version: "2.0" }), ["--token", token]);
  assert.equal((await filesOf("by-uv")).length, 4);

  const check = ["--check-url", `${server.url}/alice/dev/simple/`];
  assert.match((await uv(dist, [...login, ...check])).output, /already exists, skipping/);
  const other = await tryUv(distOf({ name: "by-uv", version: "1.0", summary: "Other bytes" }), [...login, ...check]);
  assert.notEqual(other.status, 0);
  assert.match(other.output, /Local file and index file do not match/);
});

test("uv shows what is wrong with an upload", async () => {
  const folder = clients.folder();
  writeFileSync(join(folder, "broken-1.0-py3-none-any.whl"), aWheelFile({ name: "other", version: "1.0" }).bytes);

  const refused = await tryUv(folder, ["--username", "alice", "--password", "secret"]);

  assert.notEqual(refused.status, 0);
  assert.deepEqual(await filesOf("broken"), []);
});

test("hatch publishes, and skips what is there", async () => {
  const folder = publishers.folder();
  const dist = distOf({ name: "by-hatch", version: "1.0" }, folder);
  const args = ["publish", "-n", "-r", `${server.url}/alice/dev/`, "-u", "alice", "-a", "secret", dist];

  await succeeds(publishers, "hatch", args, { cwd: folder });
  await publishers.run("hatch", args, { cwd: folder });

  assert.equal((await filesOf("by-hatch")).length, 2);
});

test("pdm publishes what was built", async () => {
  const folder = publishers.folder();
  distOf({ name: "by-pdm", version: "1.0" }, folder);
  writeFileSync(join(folder, "pyproject.toml"), '[project]\nname = "by-pdm"\nversion = "1.0"\n');

  await succeeds(
    publishers,
    "pdm",
    ["publish", "--no-build", "-r", `${server.url}/alice/dev/`, "--username", "alice", "--password", "secret"],
    { cwd: folder },
  );

  assert.equal((await filesOf("by-pdm")).length, 2);
});

test("poetry builds and publishes", async () => {
  const folder = publishers.folder();
  writeBuildable(folder, "by_poetry", "poetry.core.masonry.api", "poetry-core");

  await succeeds(publishers, "poetry", ["publish", "--build", "-r", "here", "-u", "alice", "-p", "secret"], {
    cwd: folder,
    env: { POETRY_REPOSITORIES_HERE_URL: `${server.url}/alice/dev/`, POETRY_VIRTUALENVS_CREATE: "false" },
  });

  assert.equal((await filesOf("by-poetry")).length, 2);
});

test("flit builds and publishes", async () => {
  const folder = publishers.folder();
  writeBuildable(folder, "by_flit", "flit_core.buildapi", "flit_core");

  await succeeds(publishers, "flit", ["publish", "--no-use-vcs"], {
    cwd: folder,
    env: { FLIT_INDEX_URL: `${server.url}/alice/dev/`, FLIT_USERNAME: "alice", FLIT_PASSWORD: "secret" },
  });

  assert.equal((await filesOf("by-flit")).length, 2);
});

/** A folder with a wheel and an sdist; the same options make the same bytes. */
function distOf(options: MetadataOptions, parent = clients.folder()): string {
  const folder = join(parent, "dist");
  mkdirSync(folder);
  for (const file of [aWheelFile(options), anSdistFile(options)])
    writeFileSync(join(folder, file.filename), file.bytes);
  return folder;
}

function writeBuildable(folder: string, module: string, backend: string, requires: string): void {
  writeFileSync(
    join(folder, "pyproject.toml"),
    [
      "[build-system]",
      `requires = ["${requires}"]`,
      `build-backend = "${backend}"`,
      "[project]",
      `name = "${module.replaceAll("_", "-")}"`,
      'version = "1.0"',
      'description = "A small package"',
      'authors = [{ name = "Alice", email = "alice@example.org" }]',
      "",
    ].join("\n"),
  );
  mkdirSync(join(folder, module));
  writeFileSync(join(folder, module, "__init__.py"), '"""A small package."""\n__version__ = "1.0"\n');
}

/** A token of alice's, made by herself over our own API. */
async function issueToken(): Promise<string> {
  const made = await http.ask("POST", "/api/v1/users/alice/tokens", { as: ALICE, json: { name: "ci" } });
  assert.ok(made.status < 300, `${made.status} ${made.text}`);
  return String(made.json?.["secret"]);
}

async function filesOf(project: string): Promise<readonly string[]> {
  const page = await http.ask("GET", `/alice/dev/+simple/${project}/`, { headers: { accept: SIMPLE_JSON } });
  return ((page.json?.["files"] ?? []) as { filename: string }[]).map(({ filename }) => filename).sort();
}

function tryTwine(dist: string, args: readonly string[]): Promise<Ended> {
  const address = args.includes("--repository-url") ? [] : ["--repository-url", `${server.url}/alice/dev/`];
  return clients.run("sh", ["-c", 'exec twine upload --non-interactive "$@" dist/*', "twine", ...address, ...args], {
    cwd: join(dist, ".."),
  });
}

async function twine(dist: string, args: readonly string[]): Promise<Ended> {
  const ended = await tryTwine(dist, args);
  assert.equal(ended.status, 0, ended.output);
  return ended;
}

function tryUv(dist: string, args: readonly string[]): Promise<Ended> {
  const fixed = ["publish", "--no-cache", "--trusted-publishing", "never", "--publish-url", `${server.url}/alice/dev/`];
  return clients.run("uv", [...fixed, ...args, join(dist, "*")]);
}

async function uv(dist: string, args: readonly string[]): Promise<Ended> {
  const ended = await tryUv(dist, args);
  assert.equal(ended.status, 0, ended.output);
  return ended;
}

async function succeeds(from: Clients, program: string, args: readonly string[], options: RunOptions): Promise<void> {
  const ended = await from.run(program, args, options);
  assert.equal(ended.status, 0, `${program} ${args.join(" ")}:\n${ended.output}`);
}
