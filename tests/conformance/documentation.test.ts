import assert from "node:assert/strict";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { anSdistFile, aWheelFile } from "../support/archives.ts";
import { type Clients, openClients, ROOT } from "../support/clients.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { writeProject } from "../support/project-folder.ts";
import { ROOT_PASSWORD, type Served, serveVivarium } from "../support/served.ts";

/**
 * What the documentation tells people to type, typed. A block fenced as `sh` runs as it stands, in order, in the folder
 * of a real project; one fenced as `sh server` starts the server or works on the checkout, and its options must exist.
 */

/** What is done differently here than by a reader, and why. */
const DIFFERENCES: readonly (readonly [RegExp, string, reason: string])[] = [
  [/^devpi upload$/m, "devpi upload --no-isolation --no-vcs", "isolated builds would ask the public index"],
];

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

test("every command of the README works as written, in its order", async () => {
  const project = clients.folder();
  writeProject(project, "hello-world", "1.0");
  mkdirSync(join(project, "dist"));
  for (const file of [
    aWheelFile({ name: "docs-demo", version: "1.0" }),
    anSdistFile({ name: "docs-demo", version: "1.0" }),
  ]) {
    writeFileSync(join(project, "dist", file.filename), file.bytes);
  }

  for (const block of blocksOf("README.md", "sh")) {
    const ended = await clients.run("sh", ["-e", "-c", typed(block)], { cwd: project, env: environment() });
    assert.equal(ended.status, 0, `${block}\n${ended.output}`);
  }
});

test("every command of the guide for who comes from Artifactory works as written, in its order", async () => {
  const project = clients.folder();
  mkdirSync(join(project, "dist"));
  const file = aWheelFile({ name: "docs-demo", version: "1.0" });
  writeFileSync(join(project, "dist", file.filename), file.bytes);

  for (const block of blocksOf("docs/guides/from-artifactory.md", "sh")) {
    const env = { ...environment(), ROOT_PASSWORD };
    const ended = await clients.run("sh", ["-e", "-c", typed(block)], { cwd: project, env });
    assert.equal(ended.status, 0, `${block}\n${ended.output}`);
    assert.match(ended.output, /docs_demo-1\.0-py3-none-any\.whl#sha256=/);
  }
});

for (const path of ["README.md", ...globSync("docs/**/*.md")]) {
  test(`the commands and options that ${path} tells readers to start exist`, async () => {
    for (const line of blocksOf(path, "sh server").flatMap((block) => block.split("\n"))) {
      const command = commandOf(line);
      if (command === null) continue;
      const help = await clients.run("vivarium", [...command, "--help"], { env: environment() });
      assert.equal(help.status, 0, `${path}: ${line}\n${help.output}`);
      for (const [option] of line.matchAll(/(?<=\s)--[a-z][a-z-]*/g)) {
        assert.ok(help.output.includes(option), `${path}: ${option} in ${line}`);
      }
    }
  });

  test(`the files that ${path} links to are there`, () => {
    const folder = join(path, "..");
    const links = [...readFileSync(path, "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link = ""]) => link);
    for (const link of links) assert.ok(globSync(join(folder, link)).length > 0, `${path} links to ${link}`);
  });
}

/** The fenced blocks with exactly that word behind the fence. */
function blocksOf(path: string, word: string): readonly string[] {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
    .filter(([, info]) => info === word)
    .map(([, , body = ""]) => body);
}

/** The words of the command that a line starts; `null`: it starts none of ours. */
function commandOf(line: string): readonly string[] | null {
  const text = line.replace(/#.*/, "").trim();
  if (/^npm start( -- |$)/.test(text)) return ["serve"];
  return /^vivarium((?: [a-z]+)+)/.exec(text)?.[1]?.trim().split(" ") ?? null;
}

function typed(block: string): string {
  const own = block.replaceAll("http://localhost:3141", server.url);
  return DIFFERENCES.reduce((text, [what, instead]) => text.replace(what, instead), own);
}

/** The `vivarium` command on the path, signed in as a reader who followed the first block is. */
function environment(): Record<string, string> {
  const bin = clients.folder();
  const command = join(bin, "vivarium");
  writeFileSync(command, `#!/bin/sh\nexec node "${join(ROOT, "scripts", "vivarium.mjs")}" "$@"\n`, { mode: 0o755 });
  return {
    PATH: [bin, clients.bin, process.env["PATH"] ?? ""].join(delimiter),
    VIVARIUM_URL: server.url,
    VIVARIUM_USER: "alice",
    VIVARIUM_PASSWORD: "secret",
    PIP_TARGET: clients.folder(),
  };
}
