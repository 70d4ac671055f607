import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { type Clients, type Ended, openClients } from "../support/clients.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { writeProject } from "../support/project-folder.ts";
import { ROOT_PASSWORD, type Served, serveVivarium } from "../support/served.ts";

/** The real devpi client against a real socket: the tutorial in order, then each command once more at its edges. */

let clients: Clients;
let upstream: FakeUpstream;
let server: Served;

before(async () => {
  clients = await openClients("clients");
  upstream = await openFakeUpstream();
  upstream.add("requests", aWheelFile({ name: "requests", version: "9.0" }));
  server = await serveVivarium({ upstream: upstream.url, args: ["--signup", "open"] });
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  clients?.[Symbol.dispose]();
});

test("the tutorial works as written: use, user, login, index, upload from a project folder, install", async () => {
  const project = clients.folder();
  writeProject(project, "hello-world", "1.0");

  await devpi("use", server.url);
  says(await devpi("user", "-c", "alice", "password=secret", "email=alice@example.org"), /user created: alice/);
  says(await devpi("login", "alice", "--password=secret"), /logged in 'alice', credentials valid for 10\.00 hours/);
  says(await devpi("index", "-c", "dev"), /\/alice\/dev\?no_projects=:\n {2}type=stage[\s\S]*acl_upload=alice\n/);
  says(await devpi("use", "alice/dev"), /current devpi index: .*\/alice\/dev \(logged in as alice\)/);
  const uploaded = await run("devpi", ["upload", "--no-isolation", "--no-vcs"], project);
  says(uploaded, /file_upload of hello_world-1\.0\.tar\.gz to/);
  says(uploaded, /file_upload of hello_world-1\.0-py3-none-any\.whl to/);

  for (const page of ["simple", "+simple"]) {
    const target = clients.folder();
    await run("pip", ["install", "-i", `${server.url}/alice/dev/${page}/`, "--target", target, "hello-world"]);
    assert.ok(readdirSync(target).includes("hello_world"), `installed from ${page}`);
  }
});

test("an installer that is given the index without +simple finds it", async () => {
  const target = clients.folder();

  await run("pip", ["install", "-i", `${server.url}/alice/dev/`, "--target", target, "hello-world"]);

  assert.ok(readdirSync(target).includes("hello_world"));
});

test("devpi list shows projects, versions and files", async () => {
  says(await devpi("list"), /^hello-world$/m);
  says(await devpi("list", "hello-world"), /\/alice\/dev\/\+f\/\w{3}\/\w{13}\/hello_world-1\.0-py3-none-any\.whl/);
});

test("devpi index modifies settings one by one, and says what cannot be done", async () => {
  says(await devpi("index", "alice/dev", "title=Ours", "acl_upload+=bob"), /title=Ours/);
  says(await devpi("index", "alice/dev", "bases+=root/pypi"), /bases=root\/pypi/);
  says(await devpi("index", "alice/dev", "acl_upload-=bob", "title-="), /acl_upload=alice\n/);

  says(await fails("index", "alice/dev", "acl_upload-=nobody"), /setting doesn't have value 'nobody'/);
  says(await fails("index", "alice/dev", "nonsense=1"), /unexpected keyword arguments: nonsense=1/);
  await fails("index", "alice/nothing");
});

test("devpi push copies a release to another index, once", async () => {
  await devpi("index", "-c", "prod", "volatile=False");

  says(await devpi("push", "hello-world==1.0", "alice/prod"), /200 register hello-world 1\.0 -> alice\/prod/);

  says(await devpi("list", "--index", "alice/prod", "hello-world"), /alice\/prod\/\+f\/.*hello_world-1\.0\.tar\.gz/);
  says(await fails("push", "hello-world==1.0", "alice/prod"), /409/);
  says(await fails("push", "hello-world==7.0", "alice/prod"), /there are no files for hello-world 7\.0/);
});

test("the same file again succeeds where it cannot be replaced, and other bytes are refused with the reason", async () => {
  await devpi("use", "alice/prod");
  const folder = clients.folder();
  const first = aWheelFile({ name: "steady", version: "1.0" });
  const other = aWheelFile({ name: "steady", version: "1.0", summary: "Other bytes" });
  const path = join(folder, first.filename);

  writeFileSync(path, first.bytes);
  await devpi("upload", path);
  await devpi("upload", path);
  writeFileSync(path, other.bytes);
  says(await fails("upload", path), /409[\s\S]*already exists/);
});

test("devpi remove takes releases away where the index is volatile, and only with --force elsewhere", async () => {
  says(await fails("remove", "-y", "hello-world==1.0"), /403/);
  says(await devpi("remove", "-y", "-f", "hello-world==1.0"), /version: 1\.0\n[\s\S]*hello_world-1\.0\.tar\.gz/);
  says(await devpi("list"), /^steady$/m);

  await devpi("use", "alice/dev");
  says(await devpi("remove", "-y", "hello-world"), /version: 1\.0/);
  says(await fails("list", "hello-world"), /no project 'hello-world'|404/);
});

test("devpi remove of one file's address takes that file away", async () => {
  const folder = clients.folder();
  const wheel = aWheelFile({ name: "single", version: "1.0" });
  writeFileSync(join(folder, wheel.filename), wheel.bytes);
  await devpi("upload", join(folder, wheel.filename));
  const address = `${server.url}/alice/dev/+f/${wheel.sha256.slice(0, 3)}/${wheel.sha256.slice(3, 16)}/${wheel.filename}`;

  await devpi("remove", "-y", address);

  assert.equal((await fetch(address)).status, 410);
});

test("a mirror refuses uploads and shows what the upstream has", async () => {
  await devpi("use", "root/pypi");
  says(await fails("upload", "nothing.whl"), /does not support upload/);
  says(await devpi("list", "requests"), /requests-9\.0-py3-none-any\.whl/);
  says(await devpi("refresh", "requests"), /Refreshed requests/);
  await devpi("use", "alice/dev");
});

test("a wrong password is refused with devpi's sentence, and the login that was there stays", async () => {
  says(await fails("login", "alice", "--password=wrong"), /user 'alice' could not be authenticated/);
  says(await devpi("use"), /logged in as alice/);
});

test("an index that is closed is closed to strangers, and open to whom it names", async () => {
  await devpi("index", "-c", "closed", "acl_read=alice,bob");
  await devpi("user", "-c", "bob", "password=bobs");
  await devpi("user", "-c", "carol", "password=carols");

  await devpi("login", "bob", "--password=bobs");
  await devpi("list", "--index", "alice/closed");
  await devpi("login", "carol", "--password=carols");
  says(await fails("list", "--index", "alice/closed"), /403/);
  await devpi("login", "alice", "--password=secret");
});

test("users are modified and removed by themselves and by root only", async () => {
  says(await fails("user", "-m", "bob", "email=x@example.org"), /403/);
  says(await devpi("user", "-m", "alice", "email=alice@example.com"), /user modified: alice/);
  says(await devpi("user", "-l"), /^alice$/m);

  await devpi("user", "-m", "alice", "password=newer");
  says(await devpi("index", "-l"), /alice\/dev/);
  says(await fails("login", "alice", "--password=secret"), /could not be authenticated/);

  await devpi("login", "root", `--password=${ROOT_PASSWORD}`);
  says(await devpi("user", "-y", "--delete", "carol"), /user deleted: carol/);
  says(await fails("user", "-y", "--delete", "root"), /403/);
  await devpi("login", "alice", "--password=newer");
});

test("an index is deleted once it is volatile", async () => {
  says(await fails("index", "-y", "--delete", "alice/prod"), /403[\s\S]*non-volatile/);
  await devpi("index", "alice/prod", "volatile=True");
  says(await devpi("index", "-y", "--delete", "alice/prod"), /index deleted/);
});

test("logging off forgets the login", async () => {
  says(await devpi("logoff"), /login information deleted/);
  says(await devpi("use"), /not logged in/);
});

/** Runs devpi's client, which has to succeed. */
async function devpi(...args: readonly string[]): Promise<Ended> {
  return run("devpi", args);
}

async function fails(...args: readonly string[]): Promise<Ended> {
  const ended = await clients.run("devpi", args);
  assert.notEqual(ended.status, 0, `devpi ${args.join(" ")} should fail:\n${ended.output}`);
  return ended;
}

async function run(program: string, args: readonly string[], cwd?: string): Promise<Ended> {
  const ended = await clients.run(program, args, cwd === undefined ? {} : { cwd });
  assert.equal(ended.status, 0, `${program} ${args.join(" ")}:\n${ended.output}\n${server.output().slice(-2000)}`);
  return ended;
}

function says({ output }: Ended, expected: RegExp): void {
  assert.match(output, expected);
}
