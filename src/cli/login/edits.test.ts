import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutMarked } from "./blocks.ts";
import {
  type Edited,
  editNetrc,
  editPdm,
  editPip,
  editPoetry,
  editPoetryAuth,
  editPypirc,
  editUv,
  nicknameOf,
  type RepositoryLogin,
} from "./edits.ts";

const LOGIN: RepositoryLogin = { server: "https://packages.example.com", repository: "alice/dev", token: "viv_1" };
const MARK = "vivarium login https://packages.example.com/alice/dev";

const EDITS = { editNetrc, editPdm, editPip, editPoetry, editPoetryAuth, editPypirc, editUv };

function textOf(edited: Edited): string {
  assert.ok("text" in edited, "conflict" in edited ? edited.conflict : "");
  return edited.text;
}
const conflictOf = (edited: Edited): string => ("conflict" in edited ? edited.conflict : "none");

test("what was written is taken out again to the byte, from whatever file", () => {
  const files = [
    "",
    "\n",
    "# a comment only",
    "[other]\nkey = 1\n",
    "[other]\nkey = 1",
    "[other]\r\nkey = 1\r\n",
    "[other]\r\nkey = 1",
    "[global]\ntimeout = 60\n\n[install]\nno-cache-dir = yes\n",
    "[global]",
    "[global]\n  timeout = 60\n  retries = 3\n",
    "[pypi]\nverify_ssl = true\n\n[pypi.extra]\nx = 1\n",
    "[distutils]\nindex-servers =\n    one\n    two\n\n[one]\nrepository = https://one.example/\n",
    "[distutils]\nindex-servers = one",
    "[distutils]\n",
    "machine other.example login a password b\nmacdef init\ncd /\n\ndefault login anonymous\n",
    "[[index]]\nname = 'else'\nurl = 'https://else.example/simple/'\n",
    "native-tls = true",
  ];
  for (const [name, edit] of Object.entries(EDITS)) {
    for (const before of files) {
      const after = textOf(edit(before, LOGIN));
      assert.notEqual(after, before);
      assert.equal(
        withoutMarked(after, () => true),
        before,
        `${name}: ${JSON.stringify(before)}\n${after}`,
      );
      assert.equal(
        withoutMarked(after, () => false),
        after,
      );
    }
  }
});

test("lines of other logins stay when one is taken out", () => {
  const two = textOf(editPypirc(textOf(editPypirc("[x]\na = 1", LOGIN)), { ...LOGIN, repository: "bob/prod" }));
  const bobs = withoutMarked(two, (url) => url.endsWith("/alice/dev"));
  assert.match(bobs, /^\[bob-prod\]$/m);
  assert.doesNotMatch(bobs, /alice/);
  assert.equal(
    withoutMarked(bobs, (url) => url.endsWith("/bob/prod")),
    "[x]\na = 1",
  );
});

test("a mark that was left without its end takes nothing else away", () => {
  const torn = `# >>> ${MARK}\nindex-url = https://packages.example.com/alice/dev/simple/\n[install]\nx = 1\n`;
  assert.equal(
    withoutMarked(torn, () => true),
    torn,
  );
});

test("pip: into the section that is there, which may not be there twice", () => {
  const before = "[global]\ntimeout = 60\n[install]\nno-deps = yes\n";
  assert.equal(
    textOf(editPip(before, LOGIN)),
    [
      "[global]",
      `# >>> ${MARK}`,
      "index-url = https://packages.example.com/alice/dev/simple/",
      `# <<< ${MARK}`,
      "timeout = 60",
      "[install]",
      "no-deps = yes",
      "",
    ].join("\n"),
  );
});

test("pip: among indented lines ours are indented too, or the next would go on with them", () => {
  const text = textOf(editPip("[global]\n  timeout = 60\n", LOGIN));
  assert.match(text, /^ {2}index-url = /m);
});

test("pip: a host without encryption has to be trusted, unless it is this machine", () => {
  assert.match(textOf(editPip("", { ...LOGIN, server: "http://lan:3141" })), /^trusted-host = lan:3141$/m);
  assert.doesNotMatch(textOf(editPip("", { ...LOGIN, server: "http://127.0.0.1:3141" })), /trusted-host/);
});

test("what is set already by somebody is left to them", () => {
  assert.match(
    conflictOf(editPip("[global]\nindex_url: https://else.example/\n", LOGIN)),
    /index-url already \(line 2\)/,
  );
  assert.match(
    conflictOf(editPip("[global]\ntrusted-host = a\n", { ...LOGIN, server: "http://lan" })),
    /trusted-host already/,
  );
  assert.match(conflictOf(editUv('index-url = "https://else.example/"\n', LOGIN)), /index already \(line 1\)/);
  assert.match(conflictOf(editUv("[pip]\nindex-url = 'x'\n", LOGIN)), /line 2/);
  assert.match(conflictOf(editUv("[[index]]\nurl = 'x'\ndefault = true\n", LOGIN)), /line 3/);
  assert.match(conflictOf(editUv('[[index]]\nname = "alice-dev"\n', LOGIN)), /line 2/);
  assert.match(conflictOf(editPdm("[pypi]\nurl = 'x'\n", LOGIN)), /url of \[pypi\] already/);
  assert.match(conflictOf(editPdm('[repository.alice-dev]\nurl = "x"\n', LOGIN)), /\[repository\.alice-dev\] already/);
  assert.match(conflictOf(editPoetryAuth('[http-basic."alice-dev"]\n', LOGIN)), /already \(line 1\)/);
  assert.match(conflictOf(editPypirc("[alice-dev]\nusername = me\n", LOGIN)), /section \[alice-dev\] already/);
  assert.match(
    conflictOf(editNetrc("machine packages.example.com login me password x\n", LOGIN)),
    /packages\.example\.com/,
  );
  assert.match(
    conflictOf(editNetrc("default login x machine packages.example.com\n", LOGIN)),
    /packages\.example\.com/,
  );
});

test("what only looks alike is in nobody's way", () => {
  for (const before of [
    "machine packages.example.com.evil login a\n",
    "# machine packages.example.com\n",
    "machine x\n",
  ]) {
    assert.equal(conflictOf(editNetrc(before, LOGIN)), "none", before);
  }
  assert.equal(conflictOf(editPip("[install]\nindex-url = x\n# index-url = y\n", LOGIN)), "none");
});

test("netrc: in front, because nothing behind a default or a macro is found", () => {
  const text = textOf(editNetrc("default login anonymous\n", LOGIN));
  assert.ok(text.indexOf("machine packages.example.com") < text.indexOf("default"));
});

test("twine: the list of names keeps what was in it, in whatever shape it is", () => {
  for (const list of ["index-servers = one\n", "index-servers =\n    one\n", "index-servers =\n  one\n  two\n"]) {
    const text = textOf(editPypirc(`[distutils]\n${list}[one]\nrepository = x\n`, LOGIN));
    assert.match(text, /index-servers =.*\n +# >>>.*\n {4}alice-dev\n +# <<</);
    assert.match(text, /\bone\b/);
  }
  assert.match(
    textOf(editPypirc("", LOGIN)),
    /^\[distutils\]\nindex-servers =\n {4}pypi\n#.*\n {4}#.*\n {4}alice-dev$/m,
  );
});

test("names beyond ASCII become words that tools take", () => {
  assert.equal(nicknameOf({ ...LOGIN, repository: "Jörg.B/größe_1" }), "j-rg-b-gr-e-1");
  assert.equal(nicknameOf({ ...LOGIN, repository: "ü/ß" }), "vivarium");
});
