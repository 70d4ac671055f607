import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Instant } from "#core";
import { moveIn, openExportFolder, SourceFault } from "../../src/dialects/devpi/index.ts";
import { aWheel, aWheelFile } from "../support/archives.ts";
import { type ExportExtras, type ExportedRelease, writeDevpiExport } from "../support/devpi-export.ts";
import { runMove } from "../support/moving-command.ts";
import { expectStatus, openTestApp, type TestApp } from "../support/test-app.ts";

/** Moving in from exports that were made by hand: clashes, damage, interruptions. */

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function releases(count: number): readonly ExportedRelease[] {
  return Array.from({ length: count }, (_, number) => {
    const [name, version] = [`proj${number}`, "1.0"];
    return { name, version, filename: `${name}-${version}-py3-none-any.whl`, bytes: aWheel({ name, version }) };
  });
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "vivarium-moving-"));
  folders.push(folder);
  return folder;
}

function anExport(count: number, extras: ExportExtras = {}): string {
  const folder = scratch();
  writeDevpiExport(folder, releases(count), extras);
  return folder;
}

async function move(app: TestApp, folder: string, signal = new AbortController().signal) {
  const { registry, access } = app.app;
  return moveIn({
    registry,
    access,
    source: await openExportFolder(folder),
    now: () => 0 as Instant,
    signal,
    progress: () => {},
    usersOnly: false,
    isFresh: true,
  });
}

test("a salted password of devpi's first years keeps working", async () => {
  await using app = await openTestApp();
  const pwsalt = "c2FsdA==\n";
  const pwhash = createHash("sha256").update(pwsalt).update("old's password").digest("hex");
  const report = await move(app, anExport(1, { users: { old: { pwsalt, pwhash } } }));
  assert.equal(report.isComplete, true);
  expectStatus(await app.as("old").get("/api/v1/users/old"), 200);
});

test("names that clash without regard to case, and keys, get others, which is told, and stay so", async () => {
  await using app = await openTestApp();
  const stage = { indexconfig: { type: "stage", acl_upload: ["Bob"] }, projects: {}, files: [] };
  const users = { bob: {}, Bob: {}, api: {}, dev: {} };
  const folder = anExport(1, { users, indexes: { "bob/x": stage, "Bob/x": stage } });
  const report = await move(app, folder);
  assert.deepEqual(
    report.renamed.map(({ what, from, to }) => [what, from, to]),
    [
      ["user", "api", "api-devpi"],
      ["user", "bob", "bob-devpi"],
      ["index", "root/dev", "root/dev-devpi"],
    ],
  );
  assert.equal((await app.app.registry.repository("bob-devpi/x" as never))?.kind, "local");
  const again = await move(app, folder);
  assert.deepEqual([again.renamed, again.users.same, again.indexes.same], [[], 5, 3]);
});

test("a damaged and a missing file are told, the rest comes, and mending them is enough", async () => {
  await using app = await openTestApp();
  const folder = anExport(4);
  const path = (name: string) => join(folder, "root", "dev", name, "1.0", `${name}-1.0-py3-none-any.whl`);
  truncateSync(path("proj1"), 100);
  rmSync(path("proj2"));
  const report = await move(app, folder);
  assert.deepEqual([report.isComplete, report.files.copied], [false, 2]);
  assert.match(report.faults.map(({ because }) => because).join("\n"), /proj1.*its sha256 is .* instead of /);
  assert.match(report.faults.map(({ because }) => because).join("\n"), /proj2.*is missing from the export/);
  writeDevpiExport(folder, releases(4));
  const mended = await move(app, folder);
  assert.deepEqual([mended.isComplete, mended.files.copied, mended.files.same], [true, 2, 2]);
});

test("what is no whole export is refused in one sentence, before anything is made", async () => {
  const folder = scratch();
  await assert.rejects(openExportFolder(folder), /there is no dataindex.json in it/);
  writeFileSync(join(folder, "dataindex.json"), '{"users": {');
  await assert.rejects(
    openExportFolder(folder),
    (error) => error instanceof SourceFault && /damaged/.test(error.message),
  );
  await assert.rejects(openExportFolder(anExport(1, { dumpversion: "7" })), /dumpversion '7'/);
  const { status, err } = await runMove(["import", "devpi", join(folder, "nothing"), "--data", join(folder, "data")]);
  assert.equal(status, 3);
  assert.equal(err.trim().split("\n").length, 1, err);
});

test("a file that was uploaded here under the same name stays, and is told", async () => {
  await using app = await openTestApp();
  await app.app.registry.repositoriesAdmin.create({ kind: "system", reason: "test" }, "root/dev" as never, {
    kind: "local",
  });
  const metadata = { name: "proj0", version: "1.0", summary: "Ours" };
  const reply = await app.as("root", "root's password").publish("root/dev", aWheelFile(metadata), metadata);
  expectStatus(reply, 200);
  const report = await move(app, anExport(2));
  assert.equal(report.files.copied, 1);
  assert.match(report.leftOut.map(({ because }) => because).join(), /another file of this name/);
});

test("a move that is killed goes on from what is there", async () => {
  const folder = anExport(300);
  const data = join(scratch(), "data");
  const first = await runMove(["import", "devpi", folder, "--data", data], {}, (child) => {
    setTimeout(() => child.kill("SIGKILL"), 900);
  });
  assert.equal(first.status === null || first.status === 0, true);
  const { status, answer, err } = await runMove(["import", "devpi", folder, "--json", "--data", data]);
  assert.equal(status, 0, err);
  assert.deepEqual([answer.files.copied + answer.files.same, answer.compared], [300, { files: 300, equal: 300 }]);
});

test("told to stop, it says so, and keeps what was finished", async () => {
  await using app = await openTestApp();
  const report = await move(app, anExport(3), AbortSignal.abort());
  assert.equal(report.isComplete, false);
  assert.match(report.notes.join(), /the same command goes on from there/);
});
