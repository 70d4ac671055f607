import assert from "node:assert/strict";
import { test } from "node:test";
import { type FakeIoWish, fakeIo } from "../../tests/support/fake-io.ts";
import { clientFor } from "./client.ts";
import type { Typed } from "./typed.ts";

/** What the first request carries. */
async function sentWith(options: Typed["options"], wish: FakeIoWish = {}) {
  const fake = fakeIo({ api: { "GET /users": { items: [] } }, ...wish });
  await clientFor(fake.io, { positionals: [], options }).ask("GET", ["users"]);
  return { ...fake.requests[0], questions: fake.questions };
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

for (const [what, options, wish, expected] of [
  ["nothing is nobody", {}, {}, null],
  ["a typed token", { token: "t1" }, { env: { VIVARIUM_TOKEN: "t2" } }, "Bearer t1"],
  ["a token of the environment", {}, { env: { VIVARIUM_TOKEN: "t2", VIVARIUM_USER: "bob" } }, "Bearer t2"],
  [
    "a typed name wins over the environment's token",
    { user: "alice" },
    { env: { VIVARIUM_TOKEN: "t2", VIVARIUM_PASSWORD: "p" } },
    basic("alice:p"),
  ],
  [
    "name and password of the environment",
    {},
    { env: { VIVARIUM_USER: "bob", VIVARIUM_PASSWORD: "p" } },
    basic("bob:p"),
  ],
  [
    "a password file",
    { user: "alice", "password-file": "/pw" },
    { files: { "/pw": "first\r\nsecond\n" } },
    basic("alice:first"),
  ],
  [
    "a password file at home",
    { user: "alice", "password-file": "~/pw" },
    { files: { "/home/alice/pw": "home" } },
    basic("alice:home"),
  ],
  ["standard input", { user: "alice", "password-file": "-" }, { input: "piped\n" }, basic("alice:piped")],
  ["the terminal", { user: "alice" }, { secrets: ["typed"] }, basic("alice:typed")],
  [
    "letters beyond ASCII, as UTF-8",
    { user: "älice", "password-file": "/pw" },
    { files: { "/pw": "pässwörd: ☃" } },
    basic("älice:pässwörd: ☃"),
  ],
  ["an empty variable counts as not set", {}, { env: { VIVARIUM_TOKEN: "", VIVARIUM_USER: "" } }, null],
] as const satisfies readonly (readonly [string, Typed["options"], FakeIoWish, string | null])[]) {
  test(`credentials: ${what}`, async () => {
    assert.equal((await sentWith(options, wish)).authorization, expected);
  });
}

test("the password is asked for by name and address, once for all requests", async () => {
  const fake = fakeIo({ api: { "GET /users": { items: [] } }, secrets: ["typed"] });
  const client = clientFor(fake.io, { positionals: [], options: { user: "alice", url: "https://example.com/py/" } });
  await client.ask("GET", ["users"]);
  await client.ask("GET", ["users"]);
  assert.deepEqual(fake.questions, ["Password of alice at https://example.com/py: "]);
});

test("the server is the typed one, else the environment's, else the one on this machine; a path prefix stays", async () => {
  const env = { VIVARIUM_URL: "http://env.example.com" };
  assert.equal((await sentWith({})).url, "http://localhost:3141/api/v1/users");
  assert.equal((await sentWith({}, { env })).url, "http://env.example.com/api/v1/users");
  assert.equal(
    (await sentWith({ url: "https://example.com/py/" }, { env })).url,
    "https://example.com/py/api/v1/users",
  );
});

test("a redirect is not followed: it would carry the password elsewhere", async () => {
  const seen: unknown[] = [];
  const fetch: typeof globalThis.fetch = async (_address, init) => {
    seen.push(init?.redirect);
    return Response.json({ items: [] });
  };
  await sentWith({ token: "t" }, { fetch });
  assert.deepEqual(seen, ["manual"]);
});

test("names are encoded into the address", async () => {
  const fake = fakeIo({ fetch: async () => Response.json({}) });
  await clientFor(fake.io, { positionals: [], options: {} }).ask("GET", ["users", "a b/ü?#"]);
  assert.equal(fake.requests[0]?.url, "http://localhost:3141/api/v1/users/a%20b%2F%C3%BC%3F%23");
});
