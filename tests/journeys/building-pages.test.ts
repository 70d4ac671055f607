import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const SCRIPTS = join(import.meta.dirname, "..", "..", "scripts");

/** What stands in for vite: writes what it is told to, or fails; says each time that it ran. */
const A_BUILDER = `
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const [, , , sources, , out] = process.argv;
appendFileSync(join(sources, "..", "runs"), "x");
const text = readFileSync(join(sources, "src", "main.tsx"), "utf8");
if (text.includes("broken")) {
  console.error("\\u001b[31merror\\u001b[0m: main.tsx is broken\\n    at somewhere");
  process.exit(1);
}
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "index.html"), text);
`;

async function aProject() {
  const root = await mkdtemp(join(tmpdir(), "vivarium-build-"));
  await cp(SCRIPTS, join(root, "scripts"), { recursive: true });
  await mkdir(join(root, "ui", "src"), { recursive: true });
  await mkdir(join(root, "node_modules", "vite", "bin"), { recursive: true });
  const write = (path: string, text: string) => writeFile(join(root, path), text);
  await write("package.json", '{"type": "module"}');
  await write("package-lock.json", "{}");
  await write("ui/src/main.tsx", "first");
  await write("node_modules/vite/bin/vite.js", A_BUILDER);
  return {
    write,
    build(...args: string[]) {
      const script = join(root, "scripts", "build-ui.mjs");
      const { status, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: "utf8" });
      return { status, said: stderr };
    },
    page: () => readFile(join(root, "ui", "dist", "index.html"), "utf8").catch(() => null),
    runs: async () => (await readFile(join(root, "runs"), "utf8").catch(() => "")).length,
    remove: (path: string) => rm(join(root, path), { recursive: true }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

test("the pages are built once, and again only when what they are made of has changed", async () => {
  await using project = await aProject();
  assert.equal(project.build("--if-possible").status, 0);
  assert.deepEqual([await project.page(), await project.runs()], ["first", 1]);
  assert.deepEqual(project.build("--if-possible"), { status: 0, said: "" });
  await project.write("ui/src/some.test.ts", "a test");
  project.build("--if-possible");
  assert.equal(await project.runs(), 1);

  await project.write("ui/src/main.tsx", "second");
  project.build("--if-possible");
  assert.deepEqual([await project.page(), await project.runs()], ["second", 2]);
  await project.write("package-lock.json", '{"newer": true}');
  project.build("--if-possible");
  assert.equal(await project.runs(), 3);
  await project.remove("ui/dist");
  project.build("--if-possible");
  assert.deepEqual([await project.page(), await project.runs()], ["second", 4]);
});

test("a build that fails says so in one line, leaves the earlier pages, and keeps no server from starting", async () => {
  await using project = await aProject();
  await project.write("ui/src/main.tsx", "broken");
  const failed = project.build("--if-possible");
  assert.equal(failed.status, 0);
  assert.match(
    failed.said,
    /^vivarium: the pages could not be built: error: main\.tsx is broken; .* without pages\.$/m,
  );
  assert.equal(await project.page(), null);
  assert.equal(project.build().status, 1);

  await project.write("ui/src/main.tsx", "right");
  assert.equal(project.build().status, 0);
  await project.write("ui/src/main.tsx", "broken again");
  assert.match(project.build("--if-possible").said, /earlier build are served\.$/m);
  assert.equal(await project.page(), "right");
});

test("where nothing can build them, or there is nothing to build, the server starts all the same", async () => {
  await using project = await aProject();
  await project.remove("node_modules/vite");
  const { status, said } = project.build("--if-possible");
  assert.deepEqual([status, /not installed/.test(said)], [0, true]);
  await project.remove("ui/src");
  assert.deepEqual(project.build(), { status: 0, said: "" });
});
