import assert from "node:assert/strict";
import { test } from "node:test";
import { indexOfPipConf, indexOfUvToml, installerFiles } from "./installer-settings.ts";

test("the index of a pip.conf is found under both spellings, a command's section first", async () => {
  assert.equal(
    await indexOfPipConf("[global]\nindex-url = https://a.example/simple\ntimeout = 60\n"),
    "https://a.example/simple",
  );
  assert.equal(await indexOfPipConf("[global]\nindex_url=https://a.example/simple/\n"), "https://a.example/simple/");
  assert.equal(
    await indexOfPipConf("[global]\nindex-url = https://a.example\n[install]\nindex-url = https://b.example\n"),
    "https://b.example",
  );
  for (const text of ["", "[global]\nextra-index-url = https://a.example\n", "index-url = https://a.example\n"]) {
    assert.equal(await indexOfPipConf(text), null, text);
  }
});

test("the default index of a uv.toml is found in each of the three places", () => {
  const table = '[[index]]\nname = "extra"\nurl = "https://extra.example/simple"\n';
  const main = '[[index]]\n# ours\nurl = "https://a.example/simple" # here\ndefault = true\n';
  assert.equal(indexOfUvToml(table + main), "https://a.example/simple");
  assert.equal(indexOfUvToml(`index-url = 'https://b.example/simple'\n${table}`), "https://b.example/simple");
  assert.equal(indexOfUvToml('[pip]\nindex-url = "https://c.example/simple"\n'), "https://c.example/simple");
  assert.equal(indexOfUvToml(table), null);
  assert.equal(indexOfUvToml('[other]\nindex-url = "https://c.example/simple"\n'), null);
});

test("the user's files come before those of the machine, and a named one before all", () => {
  const { uv, pip } = installerFiles({ VIRTUAL_ENV: "/venv" }, "/home/a", "linux");
  assert.deepEqual(uv, ["/home/a/.config/uv/uv.toml", "/etc/xdg/uv/uv.toml", "/etc/uv/uv.toml"]);
  assert.deepEqual(pip, [
    "/venv/pip.conf",
    "/home/a/.config/pip/pip.conf",
    "/home/a/.pip/pip.conf",
    "/etc/xdg/pip/pip.conf",
    "/etc/pip.conf",
  ]);
  const named = installerFiles({ PIP_CONFIG_FILE: "/p", UV_CONFIG_FILE: "/u" }, "/home/a", "linux");
  assert.deepEqual([named.uv, named.pip[0]], [["/u"], "/p"]);
});

test("who told pip or uv to read no files is obeyed", () => {
  const none = installerFiles({ PIP_CONFIG_FILE: "/dev/null", UV_NO_CONFIG: "1" }, "/home/a", "linux");
  assert.deepEqual(none, { uv: [], pip: [] });
});

test("other systems have other places", () => {
  const mac = installerFiles({}, "/Users/a", "darwin");
  assert.equal(mac.pip[0], "/Users/a/Library/Application Support/pip/pip.conf");
  const windows = installerFiles({ APPDATA: "C:/a/Roaming", PROGRAMDATA: "C:/all" }, "C:/a", "win32");
  assert.deepEqual(windows.uv, ["C:/a/Roaming/uv/uv.toml", "C:/all/uv/uv.toml"]);
});
