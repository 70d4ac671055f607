import assert from "node:assert/strict";
import { test } from "node:test";
import { findUpstream, type UpstreamClues, upstreamOf } from "./find-upstream.ts";

interface Asked {
  readonly clues: UpstreamClues;
  readonly python: string[][];
}

function clues(change: Partial<UpstreamClues> & { readonly files?: Readonly<Record<string, string>> } = {}): Asked {
  const python: string[][] = [];
  return {
    python,
    clues: {
      configured: null,
      env: {},
      homeFolder: "/home/a",
      platform: "linux",
      readFile: async (path) => change.files?.[path] ?? null,
      askPython: async (args) => {
        python.push([...args]);
        return null;
      },
      isOurs: (url) => url.origin === "http://localhost:3141",
      ...change,
    },
  };
}

const FILES = {
  "/home/a/.config/uv/uv.toml": 'index-url = "https://uv.example/simple"',
  "/etc/pip.conf": "[global]\nindex-url = https://pip.example/simple\n",
};

test("what the configuration says wins, and 'none' means that nobody is asked", async () => {
  const { clues: given } = clues({
    configured: "https://own.example/simple",
    env: { PIP_INDEX_URL: "https://x.example" },
  });
  assert.equal((await findUpstream(given))?.url, "https://own.example/simple/");
  const none = clues({ configured: "none", files: FILES });
  assert.equal(await findUpstream(none.clues), null);
  assert.deepEqual(none.python, []);
});

test("variables come before files, uv's before pip's, and Python is asked last", async () => {
  const env = { UV_DEFAULT_INDEX: "https://a.example", PIP_INDEX_URL: "https://b.example" };
  assert.equal((await findUpstream(clues({ env, files: FILES }).clues))?.source, "UV_DEFAULT_INDEX");
  const pip = clues({ env: { PIP_INDEX_URL: "https://b.example" }, files: FILES });
  assert.deepEqual(await findUpstream(pip.clues), {
    url: "https://b.example/",
    credentials: null,
    source: "PIP_INDEX_URL",
  });
  assert.equal((await findUpstream(clues({ files: FILES }).clues))?.url, "https://uv.example/simple/");
  const conf = clues({ files: { "/etc/pip.conf": FILES["/etc/pip.conf"] } });
  assert.deepEqual([(await findUpstream(conf.clues))?.source, conf.python], ["/etc/pip.conf", []]);
});

test("pip's built-in default is asked of pip, by its constant or by its help", async () => {
  const constant = clues({ askPython: async () => "https://built-in.example/simple\n" });
  assert.equal((await findUpstream(constant.clues))?.url, "https://built-in.example/simple/");
  const help =
    "  -i, --index-url <url>   Base URL of the Index\n      (default https://help.example/simple). This should\n";
  const byHelp = clues({ askPython: async (args) => (args[0] === "-m" ? help : "") });
  assert.equal((await findUpstream(byHelp.clues))?.url, "https://help.example/simple/");
  assert.equal(await findUpstream(clues().clues), null);
});

test("an installer that is set up for this very server does not make it read itself", async () => {
  const env = { PIP_INDEX_URL: "http://localhost:3141/root/pypi/simple/" };
  assert.equal((await findUpstream(clues({ env, files: FILES }).clues))?.url, "https://uv.example/simple/");
});

test("credentials are taken out of the address and decoded; a slash is at its end", () => {
  assert.deepEqual(upstreamOf("https://me%40x:p%2Fw@a.example/simple#frag", "here"), {
    url: "https://a.example/simple/",
    credentials: "me@x:p/w",
    source: "here",
  });
  assert.equal(upstreamOf("https://token:50%@a.example", "here")?.credentials, "token:50%");
  for (const text of ["", "a.example", "file:///srv/index"]) assert.equal(upstreamOf(text, "here"), null, text);
});
