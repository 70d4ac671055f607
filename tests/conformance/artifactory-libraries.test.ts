import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Clients, openClients, ROOT } from "../support/clients.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { ROOT_PASSWORD, type Served, serveVivarium } from "../support/served.ts";

/** The libraries that scripts are written with, unmodified; their steps are Python programs beside this file. */

let clients: Clients;
let upstream: FakeUpstream;
let server: Served;

before(async () => {
  clients = await openClients("artifactory-clients");
  upstream = await openFakeUpstream();
  server = await serveVivarium({ upstream: upstream.url });
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  clients?.[Symbol.dispose]();
});

interface Step {
  readonly step: string;
  readonly failure: string | null;
}

for (const library of ["pyartifactory", "dohq"]) {
  test(`${library} does all that its users do`, async (context) => {
    const program = join(ROOT, "tests", "conformance", "artifactory", `${library}_steps.py`);
    const ended = await clients.run("python", [program], {
      env: {
        // Beside the steps nothing is left.
        PYTHONDONTWRITEBYTECODE: "1",
        VIVARIUM_URL: server.url,
        VIVARIUM_PASSWORD: ROOT_PASSWORD,
        VIVARIUM_TEST_UPSTREAM: upstream.url,
        VIVARIUM_TEST_FOLDER: clients.folder(),
      },
    });
    const steps = ended.output
      .split("\n")
      .filter((line) => line.startsWith('{"step"'))
      .map((line) => JSON.parse(line) as Step);
    assert.ok(ended.status === 0 && steps.length > 5, ended.output);
    for (const { step, failure } of steps) {
      await context.test(step, () => assert.equal(failure, null, failure ?? ""));
    }
  });
}
