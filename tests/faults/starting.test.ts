import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { ROOT } from "../support/clients.ts";
import { basic } from "../support/test-app.ts";
import { until } from "./server.ts";

/** Starts that fail say why in one line and change nothing; those that succeed say what to do next. */

const LIMIT = { timeout: 120_000 };
const PROGRAM = ["--conditions=source", "--disable-warning=ExperimentalWarning", join(ROOT, "src", "main.ts")];

/** A process of `vivarium`; `folder` is its home and its working folder. */
interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  out(): string;
  err(): string;
  /** The address that it says it listens at. */
  address(): Promise<string>;
}

interface Place extends Disposable {
  readonly folder: string;
  readonly data: string;
  start(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    uid?: number,
    program?: readonly string[],
  ): Started;
  /** Runs to its end. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>, uid?: number): Promise<Ran>;
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function openPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "vivarium-starting-"));
  const children: ChildProcess[] = [];
  const place: Place = {
    folder,
    data: join(folder, "data"),
    start(args, env = {}, uid, [program = "", ...before] = [process.execPath, ...PROGRAM]) {
      const child = spawn(program, [...before, ...args], {
        cwd: folder,
        env: { PATH: process.env["PATH"] ?? "", HOME: folder, VIVARIUM_UPSTREAM: "none", ...env },
        stdio: ["ignore", "pipe", "pipe"],
        ...(uid === undefined ? {} : { uid }),
      });
      children.push(child);
      const texts = { out: "", err: "" };
      child.stdout.on("data", (chunk) => (texts.out += chunk));
      child.stderr.on("data", (chunk) => (texts.err += chunk));
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
      return {
        child,
        ended,
        out: () => texts.out,
        err: () => texts.err,
        async address() {
          const found = () => /"address":"([^"]+)"/.exec(texts.out)?.[1];
          await until("it listens", () => {
            if (child.exitCode !== null) throw new Error(`it ended:\n${texts.out}${texts.err}`);
            return found() !== undefined;
          });
          return found() ?? "";
        },
      };
    },
    async run(args, env, uid) {
      const started = place.start(args, env, uid);
      const code = await started.ended;
      return { code, out: started.out(), err: started.err() };
    },
    [Symbol.dispose]() {
      for (const child of children) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return place;
}

function oneLine({ code, err }: Ran, expectedCode: number, sentence: RegExp): void {
  assert.match(err, sentence);
  assert.match(err, /^vivarium: [^\n]+\n$/, "one line");
  assert.equal(code, expectedCode);
}

const serve = (place: Place, ...more: string[]): string[] => ["serve", "--data", place.data, "--port", "0", ...more];

test("a port that is taken: one line, exit code 3, and nothing is made", LIMIT, async () => {
  using place = openPlace();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = other.address() as { port: number };
    oneLine(await place.run(serve(place, "--port", String(port))), 3, new RegExp(`port ${port} .*taken.*--port`));
    assert.equal(existsSync(place.data), false);
  } finally {
    other.close();
  }
});

test("an address that this machine does not have: one line, and nothing is made", LIMIT, async () => {
  using place = openPlace();
  oneLine(await place.run(serve(place, "--host", "192.0.2.1")), 3, /no address 192\.0\.2\.1.*--host/);
  assert.equal(existsSync(place.data), false);
});

test("a data folder that is a file, or cannot be made: one line, and nothing is made", LIMIT, async () => {
  using place = openPlace();
  writeFileSync(place.data, "mine");
  oneLine(await place.run(serve(place)), 3, /the data folder .* is not a folder/);
  assert.equal(readFileSync(place.data, "utf8"), "mine");
  oneLine(await place.run(["serve", "--data", "/proc/nowhere", "--port", "0"]), 3, /\/proc\/nowhere/);
});

/** root may write everywhere, so the program then runs as somebody else, who must be able to read it. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;
const canRun =
  NOBODY === undefined ||
  spawnSync(process.execPath, [...PROGRAM, "--version"], { uid: NOBODY, cwd: "/" }).status === 0;

test("a data folder that must not be written: one line, and nothing is made", {
  ...LIMIT,
  skip: canRun ? false : "this checkout is closed to other users, and root may write everywhere",
}, async () => {
  using place = openPlace();
  mkdirSync(place.data);
  chmodSync(place.data, 0o555);
  chmodSync(place.folder, 0o755);
  oneLine(await place.run(serve(place), {}, NOBODY), 3, /cannot be written.*permission is denied/);
});

test("data of a newer version: one line that says so, and the data are left as they are", LIMIT, async () => {
  using place = openPlace();
  assert.equal((await place.run(["init", "--data", place.data])).code, 0);
  const path = join(place.data, "vivarium.db");
  const database = new DatabaseSync(path);
  database.exec("update meta set value = '999' where key = 'schema'");
  database.close();
  const before = readFileSync(path);

  oneLine(await place.run(serve(place)), 3, /newer program.*999/);

  assert.deepEqual(readFileSync(path), before);
});

test(
  "a key file that is gone: one line, and no new key is made over what is sealed with the old one",
  LIMIT,
  async () => {
    using place = openPlace();
    assert.equal((await place.run(["init", "--data", place.data])).code, 0);
    rmSync(join(place.data, "secret.key"));
    oneLine(await place.run(serve(place)), 3, /secret\.key is missing.*backup/);
    assert.equal(existsSync(join(place.data, "secret.key")), false);
  },
);

test("a key file of another installation: one line, before anybody cannot sign in", LIMIT, async () => {
  using place = openPlace();
  assert.equal((await place.run(["init", "--data", place.data])).code, 0);
  writeFileSync(join(place.data, "secret.key"), "ab".repeat(32));
  oneLine(await place.run(serve(place)), 3, /secret\.key is not the one.*backup/);
});

for (const [what, spoil, sentence] of [
  ["missing", (path: string) => rmSync(path), /vivarium\.db is missing, but .* the key of an earlier.*backup.*move/],
  [
    "emptied",
    (path: string) => truncateSync(path),
    /vivarium\.db is empty, but .* the key of an earlier.*backup.*move/,
  ],
  ["cut short", (path: string) => truncateSync(path, 4096), /vivarium\.db.*backup/],
  ["someone else's", (path: string) => writeForeign(path), /vivarium\.db is not ours, but .*backup.*move/],
] as const) {
  test(`a database that is ${what}: one line, exit code 3, and no fresh installation`, LIMIT, async () => {
    using place = openPlace();
    assert.equal((await place.run(["init", "--data", place.data])).code, 0);
    spoil(join(place.data, "vivarium.db"));
    const before = readdirSync(place.data).sort();
    oneLine(await place.run(serve(place)), 3, sentence);
    assert.deepEqual(readdirSync(place.data).sort(), before);
  });
}

test("files without database and key: one line, exit code 3, and no fresh installation over them", LIMIT, async () => {
  using place = openPlace();
  const folder = join(place.data, "blobs", "sha256", "ab");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "ab".repeat(32)), "bytes");
  oneLine(await place.run(serve(place)), 3, /vivarium\.db is missing, but .* holds files of an earlier/);
  assert.deepEqual(readdirSync(place.data), ["blobs"]);
});

function writeForeign(path: string): void {
  rmSync(path);
  const database = new DatabaseSync(path);
  database.exec("create table notes (text)");
  database.close();
}

test("a broken configuration: one line that names the place, and nothing is made", LIMIT, async () => {
  using place = openPlace();
  oneLine(await place.run(serve(place, "--signup", "maybe")), 2, /--signup 'maybe' is not valid: expected open/);
  oneLine(await place.run(serve(place), { VIVARIUM_CACHE_MEMORY: "lots" }), 3, /VIVARIUM_CACHE_MEMORY 'lots'/);
  writeFileSync(join(place.folder, "vivarium.yaml"), "prot: 8080\n");
  oneLine(await place.run(serve(place)), 3, /vivarium\.yaml has an unknown key 'prot'; 'port' is probably meant/);
  assert.equal(existsSync(place.data), false);
});

test("without a terminal root's password is in a file for the owner only, and in no log", LIMIT, async () => {
  using place = openPlace();
  const started = place.start(serve(place));
  const address = await started.address();
  const path = join(place.data, "root-password");
  await until("the password is written", () => existsSync(path) && readFileSync(path, "utf8").endsWith("\n"));
  const password = readFileSync(path, "utf8").trim();

  const reply = await fetch(`${address}/api/v1/whoami`, { headers: { authorization: basic("root", password) } });

  assert.equal(reply.status, 200);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  started.child.kill("SIGTERM");
  assert.equal(await started.ended, 0);
  assert.equal((started.out() + started.err()).includes(password), false);
  for (const line of started.out().trimEnd().split("\n")) JSON.parse(line);
});

test("init makes the folder and shows the password once; serve finds it there", LIMIT, async () => {
  using place = openPlace();
  const first = JSON.parse((await place.run(["init", "--json", "--data", place.data])).out);
  assert.equal(first.created, true);
  const second = JSON.parse((await place.run(["init", "--json", "--data", place.data])).out);
  assert.deepEqual([second.created, second.rootPassword], [false, null]);
  const started = place.start(serve(place));
  const headers = { authorization: basic("root", first.rootPassword) };
  assert.equal((await fetch(`${await started.address()}/api/v1/whoami`, { headers })).status, 200);
  assert.equal(existsSync(join(place.data, "root-password")), false);
});

test("a server that began without an upstream stays without, also when the flag is left out later", LIMIT, async () => {
  using place = openPlace();
  const env = { VIVARIUM_UPSTREAM: "", UV_DEFAULT_INDEX: "http://127.0.0.1:9/simple/" };
  assert.equal((await place.run(["init", "--data", place.data, "--upstream", "none"], env)).code, 0);
  const started = place.start(serve(place), env);
  const reply = await fetch(`${await started.address()}/root/pypi?no_projects=`);
  const { result } = (await reply.json()) as { readonly result: { readonly mirror_url?: string } };
  assert.equal(result.mirror_url ?? "", "");
  started.child.kill("SIGTERM");
  assert.equal(await started.ended, 0);
  assert.equal(started.out().includes("127.0.0.1:9/"), false);
});

test("two servers that start at once over the same new folder share one installation", LIMIT, async () => {
  using place = openPlace();
  const env = { VIVARIUM_ROOT_PASSWORD: "the same for both" };
  const both = [place.start(serve(place), env), place.start(serve(place), env)];
  const answers: unknown[] = [];
  for (const started of both) {
    const headers = { authorization: basic("root", "the same for both") };
    const address = await started.address();
    assert.equal((await fetch(`${address}/api/v1/whoami`, { headers })).status, 200);
    const version = (await (await fetch(`${address}/api/v1/version`)).json()) as { installationId: string };
    answers.push(version.installationId);
    assert.equal((await fetch(`${address}/root/pypi?no_projects=`)).status, 200);
  }
  assert.equal(answers[0], answers[1]);
});

test("a socket that a killed server left is taken over, one that is answered is not", LIMIT, async () => {
  using place = openPlace();
  const path = join(place.folder, "v.sock");
  const first = place.start(serve(place, "--unix-socket", path));
  await first.address();
  first.child.kill("SIGKILL");
  await first.ended;
  assert.ok(existsSync(path), "left behind");

  const second = place.start(serve(place, "--unix-socket", path));
  await second.address();
  assert.equal(await statusAt(path), 200);
  oneLine(await place.run(serve(place, "--unix-socket", path)), 3, /v\.sock is taken/);
  assert.equal(await statusAt(path), 200);
});

test("a file of somebody else's at the socket's path: one line, exit code 3, and the file stays", LIMIT, async () => {
  using place = openPlace();
  const path = join(place.folder, "notes.txt");
  writeFileSync(path, "mine");
  oneLine(await place.run(serve(place, "--unix-socket", path)), 3, /notes\.txt is there already and is no socket/);
  assert.equal(readFileSync(path, "utf8"), "mine");
  const link = join(place.folder, "link");
  symlinkSync(path, link);
  oneLine(await place.run(serve(place, "--unix-socket", link)), 3, /link is there already and is no socket/);
  oneLine(await place.run(serve(place, "--unix-socket", join(path, "v.sock"))), 3, /v\.sock cannot be|cannot listen/);
  oneLine(await place.run(serve(place, "--unix-socket", "v".repeat(120))), 2, /bytes at most/);
  assert.deepEqual(readdirSync(place.folder).sort(), ["link", "notes.txt"]);
});

test("a socket lets in whom its mode names", LIMIT, async () => {
  using place = openPlace();
  for (const [args, mode] of [
    [[], 0o660],
    [["--unix-socket-mode", "666"], 0o666],
  ] as const) {
    const path = join(place.folder, "v.sock");
    const started = place.start(serve(place, "--unix-socket", path, ...args));
    await started.address();
    assert.equal(statSync(path).mode & 0o777, mode);
    started.child.kill("SIGTERM");
    await started.ended;
  }
});

function statusAt(socketPath: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: "/+health/live" }, (reply) => resolve(reply.resume().statusCode))
      .on("error", reject)
      .end();
  });
}

for (const [what, lose] of [
  ["is gone", (child: ChildProcess) => void child.stdout?.destroy()],
  ["stands still", (child: ChildProcess) => void child.stdout?.pause()],
] as const) {
  test(`a server whose log's reader ${what} answers, and stops when it is told to`, LIMIT, async () => {
    using place = openPlace();
    const started = place.start(serve(place));
    const address = await started.address();
    const exited = new Promise((resolve) => started.child.once("exit", (...how) => resolve(how)));
    lose(started.child);
    // More than a pipe holds.
    for (let count = 0; count < 400; count += 1) {
      assert.equal((await fetch(`${address}/+health/live?${"x".repeat(1000)}`)).status, 200);
    }
    started.child.kill("SIGTERM");
    assert.deepEqual(await exited, [0, null]);
  });
}

/** Both ways in which the command hands over; the older one needs a Node that cannot become another program. */
const OLD_NODE = spawnSync("node", ["-p", "typeof process.execve"], { encoding: "utf8" }).stdout.trim() === "undefined";
for (const [what, node, skip] of [
  ["that becomes the server", process.execPath, false],
  ["that stands before the server", "node", OLD_NODE ? false : "the Node on PATH can become another program"],
] as const) {
  test(`a kill of the vivarium command ${what} leaves no server behind`, { ...LIMIT, skip }, async () => {
    using place = openPlace();
    const started = place.start(serve(place), {}, undefined, [node, join(ROOT, "scripts", "vivarium.mjs")]);
    const address = await started.address();
    started.child.kill("SIGKILL");
    // It ends only when nobody holds its output any more, so when the server has ended too.
    await started.ended;
    await assert.rejects(fetch(`${address}/+health/live`));
  });

  test(`the vivarium command ${what} stops it at SIGTERM and ends with its exit code`, { ...LIMIT, skip }, async () => {
    using place = openPlace();
    const command = [node, join(ROOT, "scripts", "vivarium.mjs")];
    const started = place.start(serve(place), {}, undefined, command);
    await started.address();
    started.child.kill("SIGTERM");
    assert.equal(await started.ended, 0);
    const wrong = place.start(["serve", "--port", "none"], {}, undefined, command);
    assert.equal(await wrong.ended, 2);
    assert.match(wrong.err(), /^vivarium: [^\n]+\n$/, "one line");
  });
}

test("the first Ctrl-C waits for what runs, a second one does not", LIMIT, async () => {
  using place = openPlace();
  const started = place.start(serve(place), { VIVARIUM_ROOT_PASSWORD: "secret of root" });
  const { hostname, port } = new URL(await started.address());
  // A request whose body does not end.
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const credentials = basic("root", "secret of root");
  socket.write(
    `PUT /api/v1/repositories/root/dev HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${credentials}\r\n` +
      "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
  );
  await until("the request has arrived", async () => (await fetch(`http://${hostname}:${port}/+health/live`)).ok);

  started.child.kill("SIGINT");
  await until("it says that it stops", () => started.out().includes("stopping"));
  started.child.kill("SIGINT");

  assert.equal(await started.ended, 130);
  socket.destroy();
});

test("doctor plants nothing: a folder that it looked at can be started as before", LIMIT, async () => {
  using place = openPlace();
  await place.run(["init", "--data", place.data]);
  const before = readFileSync(join(place.data, "vivarium.db"));
  const { code, out } = await place.run(["doctor", "--json", "--data", place.data, "--port", "1"]);
  assert.ok(code === 0 || code === 1, String(code));
  assert.ok((JSON.parse(out) as { findings: unknown[] }).findings.length >= 12);
  assert.deepEqual(readFileSync(join(place.data, "vivarium.db")), before);
});
