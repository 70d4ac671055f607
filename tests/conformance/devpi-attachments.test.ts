import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { anSdistFile } from "../support/archives.ts";
import { type Clients, type Ended, openClients } from "../support/clients.ts";
import { docZip } from "../support/documentation.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { writeProject } from "../support/project-folder.ts";
import { type Served, serveVivarium } from "../support/served.ts";

/** The real devpi client with documentation and test results: uploaded, run by tox, listed, pushed and removed. */

const TOX_INI = `[tox]
envlist = py
[testenv]
skip_install = true
commands = python -c "import os, sys; print('tested'); sys.exit(int(os.environ.get('OUTCOME', '0')))"
passenv = OUTCOME
`;

let clients: Clients;
let upstream: FakeUpstream;
let server: Served;
let other: Served;

before(async () => {
  clients = await openClients("devpi-client");
  upstream = await openFakeUpstream();
  const args = ["--signup", "open", "--push-host", "127.0.0.1"];
  [server, other] = await Promise.all([
    serveVivarium({ upstream: upstream.url, args }),
    serveVivarium({ upstream: upstream.url, args }),
  ]);
  for (const { url } of [other, server]) {
    await devpi("use", url);
    await devpi("user", "-c", "alice", "password=secret");
    await devpi("login", "alice", "--password=secret");
    await devpi("index", "-c", "dev");
    await devpi("use", "alice/dev");
  }
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  clients?.[Symbol.dispose]();
});

test("devpi upload --with-docs builds the documentation of a project and sends it along", async () => {
  const project = clients.folder();
  writeProject(project, "documented", "1.0");
  mkdirSync(join(project, "docs"));
  writeFileSync(join(project, "docs", "conf.py"), "project = 'documented'\n");
  writeFileSync(join(project, "docs", "index.rst"), "Documented\n==========\n\nHow it works.\n");

  const uploaded = await run(["upload", "--no-isolation", "--no-vcs", "--with-docs"], project);

  says(uploaded, /file_upload of documented-1\.0\.tar\.gz to/);
  says(uploaded, /doc_upload of documented.*\.zip to/);
  const page = await fetch(`${server.url}/alice/dev/documented/latest/+doc/`);
  assert.match(await page.text(), /How it works/);
  assert.match(page.headers.get("content-security-policy") ?? "", /^sandbox (?!.*allow-same-origin)/);
  const search = await fetch(`${server.url}/alice/dev/documented/1.0/+doc/_static/searchtools.js`);
  assert.equal(search.headers.get("content-type"), "text/javascript; charset=utf-8");
});

test("devpi upload sends a documentation archive that is there already", async () => {
  const folder = clients.folder();
  const path = join(folder, "documented-2.0.doc.zip");
  writeFileSync(path, docZip({ "index.html": "<h1>Second</h1>" }));

  says(await devpi("upload", path), /doc_upload of documented-2\.0\.doc\.zip to/);

  const page = await fetch(`${server.url}/alice/dev/documented/stable/+doc/index.html`);
  assert.equal(await page.text(), "<h1>Second</h1>");
});

test("devpi test runs tox on what is there and sends the result, which devpi list shows", async () => {
  await uploadTested("1.0");

  const tested = await run(["test", "tested"]);
  says(tested, /posting tox result data to .*\/alice\/dev\/\+f\/.*tested-1\.0\.tar\.gz\n/);
  says(tested, /success/);

  says(await devpi("list", "--toxresults", "tested"), /tested-1\.0\.tar\.gz\n.*py .*tests passed/);
});

test("a test that fails is shown as that, with its output, in place of the one before", async () => {
  const ended = await clients.run("devpi", ["test", "tested"], { env: { OUTCOME: "3" } });
  assert.notEqual(ended.status, 0);
  says(ended, /success/);

  const listed = await devpi("list", "--toxresults", "--failures", "tested");
  says(listed, /tests failed[\s\S]*FAIL:.*sys\.exit[\s\S]*tested/);
  assert.doesNotMatch(listed.output, /tests passed/);
});

test("devpi push takes test results and documentation along", async () => {
  await devpi("index", "-c", "prod", "volatile=False");
  const path = join(clients.folder(), "tested-1.0.doc.zip");
  writeFileSync(path, docZip({ "index.html": "of tested" }));
  await devpi("upload", path);

  const pushed = await devpi("push", "tested==1.0", "alice/prod");
  says(pushed, /200 register tested 1\.0 -> alice\/prod/);
  says(pushed, /200 store_releasefile alice\/prod\/\+f\//);
  assert.equal(pushed.output.match(/200 store_toxresult alice\/prod\/\+f\//g)?.length, 2, pushed.output);
  says(pushed, /200 store_doczip tested 1\.0 -> alice\/prod/);
  says(await devpi("list", "--index", "alice/prod", "--toxresults", "tested"), /tests failed/);
  const page = await fetch(`${server.url}/alice/prod/tested/1.0/+doc/index.html`);
  assert.equal(await page.text(), "of tested");
});

test("devpi push leaves documentation out, or takes only that", async () => {
  await devpi("index", "-c", "nodocs");
  await devpi("index", "-c", "onlydocs");

  const without = await devpi("push", "--no-docs", "tested==1.0", "alice/nodocs");
  assert.doesNotMatch(without.output, /store_doczip/);
  const only = await devpi("push", "--only-docs", "tested==1.0", "alice/onlydocs");
  assert.doesNotMatch(only.output, /store_releasefile|store_toxresult/);
  says(only, /200 store_doczip/);
});

test("devpi push sends a version to another server that ~/.pypirc names", async () => {
  const pypirc = join(clients.folder(), "pypirc");
  writeFileSync(
    pypirc,
    `[distutils]\nindex-servers = other\n[other]\nrepository: ${other.url}/alice/dev/\nusername: alice\npassword: secret\n`,
  );

  const pushed = await devpi("push", "--pypirc", pypirc, "tested==1.0", "pypi:other");

  says(pushed, /200 upload alice\/dev\/\+f\/.*tested-1\.0\.tar\.gz/);
  says(pushed, /200 docfile tested/);
  const there = await fetch(`${other.url}/alice/dev/tested/1.0/+doc/index.html`);
  assert.equal(await there.text(), "of tested");
});

test("devpi remove of a version takes its test results and documentation along", async () => {
  await devpi("remove", "-y", "tested==1.0");

  assert.equal((await fetch(`${server.url}/alice/dev/tested/latest/+doc/index.html`)).status, 404);
  await uploadTested("1.0");
  assert.doesNotMatch((await devpi("list", "--toxresults", "tested")).output, /tests (passed|failed)/);
});

test("devpi test tells that the index takes results from others only, and how to do without", async () => {
  await devpi("index", "alice/dev", "acl_toxresult_upload=bob");

  const refused = await clients.run("devpi", ["test", "tested"]);
  assert.notEqual(refused.status, 0);
  says(refused, /403 .*No permission to upload tox results\. You can use the devpi test --no-upload option/);
  await run(["test", "--no-upload", "tested"]);
});

async function uploadTested(version: string): Promise<void> {
  const folder = clients.folder();
  const sdist = anSdistFile({ name: "tested", version, files: { "tox.ini": TOX_INI } });
  writeFileSync(join(folder, sdist.filename), sdist.bytes);
  await devpi("upload", join(folder, sdist.filename));
}

/** Runs devpi's client, which has to succeed. */
function devpi(...args: readonly string[]): Promise<Ended> {
  return run(args);
}

async function run(args: readonly string[], cwd?: string): Promise<Ended> {
  const ended = await clients.run("devpi", args, cwd === undefined ? {} : { cwd });
  assert.equal(ended.status, 0, `devpi ${args.join(" ")}:\n${ended.output}\n${server.output().slice(-2000)}`);
  return ended;
}

function says({ output }: Ended, expected: RegExp): void {
  assert.match(output, expected);
}
