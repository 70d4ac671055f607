import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "#core";
import { type FakeIoWish, fakeIo, noMoves } from "../../../tests/support/fake-io.ts";
import { EXIT, type Offline } from "../io.ts";
import { run } from "../run.ts";

const offline: Offline = {
  version: "1.2.3",
  options: [],
  serve: async () => EXIT.done,
  init: () => Promise.reject(new Error("not in these tests")),
  setPassword: () => Promise.reject(new Error("not in these tests")),
  probes: () => Promise.reject(new Error("not in these tests")),
  setup: () => Promise.reject(new Error("not in these tests")),
  moves: noMoves,
};

async function vivarium(line: string, wish: FakeIoWish = {}) {
  const fake = fakeIo({ env: { VIVARIUM_TOKEN: "t" }, ...wish });
  const exitCode = await run(line.split(" "), fake.io, offline);
  const sent = fake.requests.map(({ method, url, body }) => [
    method,
    url.replace("http://localhost:3141/api/v1", ""),
    body,
  ]);
  return { exitCode, out: fake.out, err: fake.err, sent };
}

const TRASHED = {
  id: "0mg3-5f",
  repository: "alice/dev",
  path: "foo/1.0/foo-1.0.tar.gz",
  project: "foo",
  version: "1.0",
  sizeBytes: 1200,
  sha256: "00",
  properties: {},
  publishedAt: "2026-11-20T00:00:00.000Z",
  trashedAt: "2026-11-25T00:00:00.000Z",
  trashedBy: "alice",
  until: "2026-12-09T00:00:00.000Z",
};
const FILE = { repository: "alice/dev", path: TRASHED.path, sizeBytes: 1200, sha256: "00" };
const POLICY = {
  name: "nightly",
  description: null,
  isEnabled: true,
  repositories: ["alice.dev"],
  includes: [],
  excludes: [],
  projects: [],
  olderThanDays: null,
  unusedForDays: null,
  keepVersions: 5,
  onlyPreReleases: true,
  largerThanBytes: null,
  withProperties: {},
  withoutProperties: {},
  skipsTrash: false,
  everyHours: 24,
};
const GOING = {
  repository: "alice/dev",
  path: TRASHED.path,
  sizeBytes: 1200,
  publishedAt: TRASHED.publishedAt,
  because: "5 versions are newer",
};

/** What is typed, what the server has, what must be sent, and what a person reads. */
const CASES: readonly {
  readonly line: string;
  readonly api: Readonly<Record<string, Json>>;
  readonly sent: readonly (readonly [method: string, path: string, body: Json | null])[];
  readonly shows: RegExp;
}[] = [
  {
    line: "trash list",
    api: {
      "GET /trash?limit=1000": { items: [TRASHED], next: "0mg3-5f" },
      "GET /trash?limit=1000&after=0mg3-5f": { items: [], next: null },
    },
    sent: [
      ["GET", "/trash?limit=1000", null],
      ["GET", "/trash?limit=1000&after=0mg3-5f", null],
    ],
    shows: /^ID +FILE .*\n0mg3-5f +alice\/dev\/foo\/1\.0\/foo-1\.0\.tar\.gz +1\.2 KB +2026\S+ by alice +2026-12-09/,
  },
  {
    line: "trash list --repository alice/dev",
    api: { "GET /trash?repository=alice%2Fdev&limit=1000": { items: [], next: null } },
    sent: [["GET", "/trash?repository=alice%2Fdev&limit=1000", null]],
    shows: /^There is nothing in the trash\.\n$/,
  },
  {
    line: "trash restore 0mg3-5f",
    api: { "POST /trash/0mg3-5f/restore": FILE },
    sent: [["POST", "/trash/0mg3-5f/restore", {}]],
    shows: /^alice\/dev\/foo\/1\.0\/foo-1\.0\.tar\.gz is there again\.\n$/,
  },
  {
    line: "trash restore 0mg3-5f --to alice/old/a/foo-1.0.tar.gz",
    api: { "POST /trash/0mg3-5f/restore": { ...FILE, repository: "alice/old", path: "a/foo-1.0.tar.gz" } },
    sent: [["POST", "/trash/0mg3-5f/restore", { to: { repository: "alice/old", path: "a/foo-1.0.tar.gz" } }]],
    shows: /^alice\/old\/a\/foo-1\.0\.tar\.gz is there again/,
  },
  {
    line: "trash clear 0mg3-5f",
    api: { "DELETE /trash/0mg3-5f": null },
    sent: [["DELETE", "/trash/0mg3-5f", null]],
    shows: /0mg3-5f is gone for good/,
  },
  {
    line: "trash empty --repository alice/dev",
    api: { "DELETE /trash?repository=alice%2Fdev": { files: 2, sizeBytes: 2400 } },
    sent: [["DELETE", "/trash?repository=alice%2Fdev", null]],
    shows: /^2 files \(2\.4 KB\) are gone for good\.\n$/,
  },
  {
    line: "trash empty --all",
    api: { "DELETE /trash": { files: 1, sizeBytes: 2400 } },
    sent: [["DELETE", "/trash", null]],
    shows: /^1 file is gone for good\.\n$/,
  },
  {
    line: "policy list",
    api: { "GET /policies": { items: [POLICY] } },
    sent: [["GET", "/policies", null]],
    shows: /nightly +alice\.dev +all but 5 versions, pre-releases +every 24 h/,
  },
  {
    line: "policy show nightly",
    api: { "GET /policies/nightly": { ...POLICY, isEnabled: false, excludes: ["keep/**"] } },
    sent: [["GET", "/policies/nightly", null]],
    shows: /but not +keep\/\*\*\n.*\nwhen +disabled\n/,
  },
  {
    line:
      "policy save nightly --repository alice.* --repository pypi --include **/*.whl --exclude keep/** --project acme-* " +
      "--older-than 2w --unused-for 1y --keep-versions 5 --pre-releases-only --larger-than 1M --property stage=dev " +
      "--property stage=test --keep-property keep --skip-trash --every 36h --disabled --description dust",
    api: { "PUT /policies/nightly": POLICY },
    sent: [
      [
        "PUT",
        "/policies/nightly",
        {
          description: "dust",
          isEnabled: false,
          repositories: ["alice.*", "pypi"],
          includes: ["**/*.whl"],
          excludes: ["keep/**"],
          projects: ["acme-*"],
          olderThanDays: 14,
          unusedForDays: 365,
          keepVersions: 5,
          onlyPreReleases: true,
          largerThanBytes: 1_048_576,
          withProperties: { stage: ["dev", "test"] },
          withoutProperties: { keep: [] },
          skipsTrash: true,
          everyHours: 36,
        },
      ],
    ],
    shows: /^The policy nightly is saved\.\nname +nightly\n/,
  },
  {
    line: "policy preview nightly",
    api: {
      "GET /policies/nightly/preview": { policy: "nightly", isDry: true, files: [GOING], count: 3, sizeBytes: 3600 },
    },
    sent: [["GET", "/policies/nightly/preview", null]],
    shows: /foo-1\.0\.tar\.gz +1\.2 KB +5 versions are newer\n… and 2 more\n3 files \(3\.6 KB\) would go\.\n$/,
  },
  {
    line: "policy run nightly",
    api: { "POST /policies/nightly/run": { policy: "nightly", isDry: false, files: [], count: 0, sizeBytes: 0 } },
    sent: [["POST", "/policies/nightly/run", null]],
    shows: /^0 files \(0 B\) are cleared away\.\n$/,
  },
  {
    line: "policy remove nightly",
    api: { "DELETE /policies/nightly": null },
    sent: [["DELETE", "/policies/nightly", null]],
    shows: /The policy nightly is removed/,
  },
];

for (const { line, api, sent, shows } of CASES) {
  test(`'vivarium ${line}' sends what it means, and says what came of it`, async () => {
    const result = await vivarium(line, { api });
    assert.equal(result.exitCode, EXIT.done, result.err.join("\n"));
    assert.deepEqual(result.sent, sent);
    assert.match(result.out, shows);
  });

  test(`'vivarium ${line} --json' prints JSON and nothing else`, async () => {
    const { out } = await vivarium(`${line} --json`, { api });
    assert.equal(typeof JSON.parse(out), "object");
  });
}

test("a quota is given as a size, shown in bytes, and taken away by an empty value", async () => {
  const made = "2026-11-25T00:00:00.000Z";
  const local = { name: "alice/dev", key: "alice.dev", kind: "local", format: "python", readers: [], createdAt: made };
  const api = {
    "GET /repositories/alice/dev": local,
    "PATCH /repositories/alice/dev": { ...local, quotaBytes: 20 * 1024 ** 3 },
  };
  const given = await vivarium("index modify alice/dev --quota 20G", { api });
  assert.deepEqual(given.sent.slice(1), [["PATCH", "/repositories/alice/dev", { quotaBytes: 20 * 1024 ** 3 }]]);
  assert.match(given.out, /quota +21474836480 bytes\n/);
  const { sent } = await vivarium("index modify alice/dev --quota ", { api });
  assert.deepEqual(sent.slice(1), [["PATCH", "/repositories/alice/dev", { quotaBytes: null }]]);
});

const SLIPS: readonly (readonly [line: string, says: RegExp])[] = [
  ["trash empty", /say what goes: --repository owner\/name, or --all/],
  ["trash empty --all --repository alice/dev", /say what goes/],
  ["trash restore 0mg3-5f --to alice/dev", /'alice\/dev' is no place/],
  ["policy save nightly --keep-versions 5", /say where/],
  ["policy save nightly --repository * --older-than 90", /write a span with its unit/],
  ["policy save nightly --repository * --keep-versions few", /write a number/],
  ["policy save nightly --repository * --larger-than much", /a size looks like/],
];

for (const [line, says] of SLIPS) {
  test(`'vivarium ${line}' is refused before anything is sent`, async () => {
    const { exitCode, err, sent } = await vivarium(line);
    assert.equal(exitCode, EXIT.usage);
    assert.match(err.join("\n"), says);
    assert.deepEqual(sent, []);
  });
}
