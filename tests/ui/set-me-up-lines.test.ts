import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Place, type Snippet, toolsFor } from "../../ui/src/parts/set-me-up-lines.ts";

/** The repository of the guide: closed, and one may publish there. */
const PLACE: Place = {
  server: "https://packages.example.com",
  repository: "alice/dev",
  format: "python",
  needsSignIn: true,
  takesUploads: true,
  user: "alice",
  token: null,
};

const snippetsOf = (change: Partial<Place> = {}): readonly (Snippet & { readonly tool: string })[] =>
  toolsFor({ ...PLACE, ...change }).flatMap(({ id, snippets }) => snippets.map((one) => ({ ...one, tool: id })));
const textOf = (tool: string, change: Partial<Place> = {}): string =>
  snippetsOf(change)
    .filter((one) => one.tool === tool)
    .map(({ text }) => text)
    .join("\n");

test("every line that the pages show is in the guide, and the guide shows no others", () => {
  const guide = readFileSync(new URL("../../docs/guides/installing.md", import.meta.url), "utf8");
  const section = guide.slice(guide.indexOf("## By tool"), guide.indexOf("## On the command line"));
  const blocks = [...section.matchAll(/^```(\w+)\n(.*?)\n```$/gms)].map(([, language, text]) => ({ language, text }));

  const shown = snippetsOf().map(({ language, text }) => ({ language, text }));
  assert.deepEqual(blocks, shown);
});

test("every tool that people use is there", () => {
  assert.deepEqual(
    toolsFor(PLACE).map(({ id }) => id),
    ["pip", "uv", "poetry", "pdm", "hatch", "flit", "twine", "devpi", "github", "gitlab"],
  );
});

test("a fresh token stands wherever one is needed, but never in a pipeline's file", () => {
  const shown = snippetsOf({ token: "viv_secret" });

  assert.deepEqual(
    shown.filter(({ text }) => text.includes("TOKEN") && !text.includes("VIVARIUM_TOKEN")),
    [],
  );
  assert.deepEqual(
    shown.filter(({ language, text }) => language === "yaml" && text.includes("viv_secret")),
    [],
  );
  assert.match(textOf("twine", { token: "viv_secret" }), /^password = viv_secret$/m);
});

test("where everybody may install, installing asks for no token", () => {
  const open = { needsSignIn: false, takesUploads: false };
  for (const tool of ["pip", "uv", "poetry", "pdm", "hatch", "devpi"]) {
    assert.doesNotMatch(textOf(tool, open), /TOKEN|__token__|login/, tool);
  }
});

test("where nothing can be published, nothing says how", () => {
  const shown = snippetsOf({ takesUploads: false });
  assert.deepEqual(
    shown.filter(({ text }) => /publish|upload|twine upload/.test(text)),
    [],
  );
  assert.equal(textOf("twine", { takesUploads: false }), "");
});

test("pip is told of a host without encryption, unless it is this machine", () => {
  assert.match(textOf("pip", { server: "http://packages.lan:3141/py" }), /trusted-host = packages\.lan:3141/);
  assert.match(textOf("github", { server: "http://packages.lan:3141" }), /PIP_TRUSTED_HOST: packages\.lan:3141/);
  for (const server of ["http://localhost:3141", "http://127.0.0.1:3141", "https://packages.lan"]) {
    assert.doesNotMatch(textOf("pip", { server }), /trusted/, server);
  }
});

test("the address has the prefix of a proxy, and names beyond ASCII are written as addresses have them", () => {
  const place = { server: "https://example.com/py", repository: "jörg/größe" };
  assert.match(textOf("pip", place), /index-url = https:\/\/example\.com\/py\/j%C3%B6rg\/gr%C3%B6%C3%9Fe\/simple\/$/m);
  assert.match(textOf("uv", place), /^name = "j-rg-gr-e"$/m);
  assert.match(textOf("uv", { repository: "ü/ß" }), /^name = "vivarium"$/m);
});

test("files to download have the names that tools look for", () => {
  assert.deepEqual(
    snippetsOf().flatMap(({ filename }) => (filename === null ? [] : [filename])),
    ["pip.conf", "uv.toml", ".pypirc", "package.yml", "gitlab-ci.yml"],
  );
});

test("a repository of any files is spoken to with curl", () => {
  const [curl, another] = toolsFor({ ...PLACE, format: "generic" });
  assert.equal(another, undefined);
  assert.deepEqual(
    curl?.snippets.map(({ text }) => text),
    [
      "curl -u alice -fO https://packages.example.com/alice/dev/folder/file.bin",
      "curl -u alice -f -T file.bin https://packages.example.com/alice/dev/folder/file.bin",
    ],
  );
});
