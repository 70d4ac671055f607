import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { allCommands, optionsOf } from "../all-commands.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { placesOf } from "./places.ts";
import { zshCompletion } from "./zsh.ts";

const rows = allCommands([
  {
    name: "data",
    short: "d",
    placeholder: "folder",
    description: "folder that 'everything' is kept in; 100 % of it",
    defaultText: null,
    env: null,
    commands: ["serve"],
  },
]);
const places = placesOf(rows);
const SCRIPTS = { bash: bashCompletion(places), zsh: zshCompletion(places), fish: fishCompletion(places) };
const LACKS = Object.fromEntries(
  Object.keys(SCRIPTS).map((shell) => [shell, spawnSync(shell, ["-c", "true"]).status !== 0]),
);

for (const [shell, script] of Object.entries(SCRIPTS)) {
  test(`the script for ${shell} is ${shell}'s`, { skip: LACKS[shell] ? `there is no ${shell} here` : false }, () => {
    const folder = mkdtempSync(join(tmpdir(), "completion-"));
    try {
      writeFileSync(join(folder, "script"), script);
      const { status, stderr } = spawnSync(shell, ["-n", join(folder, "script")], { encoding: "utf8" });
      assert.deepEqual([status, stderr], [0, ""]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test(`the script for ${shell} knows every command and every option`, () => {
    for (const row of rows) {
      for (const word of row.path) assert.ok(script.includes(word), word);
      for (const { name } of optionsOf(row)) {
        assert.ok(script.includes(shell === "fish" ? `-l ${name} ` : `--${name}`), `${row.path.join(" ")} --${name}`);
      }
    }
  });
}

/** What bash offers after this line; the last word is the one being typed. */
function offered(line: string): readonly string[] {
  // Readline gives = a word of its own.
  const words = line.split(" ").flatMap((word) => word.split(/(?<==)|(?==)/));
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const script = `${SCRIPTS.bash}
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _vivarium; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["--norc", "-c", script], { encoding: "utf8", cwd: "/" }).trim().split("\n");
}

for (const [line, offers] of [
  ["vivarium us", ["user"]],
  ["vivarium user ", ["list", "create", "show", "modify", "password", "remove"]],
  ["vivarium repository re", ["remove", "refresh"]],
  ["vivarium index create --ki", ["--kind"]],
  ["vivarium index create --kind ", ["local", "remote", "virtual"]],
  ["vivarium index create alice/dev --kind=re", ["remote"]],
  ["vivarium index create alice/dev --kind=", ["local", "remote", "virtual"]],
  ["vivarium index modify --project-list ", ["yes", "no"]],
  ["vivarium user create --title ", [""]],
  ["vivarium user delete --jso", ["--json"]],
  ["vivarium serve -d /et", ["/etc"]],
  ["vivarium status alice/dev hello ar", ["archived"]],
  ["vivarium completion ", ["bash", "zsh", "fish"]],
  ["vivarium --ver", ["--version"]],
  ["vivarium token create user --rep", ["--repository"]],
] as const) {
  test(`after '${line}' bash offers ${offers.join(", ") || "nothing"}`, {
    skip: LACKS["bash"] ? "no bash" : false,
  }, () => {
    assert.deepEqual(offered(line), offers);
  });
}
