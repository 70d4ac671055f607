import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../support/clients.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { ROOT_PASSWORD, type Served, serveVivarium } from "../support/served.ts";

/** What jf does, done by the library that jf is made of, built with Go where that is there. */

const SOURCE = join(ROOT, "tests", "conformance", "artifactory", "jfrog");

let folder: string;
let upstream: FakeUpstream;
let server: Served;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "vivarium-jf-"));
  upstream = await openFakeUpstream();
  server = await serveVivarium({ upstream: upstream.url });
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

interface Step {
  readonly step: string;
  readonly failure: string | null;
}

test("jf's library does all that its users do", async (context) => {
  const program = join(folder, "steps");
  const why = await whyNotBuilt(program);
  if (why !== null) {
    context.skip(why);
    return;
  }
  const { status, output } = await run(program, [], {
    VIVARIUM_URL: server.url,
    VIVARIUM_PASSWORD: ROOT_PASSWORD,
    VIVARIUM_TEST_UPSTREAM: upstream.origin,
    VIVARIUM_TEST_FOLDER: folder,
  });
  const steps = output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Step);
  assert.ok(status === 0 && steps.length > 5, output);
  for (const { step, failure } of steps) {
    await context.test(step, () => assert.equal(failure, null, `${failure}\n${output}`));
  }
});

/** Builds the steps; `null`: they are there. A machine without Go, or one that cannot have its modules, builds none. */
async function whyNotBuilt(program: string): Promise<string | null> {
  if (spawnSync("go", ["version"]).status !== 0) return "there is no Go here to build jf's library with";
  const { status, output } = await run("go", ["-C", SOURCE, "build", "-o", program, "."], {
    GOFLAGS: "-buildvcs=false",
  });
  if (status === 0) return null;
  // What does not compile is a fault; what cannot be had is none.
  assert.match(output, /dial tcp|no such host|Forbidden|timeout|not available/, output);
  return "the modules of jf's library cannot be had here";
}

function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, output }));
  });
}
