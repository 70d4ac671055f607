import assert from "node:assert/strict";
import { test } from "node:test";
import type { Flags } from "#cli";
import { type LoadedConfig, loadConfig } from "./config.ts";
import { OPTION_ROWS, SETTINGS } from "./config-settings.ts";

function load(
  flags: Flags = {},
  env: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<LoadedConfig> {
  return loadConfig({ flags, env, readFile: async (path) => files[path] ?? null, workingFolder: "/srv" });
}

/** The one fault, and where it says it is from. */
async function faultOf(...given: Parameters<typeof load>) {
  const { faults } = await load(...given);
  assert.equal(faults.length, 1, JSON.stringify(faults));
  const [fault] = faults;
  assert.ok(fault !== undefined && !fault.text.includes("\n"), "one line");
  return fault;
}

test("without anything given, the server is for the person at this machine", async () => {
  const { config, faults, notes } = await load();
  assert.deepEqual({ faults, notes }, { faults: [], notes: [] });
  assert.deepEqual(
    {
      place: `${config.host}:${config.port}`,
      data: config.dataFolder,
      key: config.keyFile,
      signUp: config.signUp,
      most: config.uploadSizeBytesMax,
      upstream: config.upstream,
      restrictModify: config.restrictModify,
    },
    {
      place: "127.0.0.1:3141",
      data: "/srv/data",
      key: "/srv/data/secret.key",
      signUp: "loopback",
      most: 2 * 1024 ** 3,
      upstream: null,
      restrictModify: null,
    },
  );
  assert.ok(Object.isFrozen(config));
});

test("flags win over the environment, the environment over the file, the file over the defaults", async () => {
  const files = { "/srv/vivarium.yaml": "port: 1\nhost: 0.0.0.0\nsignup: open\n" };
  const { config } = await load({ port: "3" }, { VIVARIUM_PORT: "2", VIVARIUM_HOST: "::1" }, files);
  assert.deepEqual([config.port, config.host, config.signUp], [3, "::1", "open"]);
});

test("every setting has a flag, a variable, a line of help and a place in the file", async () => {
  const values: Readonly<Record<string, string>> = {
    host: "localhost",
    port: "1",
    "unix-socket": "/run/v.sock",
    "unix-socket-mode": "666",
    data: "/d",
    "key-file": "/k",
    "public-url": "https://x.example/p",
    "trusted-proxy": "10.0.0.0/8",
    signup: "closed",
    "max-upload-size": "500M",
    "max-file-size": "7T",
    "cache-memory": "1G",
    upstream: "none",
    "request-timeout": "2.5",
    grace: "1",
    "restrict-modify": "root,alice",
    "log-format": "json",
    "log-level": "warn",
    lockdown: "yes",
    "push-host": "packages.example.com:8443",
    "trash-days": "7",
  };
  const rows = Object.values(SETTINGS);
  assert.deepEqual(rows.map(({ name }) => name).sort(), Object.keys(values).sort());
  const env = Object.fromEntries(rows.map((row) => [row.env ?? "", values[row.name] ?? ""]));
  const yaml = Object.entries(values).map(([name, value]) => `${name}: ${value}`);
  const loaded = await Promise.all([
    load(values),
    load({}, env),
    load({}, {}, { "/srv/vivarium.yaml": yaml.join("\n") }),
  ]);
  for (const { config, faults } of loaded) {
    assert.deepEqual(faults, []);
    assert.deepEqual(config, loaded[0].config);
  }
  assert.deepEqual(loaded[0].config.restrictModify, ["root", "alice"]);
  assert.equal(loaded[0].config.uploadSizeBytesMax, 500 * 1024 ** 2);
  for (const row of OPTION_ROWS) assert.match(row.description, /[^.]$/, row.name);
});

test("a bad value is told in one line that names where it came from", async () => {
  const flag = await faultOf({ port: "http" });
  assert.deepEqual(flag, { from: "flag", text: "--port 'http' is not valid: expected a port, 0 to 65535." });
  assert.match(
    (await faultOf({}, { VIVARIUM_SIGNUP: "maybe" })).text,
    /^VIVARIUM_SIGNUP 'maybe' is not valid: expected open/,
  );
  const file = await faultOf({}, {}, { "/srv/vivarium.yaml": "max-upload-size: huge" });
  assert.match(file.text, /^max-upload-size in \/srv\/vivarium\.yaml 'huge' is not valid/);
  assert.match((await faultOf({ "trusted-proxy": ["10.0.0.0/8", "10.0.0.0/99"] })).text, /--trusted-proxy/);
  assert.match((await faultOf({ "public-url": "https://me:secret@x.example" })).text, /password/);
});

test("a bad value leaves the default, so that doctor can look on", async () => {
  assert.equal((await load({ port: "http" })).config.port, 3141);
});

test("an address that may hold a password is not repeated in a fault", async () => {
  assert.doesNotMatch((await faultOf({}, { VIVARIUM_UPSTREAM: "htps://me:s3cret@x.example" })).text, /s3cret/);
  assert.doesNotMatch((await faultOf({}, { HTTPS_PROXY: "socks5://me:s3cret@x.example" })).text, /s3cret/);
});

test("an unknown key of the file is told, with what was probably meant", async () => {
  const files = { "/srv/vivarium.yaml": "prot: 8080" };
  assert.match(
    (await faultOf({}, {}, files)).text,
    /\/srv\/vivarium\.yaml has an unknown key 'prot'; 'port' is probably meant/,
  );
});

test("a file that is named must be there and must be YAML; the one by default need not be", async () => {
  assert.match((await faultOf({ config: "/etc/v.yaml" })).text, /\/etc\/v\.yaml, named by --config, is not there/);
  assert.match(
    (await faultOf({}, { VIVARIUM_CONFIG: "/e.yaml" }, { "/e.yaml": "a: [" })).text,
    /\/e\.yaml is not YAML/,
  );
  assert.match((await faultOf({}, {}, { "/srv/vivarium.yaml": "- a" })).text, /must hold settings/);
  assert.match((await faultOf({}, {}, { "/srv/vivarium.yaml": "port: {a: 1}" })).text, /'port' must be a text/);
  assert.deepEqual((await load({}, {}, { "/srv/vivarium.yaml": "# nothing yet\n" })).faults, []);
});

test("a file that cannot be read is a fault and not an empty one", async () => {
  const { faults } = await loadConfig({
    flags: {},
    env: {},
    readFile: () => Promise.reject(new Error("EACCES: permission denied")),
    workingFolder: "/srv",
  });
  assert.match(faults[0]?.text ?? "", /vivarium\.yaml cannot be read: EACCES/);
});

test("paths of the file are relative to the file, others to where one stands", async () => {
  const files = { "/etc/vivarium/v.yaml": "data: d\nkey-file: k\n" };
  const { config } = await load({ config: "/etc/vivarium/v.yaml" }, { VIVARIUM_KEY_FILE: "here" }, files);
  assert.deepEqual([config.dataFolder, config.keyFile], ["/etc/vivarium/d", "/srv/here"]);
});

test("an empty variable counts as not set", async () => {
  const { config, faults } = await load({}, { VIVARIUM_PORT: "", VIVARIUM_ROOT_PASSWORD: "" });
  assert.deepEqual([config.port, config.rootPassword, faults], [3141, null, []]);
});

test("proxies come from the usual variables, small letters first", async () => {
  const env = { HTTPS_PROXY: "http://big:1", https_proxy: "small:2", ALL_PROXY: "http://all:3", NO_PROXY: "a,b" };
  assert.deepEqual((await load({}, env)).config.proxy, {
    httpProxy: "http://all:3/",
    httpsProxy: "http://small:2/",
    noProxy: "a,b",
  });
});

test("a variable of ours that means nothing is noted, and the others are left alone", async () => {
  const { notes, faults } = await load({}, { VIVARIUM_PROT: "1", VIVARIUM_TOKEN: "t", OTHER: "x" });
  assert.deepEqual(faults, []);
  assert.deepEqual(notes, ["VIVARIUM_PROT is set and means nothing here; VIVARIUM_PORT is probably meant."]);
});
