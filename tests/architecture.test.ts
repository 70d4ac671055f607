import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import manifest from "../package.json" with { type: "json" };

/** The table of docs/ARCHITECTURE.md, enforced: what each room may import. Every room must be listed. */
const doors: Record<string, readonly string[]> = {
  core: [],
  stores: ["core"],
  formats: ["core"],
  upstream: ["core"],
  registry: ["core", "stores", "formats", "upstream"],
  access: ["core", "stores", "upstream"],
  followers: ["core", "stores", "upstream"],
  web: ["core"],
  http: ["core", "formats", "registry", "access", "web"],
  api: ["core", "registry", "access"],
  dialects: ["core", "registry", "access"],
  cli: ["core"],
  process: ["core", "stores", "formats", "upstream", "registry", "access", "followers", "web", "http", "api", "cli"],
};

/** Not a room that others enter: the surroundings of `app.ts` and `main.ts`, which alone open it; it may open what they may. */
const WIRING = "process";

/** Rooms whose route types a room may name, without running any of their code. */
const typeDoors: Record<string, readonly string[]> = { api: ["http"], dialects: ["http"] };

/** Folders that only `app.ts` and their own tests open. */
const inner = [
  "stores/sql",
  "stores/sqlite",
  "stores/filesystem",
  "formats/generic",
  "formats/python",
  "dialects/artifactory",
  "dialects/devpi",
];

const files = globSync("src/*/**/*.ts").map((path) => path.replaceAll("\\", "/"));

test("the architecture test sees the sources", () => {
  assert.ok(files.length > 50, `only ${files.length} files found`);
  for (const room of new Set(files.map((file) => file.split("/")[1] ?? ""))) {
    assert.ok(room in doors, `src/${room} is a room that the table does not list`);
  }
});

for (const file of files) {
  const room = file.split("/")[1] ?? "";
  const isTest = /\.(test|contract|model)\.ts$/.test(file);
  test(`${file} keeps to its doors`, () => {
    for (const { statement, target } of importsOf(file)) {
      if (target.startsWith("#")) {
        const other = target.slice(1);
        const isTypeOnly = /^(import|export)\s+type\b/.test(statement);
        const mayUse =
          other === room || doors[room]?.includes(other) || (isTypeOnly && typeDoors[room]?.includes(other));
        assert.ok(mayUse, `${room} may not import ${target}`);
      } else if (target.startsWith(".")) {
        const path = relative("src", join(dirname(file), target)).replaceAll("\\", "/");
        const isSupport = isTest && path.startsWith("../tests/support/");
        assert.ok(isSupport || path.startsWith(`${room}/`) || mayWire(room, path), `${target} leaves the room`);
        assert.ok(
          isSupport || !entersInnerFolder(file, path),
          `${target} opens an inner folder, which is app.ts's to do`,
        );
      } else if (room === "core" && !isTest) {
        assert.fail(`core imports nothing from outside, not even ${target}`);
      }
    }
  });
}

for (const door of files.filter((file) => /^src\/[^/]+\/index\.ts$/.test(file))) {
  test(`${door} is a doc comment and a list of exports, no code`, () => {
    const source = readFileSync(door, "utf8");
    assert.match(source, /^\/\*\*/, "a door begins with what its room is for");
    const rest = source
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/export\s+(type\s+)?(\*|\{[\s\S]*?\})\s+from\s+"[^"]+";/g, "");
    assert.equal(rest.trim(), "");
  });
}

test("every room has a door in package.json and nothing else has", () => {
  const rooms = Object.keys(doors)
    .filter((room) => room !== "dialects" && room !== WIRING)
    .sort();
  const named = Object.keys(manifest.imports)
    .map((name) => name.slice(1))
    .sort();
  assert.deepEqual(
    named,
    rooms.filter((room) => named.includes(room) || room !== "followers"),
  );
});

test("Fastify is known to the front door only", () => {
  for (const file of files.filter((path) => !path.startsWith("src/http/"))) {
    assert.ok(!importsOf(file).some(({ target }) => target === "fastify"), `${file} imports fastify`);
  }
});

function importsOf(file: string): { statement: string; target: string }[] {
  const source = readFileSync(file, "utf8");
  return [
    ...source.matchAll(/^\s*((?:import|export)\b[^;]*?\bfrom\s*|import\s*)"([^"]+)"|\bimport\(\s*"([^"]+)"/gm),
  ].map(([statement, , from, dynamic]) => ({ statement: statement.trim(), target: from ?? dynamic ?? "" }));
}

/** The wiring opens implementations, as `app.ts` does, and `app.ts` itself; rooms that have a door it enters by that. */
function mayWire(room: string, path: string): boolean {
  return room === WIRING && (path === "app.ts" || inner.some((folder) => path.startsWith(`${folder}/`)));
}

function entersInnerFolder(file: string, path: string): boolean {
  if (file.startsWith(`src/${WIRING}/`)) return false;
  const folder = inner.find((name) => path.startsWith(`${name}/`));
  // The SQL keeper is shared by its openers (house.md 1.1).
  if (folder === "stores/sql" && file.startsWith("src/stores/")) return false;
  return folder !== undefined && !file.startsWith(`src/${folder}/`);
}
