import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { type Clients, openClients } from "../support/clients.ts";
import { type DevpiHttp, devpiHttp } from "../support/devpi-http.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { type Served, serveDevpi, serveVivarium } from "../support/served.ts";

/**
 * Bases, mirrors, whitelists and their inheritance on generated graphs, answered by a real devpi-server and by ours.
 * Where the two differ on purpose, a test of its own says how and why.
 */

const GRAPHS = 30;
const PROJECTS = ["alpha", "beta", "gamma"] as const;
const SIMPLE_JSON = "application/vnd.pypi.simple.v1+json";

interface Stage {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Project and version of each wheel it holds. */
  readonly wheels: readonly (readonly [project: string, version: string])[];
}

let clients: Clients;
let upstreams: readonly [FakeUpstream, FakeUpstream];
let theirServer: Served;
let ourServer: Served;
let theirs: DevpiHttp;
let ours: DevpiHttp;

before(async () => {
  clients = await openClients("devpi-server");
  upstreams = [await openFakeUpstream(), await openFakeUpstream()];
  offer(upstreams[0], ["alpha", "1.0"], ["alpha", "9.0"], ["beta", "9.0"]);
  offer(upstreams[1], ["alpha", "8.0"], ["beta", "9.0"], ["gamma", "8.0"]);
  [theirServer, ourServer] = await Promise.all([
    serveDevpi(clients),
    serveVivarium({ upstream: upstreams[0].url, args: ["--signup", "open"] }),
  ]);
  theirs = devpiHttp(theirServer.url);
  ours = devpiHttp(ourServer.url);
  await both("PUT", "/g", { password: "secret" });
  await both("PUT", "/root/m1", { type: "mirror", mirror_url: upstreams[0].url });
  await both("PUT", "/root/m2", { type: "mirror", mirror_url: upstreams[1].url });
});

after(async () => {
  await theirServer?.[Symbol.asyncDispose]();
  await ourServer?.[Symbol.asyncDispose]();
  for (const upstream of upstreams ?? []) await upstream[Symbol.asyncDispose]();
  clients?.[Symbol.dispose]();
});

for (let seed = 1; seed <= GRAPHS; seed += 1) {
  test(`graph ${seed}: the same files are listed and the same versions told as by devpi-server`, async () => {
    const stages = graphOf(seed);
    // Bases first: a stage may only name what is there.
    for (const stage of stages.toReversed()) {
      await both("PUT", `/${stage.name}`, stage.options);
      for (const [name, version] of stage.wheels) {
        const wheel = { name, version, summary: `from ${stage.name}` };
        assert.equal((await theirs.upload(stage.name, wheel)).status, 200);
        assert.equal((await ours.upload(stage.name, wheel)).status, 200);
      }
    }
    for (const stage of stages) {
      for (const project of PROJECTS) {
        const what = `${stage.name} ${project} in ${JSON.stringify(stages, null, 1)}`;
        assert.deepEqual(await filesOf(ours, stage.name, project), await filesOf(theirs, stage.name, project), what);
        assert.deepEqual(
          await versionsOf(ours, stage.name, project),
          await versionsOf(theirs, stage.name, project),
          what,
        );
      }
    }
  });
}

test("a mirror that fails is skipped by devpi-server; ours says 502, because absent and unavailable are not the same", async () => {
  const dead = "http://127.0.0.1:9/simple/";
  await both("PUT", "/root/dead", { type: "mirror", mirror_url: dead });
  await both("PUT", "/g/on-dead", { bases: "root/dead", acl_upload: "root" });
  await ours.upload("g/on-dead", { name: "held", version: "1.0" });

  assert.equal((await filesOf(theirs, "g/on-dead", "alpha")).status, 404);
  assert.equal((await filesOf(ours, "g/on-dead", "alpha")).status, 502);
  assert.equal((await filesOf(ours, "g/on-dead", "held")).status, 200, "a held project needs no mirror");
});

test("a project whose last file was removed still belongs to the house: ours does not ask the mirror for it", async () => {
  await both("PUT", "/g/emptied", { bases: "root/m1", acl_upload: "root" });
  for (const server of [ours, theirs]) {
    await server.upload("g/emptied", { name: "alpha", version: "5.0" });
    assert.equal((await server.ask("DELETE", "/g/emptied/alpha/5.0")).status, 200);
  }

  assert.equal((await filesOf(theirs, "g/emptied", "alpha")).files.length, 2, "devpi-server falls through");
  assert.deepEqual((await filesOf(ours, "g/emptied", "alpha")).files, []);
});

function offer(upstream: FakeUpstream, ...wheels: readonly (readonly [string, string])[]): void {
  for (const [name, version] of wheels) upstream.add(name, aWheelFile({ name, version, summary: upstream.origin }));
}

async function both(method: string, path: string, json: unknown): Promise<void> {
  for (const server of [theirs, ours]) {
    const answer = await server.ask(method, path, { json });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  }
}

/** What an installer sees: the status, and each file with its hash. */
async function filesOf(server: DevpiHttp, index: string, project: string) {
  const answer = await server.ask("GET", `/${index}/+simple/${project}/`, { headers: { accept: SIMPLE_JSON } });
  const listed = (answer.json?.["files"] ?? []) as { filename: string; hashes: Record<string, string> }[];
  const files = listed.map(({ filename, hashes }) => `${filename} ${hashes["sha256"]}`).sort();
  return { status: answer.status, files };
}

interface VersionData {
  readonly "+links"?: readonly { readonly href: string }[];
  readonly "+shadowing"?: readonly VersionData[];
}

/** What the client sees: each version, where its files are, and which stages it shadows. */
async function versionsOf(server: DevpiHttp, index: string, project: string) {
  const answer = await server.ask("GET", `/${index}/${project}`);
  const versions = (answer.json?.["result"] ?? {}) as Record<string, VersionData>;
  const shown = Object.entries(versions).map(([version, data]) => {
    const [files = [], ...shadowing] = eachOnce([data, ...(data["+shadowing"] ?? [])].map(pathsOf));
    return { version, files, shadowing };
  });
  return { status: answer.status, versions: shown.sort((a, b) => (a.version < b.version ? -1 : 1)) };
}

/** devpi-server tells of a stage that is reached in two ways twice, ours once. */
function eachOnce(told: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(told.map((paths) => [paths.join(" "), paths])).values()];
}

function pathsOf(data: VersionData): readonly string[] {
  return (data["+links"] ?? []).map(({ href }) => new URL(href).pathname).sort();
}

/** Up to five stages; each inherits from some later ones and perhaps from mirrors, in any order. */
function graphOf(seed: number): readonly Stage[] {
  const random = randomOf(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const count = 1 + Math.floor(random() * 5);
  const names = Array.from({ length: count }, (_, index) => `g/s${seed}-${index}`);
  return names.map((name, index) => {
    const candidates = [...names.slice(index + 1), "root/m1", "root/m2"];
    const bases = candidates.filter(() => random() < 0.5).sort(() => random() - 0.5);
    return {
      name,
      options: {
        bases,
        acl_upload: ["root"],
        mirror_whitelist: pick([[], [], ["*"], ["alpha"], ["Beta"], ["alpha", "beta"]]),
        mirror_whitelist_inheritance: pick(["intersection", "union"]),
      },
      wheels: PROJECTS.filter(() => random() < 0.35).map((project) => [project, pick(["1.0", "2.0"])] as const),
    };
  });
}

/** mulberry32: small, and the same everywhere, so that a seed names a graph. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
