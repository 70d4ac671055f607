import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "#core";
import { examine } from "./doctor.ts";
import type { FaultCode, Finding } from "./finding.ts";
import type { FileFacts, HttpFacts, Probes } from "./probes.ts";
import { countsOf, reportText } from "./report.ts";

const NOW = Date.UTC(2026, 10, 25) as Instant;
const FOLDER = "/srv/vivarium";
const KEY = "/srv/vivarium/secret.key";
const PUBLIC = "https://packages.example.com/py";
const UPSTREAM = "https://upstream.example.com/simple/";

const html: HttpFacts = { status: 200, contentType: "text/html", text: "<a href=foo/>foo</a>", date: NOW };
const ours: HttpFacts = {
  status: 200,
  contentType: "application/json",
  text: '{"name":"vivarium","version":"0.1.0"',
  date: NOW,
};

/** What a sound installation shows; each group can be changed. */
interface Change {
  readonly now?: Probes["now"];
  readonly configurationFaults?: readonly string[];
  readonly settings?: Partial<Probes["settings"]>;
  readonly files?: Partial<Probes["files"]>;
  readonly data?: Partial<Probes["data"]>;
  readonly network?: Partial<Probes["network"]>;
  readonly machine?: Partial<Probes["machine"]>;
  readonly stats?: Readonly<Record<string, Partial<FileFacts> | null>>;
  readonly answers?: Readonly<Record<string, HttpFacts | { readonly because: string }>>;
}

function probes(change: Change = {}): Probes {
  const stats: Record<string, FileFacts> = {
    [FOLDER]: { kind: "folder", mode: 0o700, uid: 1000 },
    [KEY]: { kind: "file", mode: 0o600, uid: 1000 },
  };
  const answers: Record<string, HttpFacts | { readonly because: string }> = {
    [`${PUBLIC}/api/v1/version`]: ours,
    [UPSTREAM]: html,
    ...change.answers,
  };
  return {
    now: change.now ?? (() => NOW),
    configurationFaults: change.configurationFaults ?? [],
    settings: {
      dataFolder: FOLDER,
      keyFile: KEY,
      host: "127.0.0.1",
      port: 3141,
      publicUrl: PUBLIC,
      ...change.settings,
    },
    files: {
      uid: 1000,
      async stat(path) {
        const planted = change.stats?.[path];
        const there = stats[path];
        return planted === null || there === undefined ? null : { ...there, ...planted };
      },
      whyNotWritable: async () => null,
      freeSpace: async () => ({ freeBytes: 50 * 1024 ** 3, totalBytes: 100 * 1024 ** 3 }),
      oldDrafts: async () => [],
      ...change.files,
    },
    data: {
      version: async () => ({ found: 3, known: 3 }),
      integrityFaults: async () => [],
      journalFaults: async () => [],
      missingBlobs: async () => [],
      damagedBlobs: async () => [],
      whyKeyDoesNotFit: async () => null,
      whyBereft: async () => null,
      remotes: async () => [{ name: "root/pypi", url: UPSTREAM, hasProjectList: true }],
      ...change.data,
    },
    network: {
      whoListens: async () => "vivarium",
      get: async (url) => answers[url] ?? { because: "no such host" },
      ...change.network,
    },
    machine: {
      programVersion: async (name, args) =>
        name === "node" ? "v22.1.0" : args.includes("pip") ? "pip 25.0" : "Python 3.13.1",
      openFilesMax: async () => 65_536,
      ...change.machine,
    },
  };
}

function answering(change: Partial<HttpFacts>): Change {
  return { answers: { [UPSTREAM]: { ...html, ...change } } };
}

/** Every fault, planted alone: its code, what is planted, and what the report must name. */
const PLANTED: Readonly<Record<FaultCode, readonly [change: Change, names: RegExp]>> = {
  "configuration-wrong": [{ configurationFaults: ["port 'abc' in vivarium.yaml is no number"] }, /vivarium\.yaml/],
  "folder-missing": [{ stats: { [FOLDER]: null } }, /\/srv\/vivarium is not there.*vivarium init/s],
  "folder-is-a-file": [{ stats: { [FOLDER]: { kind: "file" } } }, /\/srv\/vivarium is not a folder/],
  "folder-owner": [{ stats: { [FOLDER]: { uid: 0 } } }, /belongs to user 0, and this is user 1000.*chown/s],
  "folder-open": [{ stats: { [FOLDER]: { mode: 0o755 } } }, /may read \/srv\/vivarium \(mode 755\).*chmod o-rwx/s],
  "folder-not-writable": [{ files: { whyNotWritable: async () => "read-only file system" } }, /read-only file system/],
  "disk-low": [
    { files: { freeSpace: async () => ({ freeBytes: 2 ** 29, totalBytes: 2 ** 36 }) } },
    /0\.5 GiB of 64\.0 GiB/,
  ],
  "version-newer": [{ data: { version: async () => ({ found: 9, known: 3 }) } }, /version 9.*up to 3/],
  "version-older": [{ data: { version: async () => ({ found: 1, known: 3 }) } }, /version 1, older.*backup/s],
  "database-missing": [
    { data: { whyBereft: async () => "vivarium.db is empty", version: async () => ({ found: 0, known: 3 }) } },
    /vivarium\.db is empty.*backup/s,
  ],
  "database-damaged": [{ data: { integrityFaults: async () => ["row 7 missing from index", "x"] } }, /row 7.*1 more/],
  "journal-differs": [{ data: { journalFaults: async () => ["serial 12 is missing"] } }, /serial 12 is missing/],
  "blob-missing": [
    { data: { missingBlobs: async () => [{ digest: "sha256:ab", file: "alice/dev/foo-1.0.tar.gz" }] } },
    /alice\/dev\/foo-1\.0\.tar\.gz \(sha256:ab\)/,
  ],
  "blob-damaged": [{ data: { damagedBlobs: async () => [{ digest: "sha256:cd", file: null }] } }, /sha256:cd/],
  "drafts-left": [{ files: { oldDrafts: async () => ["/srv/vivarium/drafts/1"] } }, /\/srv\/vivarium\/drafts\/1/],
  "key-missing": [{ stats: { [KEY]: null } }, /secret\.key is missing.*backup/s],
  "key-not-a-file": [{ stats: { [KEY]: { kind: "folder" } } }, /secret\.key is not a file/],
  "key-owner": [{ stats: { [KEY]: { uid: 0 } } }, /secret\.key belongs to user 0/],
  "key-open": [{ stats: { [KEY]: { mode: 0o644 } } }, /secret\.key can be read.*mode 644.*chmod 600/s],
  "key-does-not-fit": [{ data: { whyKeyDoesNotFit: async () => "its mark differs" } }, /its mark differs/],
  "port-taken": [{ network: { whoListens: async () => "other" } }, /port 3141 of 127\.0\.0\.1.*--port/s],
  "public-url-silent": [
    { answers: { [`${PUBLIC}/api/v1/version`]: { because: "refused" } } },
    /nothing answers at https:\/\/packages/,
  ],
  "public-url-other": [
    { answers: { [`${PUBLIC}/api/v1/version`]: { ...html, status: 502 } } },
    /answers 502 text\/html/,
  ],
  "upstream-silent": [{ answers: { [UPSTREAM]: { because: "timed out" } } }, /root\/pypi.*timed out/],
  "upstream-failing": [answering({ status: 503 }), /answers 503/],
  "upstream-not-an-index": [answering({ status: 404 }), /not a package index: it answers 404/],
  "upstream-slow": [{ now: steps(0, 7000) }, /took 7\.0 seconds/],
  "clock-skewed": [answering({ date: (NOW + 3_600_000) as Instant }), /3600 seconds behind/],
  "node-missing": [{ machine: { programVersion: async (name) => (name === "node" ? null : "1") } }, /no node on PATH/],
  "node-old": [{ machine: { programVersion: async (name) => (name === "node" ? "v18.2.0" : "1") } }, /v18\.2\.0/],
  "python-missing": [
    { machine: { programVersion: async (name, args) => (name === "node" || args.includes("pip") ? "v22" : null) } },
    /no python3 on PATH/,
  ],
  "pip-missing": [
    { machine: { programVersion: async (_name, args) => (args.includes("pip") ? null : "v22") } },
    /python3 has no pip/,
  ],
  "open-files-low": [{ machine: { openFilesMax: async () => 256 } }, /only 256 files.*LimitNOFILE/s],
  "cannot-look": [
    { data: { journalFaults: () => Promise.reject(new Error("database is locked")) } },
    /database is locked/,
  ],
};

for (const [code, [change, names]] of Object.entries(PLANTED)) {
  test(`doctor names ${code} alone, says on what, and how to mend it`, async () => {
    const findings = await examine(probes(change));
    assert.deepEqual(codesOf(findings), [code]);
    const [found] = findings.filter((finding) => finding.status === "fault");
    assert.ok(found !== undefined && found.remedy.length > 10);
    assert.match(`${found.message}\n${found.remedy}`, names);
    assert.match(reportText(findings), new RegExp(`FAULT +${found.check} .*\\[${code}\\]\\n +mend it: `));
    assert.match(reportText(findings), /\n1 fault\.\n$/);
  });
}

test("a sound installation has no faults, and every look is reported", async () => {
  const findings = await examine(probes());
  assert.deepEqual(countsOf(findings), { faults: 0, ok: findings.length, skipped: 0 });
  assert.ok(findings.length >= 16);
  assert.match(reportText(findings), /No faults\.\n$/);
});

test("without a data folder the rest of the machine is still looked at", async () => {
  const findings = await examine(probes({ stats: { [FOLDER]: null }, machine: { openFilesMax: async () => 10 } }));
  assert.deepEqual(codesOf(findings), ["folder-missing", "open-files-low"]);
  assert.ok(findings.some(({ status, check }) => status === "skipped" && check === "database"));
});

test("data of a newer version are not looked into", async () => {
  const untouchable = () => Promise.reject(new Error("looked into"));
  const version = async () => ({ found: 9, known: 3 });
  const data = { version, integrityFaults: untouchable, journalFaults: untouchable, remotes: untouchable };
  assert.deepEqual(codesOf(await examine(probes({ data }))), ["version-newer"]);
});

test("a database that is too damaged to be asked is told once", async () => {
  const version = () => Promise.reject(new Error("file is not a database"));
  const findings = await examine(probes({ data: { version } }));
  assert.deepEqual(codesOf(findings), ["database-damaged"]);
  assert.ok(findings.some(({ status, check }) => status === "skipped" && check === "journal"));
  const integrityFaults = () => Promise.reject(new Error("database disk image is malformed"));
  assert.deepEqual(codesOf(await examine(probes({ data: { integrityFaults } }))), ["database-damaged"]);
  const closed = () => Promise.reject(new Error("unable to open database file"));
  assert.deepEqual(codesOf(await examine(probes({ data: { version: closed } }))), ["cannot-look"]);
});

test("where the database is gone, a key that is gone as well is no second fault", async () => {
  const data = { whyBereft: async () => "vivarium.db is missing", version: async () => null };
  assert.deepEqual(codesOf(await examine(probes({ stats: { [KEY]: null }, data }))), ["database-missing"]);
});

test("an empty folder before the first start is no fault", async () => {
  const findings = await examine(probes({ stats: { [KEY]: null }, data: { version: async () => null } }));
  assert.deepEqual(codesOf(findings), []);
});

test("the public address is not tried while the server is not running", async () => {
  const findings = await examine(
    probes({
      network: { whoListens: async () => "nobody", get: async (url) => (url === UPSTREAM ? html : { because: "x" }) },
    }),
  );
  assert.deepEqual(codesOf(findings), []);
  assert.ok(findings.some(({ status, check }) => status === "skipped" && check === "public address"));
});

test("an upstream that asks for a password, or needs no list of projects, is no fault", async () => {
  assert.deepEqual(codesOf(await examine(probes(answering({ status: 401 })))), []);
  const remotes = async () => [{ name: "root/pypi", url: UPSTREAM, hasProjectList: false }];
  assert.deepEqual(codesOf(await examine(probes({ ...answering({ status: 404 }), data: { remotes } }))), []);
});

test("the upstream of a remote that is offline by its settings is not asked", async () => {
  const remotes = async () => [{ name: "root/pypi", url: UPSTREAM, hasProjectList: true, isOffline: true }];
  const findings = await examine(probes({ data: { remotes }, answers: { [UPSTREAM]: { because: "asked" } } }));
  assert.deepEqual(codesOf(findings), []);
  const told = findings.find(({ status, check }) => status === "skipped" && check === "upstream");
  assert.match(told?.message ?? "", /root\/pypi is offline by its settings/);
});

test("a remote without an upstream may be meant so, and is told with how to set one", async () => {
  const remotes = async () => [{ name: "root/pypi", url: null, hasProjectList: true }];
  const findings = await examine(probes({ data: { remotes } }));
  assert.deepEqual(codesOf(findings), []);
  const told = findings.find(({ status, check }) => status === "skipped" && check === "upstream");
  assert.match(told?.message ?? "", /root\/pypi has no upstream.*vivarium index modify root\/pypi --upstream URL/);
});

test("one server with a wrong clock does not make ours wrong", async () => {
  const other = "https://other.example.com/simple/";
  const remotes = async () =>
    [UPSTREAM, other].map((url, index) => ({ name: `root/r${index}`, url, hasProjectList: true }));
  const answers = { [other]: { ...html, date: (NOW - 86_400_000) as Instant } };
  assert.deepEqual(codesOf(await examine(probes({ data: { remotes }, answers }))), []);
});

test("every fault of several is told", async () => {
  const findings = await examine(
    probes({ configurationFaults: ["a", "b"], stats: { [KEY]: { mode: 0o666, uid: 5 } } }),
  );
  assert.deepEqual(codesOf(findings), ["configuration-wrong", "configuration-wrong", "key-open", "key-owner"]);
  assert.match(reportText(findings), /\n4 faults\.\n$/);
});

function codesOf(findings: readonly Finding[]): readonly string[] {
  return findings.filter((finding) => finding.status === "fault").map(({ code }) => code);
}

/** A clock that shows these times in turn, after `NOW`. */
function steps(...milliseconds: readonly number[]): () => Instant {
  let count = 0;
  return () => {
    const at = milliseconds[Math.min(count, milliseconds.length - 1)] ?? 0;
    count += 1;
    return (NOW + at) as Instant;
  };
}
