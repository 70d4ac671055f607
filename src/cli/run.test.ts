import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryError } from "#core";
import { type FakeIoWish, fakeIo, noMoves } from "../../tests/support/fake-io.ts";
import { allCommands } from "./all-commands.ts";
import type { Probes } from "./doctor/probes.ts";
import { CommandFailure, EXIT, type Flags, type Offline, type OptionRow } from "./io.ts";
import { run } from "./run.ts";

const SETTINGS: readonly OptionRow[] = [
  {
    name: "port",
    short: "p",
    placeholder: "number",
    description: "port to listen at",
    defaultText: "3141",
    env: "VIVARIUM_PORT",
    commands: ["serve", "doctor"],
  },
  {
    name: "data",
    placeholder: "folder",
    description: "folder of the data",
    defaultText: null,
    env: null,
    commands: ["serve", "init", "doctor", "move"],
  },
  {
    name: "trusted-proxy",
    placeholder: "address",
    description: "whose headers are believed",
    defaultText: null,
    env: null,
    isRepeatable: true,
    commands: ["serve"],
  },
];

function offline(change: Partial<Offline> = {}): Offline {
  return {
    version: "1.2.3",
    options: SETTINGS,
    serve: async () => EXIT.done,
    init: async () => ({ dataFolder: "/data", created: true, rootPassword: "only-now" }),
    setPassword: async () => {},
    probes: () => Promise.reject(new Error("no probes in this test")),
    setup: () => Promise.reject(new Error("no setup in this test")),
    moves: noMoves,
    ...change,
  };
}

async function vivarium(line: string, wish: FakeIoWish = {}, change: Partial<Offline> = {}) {
  return vivariumWith(line.split(" "), wish, change);
}

async function vivariumWith(argv: readonly string[], wish: FakeIoWish = {}, change: Partial<Offline> = {}) {
  const fake = fakeIo(wish);
  const exitCode = await run(argv, fake.io, offline(change));
  return { exitCode, out: fake.out, err: fake.err, requests: fake.requests, questions: fake.questions };
}

const NOBODY_LISTENS: FakeIoWish["fetch"] = () =>
  Promise.reject(
    new TypeError("fetch failed", { cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }) }),
  );

test("help names every command, every exit code and every variable", async () => {
  const { out, exitCode, err } = await vivarium("--help");
  assert.equal(exitCode, EXIT.done);
  assert.deepEqual(err, []);
  for (const { path } of allCommands(SETTINGS)) assert.match(out, new RegExp(`\\n +${path[0]}\\b`));
  for (const code of Object.values(EXIT)) assert.match(out, new RegExp(`\\n +${code}  `));
  for (const name of ["URL", "TOKEN", "USER", "PASSWORD"]) assert.match(out, new RegExp(`VIVARIUM_${name} `));
});

for (const row of allCommands(SETTINGS)) {
  const name = row.path.join(" ");
  test(`the help of '${name}' explains every argument and option, by example`, async () => {
    const { out, exitCode } = await vivarium(`${name} --help`);
    assert.equal(exitCode, EXIT.done);
    for (const each of row.positionals) assert.ok(out.includes(each.description.split(" ")[0] ?? ""));
    for (const each of row.options) assert.ok(out.includes(`--${each.name}`), each.name);
    assert.ok(row.examples.length > 0);
    for (const { line } of row.examples) assert.ok(out.includes(line), line);
  });
}

test("every example of the help is understood", async () => {
  const examples = allCommands(SETTINGS).flatMap(({ examples: own }) => own.map(({ line }) => line));
  for (const line of examples.filter((each) => each.startsWith("vivarium "))) {
    const { exitCode, err } = await vivariumWith(wordsOf(line).slice(1), {
      secrets: ["secret", "secret", "secret"],
      files: { "vivarium.yaml": "version: 1\nusers: { alice: {} }\n" },
      programs: ["pip"],
      fetch: NOBODY_LISTENS,
    });
    const understood: readonly number[] = [EXIT.done, EXIT.unreachable, EXIT.bug];
    // The flags of `serve` and `gen-config` are the server's own table, of which this test has only a part.
    if (!/^vivarium (serve|gen-config \w+) --/.test(line))
      assert.ok(understood.includes(exitCode), `${line}: ${err.join("\n")}`);
  }
});

test("the version is printed", async () => {
  assert.deepEqual(await vivarium("--version").then(({ out, exitCode }) => [out, exitCode]), ["vivarium 1.2.3\n", 0]);
});

for (const [line, says] of [
  ["frobnicate", /^vivarium: unknown command 'frobnicate'; 'vivarium --help' lists what there is$/],
  ["user lst", /unknown command 'lst'\n\(Did you mean list\?\)/],
  ["user list --bogus", /unknown option '--bogus'/],
  ["user create", /missing required argument 'name'/],
  ["user show alice bob", /too many arguments/],
  ["index show dev", /'dev' is no repository: write owner\/name/],
  ["user show ..", /'\.\.' is no name/],
  ["index create alice/dev --layout round", /--layout round: it is one of simple, flat/],
  ["index create alice/dev --kind local --upstream http://u.example.com/", /--upstream is no setting of a local/],
  ["index create alice/dev --member a/b --upstream http://u.example.com/", /belong to different kinds/],
  ["index modify alice/dev", /nothing to change was given for alice\/dev/],
  ["index modify alice/dev --custom-data {", /--custom-data is not JSON/],
  ["index modify alice/dev --fresh-for soon", /--fresh-for soon: a time looks like/],
  ["user list --url ftp://example.com", /'ftp:\/\/example\.com' is not the address of a server/],
  ["user list --url http://alice:secret@example.com", /must not hold a password/],
  ["user list --token t --user alice", /leave out --user/],
  ["user list --password-file pw", /a password needs a name/],
  ["user list --user a:b --password-file pw", /no colon/],
  ["user list --user alice", /no password for alice: give --password-file FILE, or set VIVARIUM_PASSWORD/],
  ["user list --user alice --password-file nowhere", /there is no file nowhere/],
  ["user create bob", /no new password for bob: give --new-password-file/],
  ["user create bob --tokens-only --new-password-file pw", /contradict each other/],
  ["token create ci --expires 90", /--expires 90: write a span/],
  ["token create ci --expires 2020-01-01", /that has passed/],
  ["token create ci --permission fly", /--permission fly: it is one of/],
  ["status alice/dev hello --reason why", /--reason goes with a new status/],
  ["status alice/dev hello frozen", /Allowed choices are active, archived/],
  ["completion tcsh", /Allowed choices are bash, zsh, fish/],
] as const) {
  test(`'vivarium ${line}' is refused before anything is sent, with one line and exit code 2`, async () => {
    const { exitCode, err, out, requests } = await vivarium(line);
    assert.equal(exitCode, EXIT.usage);
    assert.match(err.join("\n"), says);
    assert.match(err[0] ?? "", /^vivarium: /);
    assert.equal(err.length, 1);
    assert.equal(out, "");
    assert.deepEqual(requests, []);
  });
}

test("an option of a token that is empty does not make a token for everything", async () => {
  const { exitCode, err, requests } = await vivariumWith(["token", "create", "ci", "--repository", ""]);
  assert.equal(exitCode, EXIT.usage);
  assert.match(err[0] ?? "", /--repository is empty/);
  assert.deepEqual(requests, []);
});

test("what the server refuses is told in its own words, with exit code 1", async () => {
  const api = { "GET /users/bob": problem(404, "user-not-found", "there is no user 'bob' here") };
  const { exitCode, err, out } = await vivarium("user show bob --token t", { api });
  assert.deepEqual([exitCode, err, out], [EXIT.refused, ["vivarium: there is no user 'bob' here"], ""]);
});

test("who is nobody is told how to sign in, and who was refused is not", async () => {
  const api = { "GET /users": problem(401, "not-signed-in", "sign in") };
  const nobody = await vivarium("user list", { api });
  assert.match(nobody.err[0] ?? "", /sign in \(sign in with --user NAME, or set VIVARIUM_TOKEN\)/);
  const wrong = await vivarium("user list --token t", {
    api: { "GET /users": problem(401, "wrong-credentials", "no") },
  });
  assert.deepEqual(wrong.err, ["vivarium: no"]);
});

for (const [what, fetch, says] of [
  [
    "nobody listens",
    NOBODY_LISTENS,
    /nothing answers at http:\/\/localhost:3141: start the server with 'vivarium serve'/,
  ],
  [
    "the host is unknown",
    () => Promise.reject(failure("ENOTFOUND")),
    /the host of http:\/\/localhost:3141 is not known/,
  ],
  ["the certificate is bad", () => Promise.reject(failure("CERT_HAS_EXPIRED")), /not trusted.*NODE_EXTRA_CA_CERTS/],
  [
    "it takes too long",
    () => Promise.reject(new DOMException("late", "TimeoutError")),
    /did not answer within 60 seconds/,
  ],
  ["another program answers", async () => new Response("<h1>It works</h1>"), /not Vivarium \(status 200\)/],
  [
    "it leads elsewhere",
    async () => new Response(null, { status: 302, headers: { location: "https://other.example.com/" } }),
    /sends us to https:\/\/other\.example\.com\//,
  ],
] as const satisfies readonly (readonly [string, typeof globalThis.fetch, RegExp])[]) {
  test(`when ${what}, one line says what to do, with exit code 4`, async () => {
    const { exitCode, err } = await vivarium("whoami", { fetch });
    assert.equal(exitCode, EXIT.unreachable);
    assert.equal(err.length, 1);
    assert.match(err[0] ?? "", says);
  });
}

test("what this machine refuses ends in exit code 3, in one line without a stack", async () => {
  const denied = Object.assign(new Error("EACCES: permission denied, open '/data'"), {
    code: "EACCES",
    syscall: "open",
  });
  const full = new RegistryError({ code: "setting-invalid", because: "the data folder is read-only" });
  for (const [error, says] of [
    [denied, "vivarium: EACCES: permission denied, open '/data'"],
    [full, "vivarium: the data folder is read-only"],
    [new CommandFailure(EXIT.environment, "the port is taken"), "vivarium: the port is taken"],
  ] as const) {
    const { exitCode, err } = await vivarium("serve", {}, { serve: () => Promise.reject(error) });
    assert.deepEqual([exitCode, err], [EXIT.environment, [says]]);
  }
});

test("a fault of our own is called one, and shows where", async () => {
  const { exitCode, err } = await vivarium("doctor");
  assert.equal(exitCode, EXIT.bug);
  assert.match(err.join("\n"), /a fault of vivarium itself, please report it:\nError: no probes in this test\n +at /);
});

test("serve hands over what was typed, by long names", async () => {
  const seen: Flags[] = [];
  const { exitCode } = await vivarium(
    "serve -p 8080 --trusted-proxy 10.0.0.1 --trusted-proxy unix --data=d",
    {},
    {
      async serve(flags) {
        seen.push(flags);
        return 7;
      },
    },
  );
  assert.equal(exitCode, 7);
  assert.deepEqual(seen, [{ port: "8080", "trusted-proxy": ["10.0.0.1", "unix"], data: "d" }]);
});

test("init shows root's password once, and where the data are", async () => {
  const people = await vivarium("init --data /data");
  assert.match(people.out, /The data folder \/data is made\.\nuser +root\npassword +only-now\n/);
  const again = await vivarium(
    "init",
    {},
    {
      init: async () => ({ dataFolder: "/data", created: false, rootPassword: null }),
    },
  );
  assert.equal(again.out, "The data folder /data was there already, as it should be.\n");
  assert.deepEqual(JSON.parse((await vivarium("init --json")).out), {
    dataFolder: "/data",
    created: true,
    rootPassword: "only-now",
  });
});

test("a lost password is set in the data folder, typed twice, without any server", async () => {
  const seen: unknown[] = [];
  const change = { setPassword: async (...given: unknown[]) => void seen.push(given) };
  const argv = "user password root --data /srv/vivarium";
  const done = await vivarium(argv, { secrets: ["new", "new"] }, change);
  assert.deepEqual([done.exitCode, done.requests], [EXIT.done, []]);
  assert.deepEqual(seen, [[{ data: "/srv/vivarium" }, "root", "new"]]);
  assert.equal((await vivarium("user password --data /srv/vivarium", {}, change)).exitCode, EXIT.usage);
  assert.equal((await vivarium(`${argv} --tokens-only`, {}, change)).exitCode, EXIT.usage);
  assert.equal(seen.length, 1);
});

test("doctor ends with exit code 1 when it found a fault, and --json names it", async () => {
  const probes = {
    configurationFaults: ["port 'x' is no number"],
    settings: { dataFolder: "/d" },
  } as unknown as Probes;
  const { exitCode, out } = await vivarium("doctor --json", {}, { probes: async () => probes });
  assert.equal(exitCode, EXIT.refused);
  const report = JSON.parse(out);
  assert.equal(report.findings[0].code, "configuration-wrong");
  assert.equal(report.faults, report.findings.length - report.ok - report.skipped);
});

function problem(status: number, code: string, detail: string): Response {
  return Response.json({ type: `urn:vivarium:problem:${code}`, title: code, detail, code }, { status });
}

function failure(code: string): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
}

/** Splits a line as a shell does, as far as the examples go: quotes, and nothing after `>`. */
function wordsOf(line: string): readonly string[] {
  const [before = ""] = line.split(" > ");
  return [...before.matchAll(/'([^']*)'|(\S+)/g)].map(([, inQuotes, bare]) => inQuotes ?? bare ?? "");
}
