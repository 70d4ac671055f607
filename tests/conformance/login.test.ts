import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { type Clients, openClients, ROOT } from "../support/clients.ts";
import { type Account, type DevpiHttp, devpiHttp } from "../support/devpi-http.ts";
import { type Served, serveVivarium } from "../support/served.ts";

/** What `vivarium login` writes is read by the real tools, each of which then works without being told anything else. */

const ALICE: Account = ["alice", "secret"];
const PYPIRC = "[distutils]\nindex-servers =\n    elsewhere\n\n[elsewhere]\nrepository = https://elsewhere.example/";

let clients: Clients;
let publishers: Clients;
let server: Served;
let http: DevpiHttp;
let home: string;

before(async () => {
  clients = await openClients("clients");
  publishers = await openClients("publishers");
  server = await serveVivarium({ upstream: "none", args: ["--signup", "open"] });
  http = devpiHttp(server.url);
  await http.ask("PUT", "/alice", { as: null, json: { password: "secret" } });
  await http.ask("PUT", "/alice/closed", { as: ALICE, json: { acl_read: ["alice"] } });
  home = clients.folder();
  writeFileSync(join(home, ".pypirc"), PYPIRC);
  await vivarium(
    "login",
    `${server.url}/alice/closed`,
    ...["pip", "uv", "twine", "pdm", "poetry"].flatMap((t) => ["--for", t]),
  );
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  publishers?.[Symbol.dispose]();
  clients?.[Symbol.dispose]();
});

test("twine publishes by the name of the repository", async () => {
  await run(clients, "twine", ["upload", "--repository", "alice-closed", wheelOf("by-twine")]);
  assert.equal(await isThere("by-twine"), true);
});

test("pdm publishes by the name of the repository", async () => {
  const wheel = wheelOf("by-pdm");
  const folder = clients.folder();
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "by_pdm-1.0-py3-none-any.whl"), readFileSync(wheel));
  writeFileSync(join(folder, "pyproject.toml"), '[project]\nname = "by-pdm"\nversion = "1.0"\n');
  await run(publishers, "pdm", ["publish", "--no-build", "--repository", "alice-closed"], folder);
  assert.equal(await isThere("by-pdm"), true);
});

test("poetry knows the repository and who signs in there", async () => {
  const shown = await run(publishers, "poetry", ["config", "repositories.alice-closed"]);
  assert.match(shown, new RegExp(`${server.url}/alice/closed/`));
});

test("pip and uv install from the closed repository without being told of it", async () => {
  await run(clients, "twine", ["upload", "--repository", "alice-closed", wheelOf("by-hand")]);
  const [pipped, uved] = [clients.folder(), clients.folder()];
  await run(clients, "pip", ["install", "--target", pipped, "by-hand"]);
  assert.equal(existsSync(join(pipped, "by_hand-1.0.dist-info")), true);
  await run(publishers, "uv", ["pip", "install", "--no-cache", "--target", uved, "by-hand"]);
  assert.equal(existsSync(join(uved, "by_hand-1.0.dist-info")), true);
});

test("logout leaves every file as it was before", async () => {
  await vivarium("logout", server.url);
  assert.equal(readFileSync(join(home, ".pypirc"), "utf8"), PYPIRC);
  for (const path of [".netrc", ".config/pip/pip.conf", ".config/uv/uv.toml", ".config/pdm/config.toml"]) {
    assert.equal(existsSync(join(home, path)), false, path);
  }
});

async function vivarium(...args: readonly string[]): Promise<string> {
  const program = [join(ROOT, "scripts", "vivarium.mjs"), ...args];
  return run(clients, "node", args[0] === "login" ? [...program, "--user", "alice"] : program);
}

/** Where settings are read from the folder of the test instead of nowhere. */
async function run(of: Clients, program: string, args: readonly string[], cwd = home): Promise<string> {
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    PIP_CONFIG_FILE: "",
    UV_NO_CONFIG: "false",
    VIVARIUM_PASSWORD: "secret",
  };
  const ended = await of.run(program, args, { cwd, env });
  assert.equal(ended.status, 0, `${program} ${args.join(" ")}\n${ended.output}`);
  return ended.output;
}

function wheelOf(name: string): string {
  const { filename, bytes } = aWheelFile({ name, version: "1.0" });
  const path = join(clients.folder(), filename);
  writeFileSync(path, bytes);
  return path;
}

async function isThere(project: string): Promise<boolean> {
  return (await http.ask("GET", `/alice/closed/${project}`, { as: ALICE })).status === 200;
}
