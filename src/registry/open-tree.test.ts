import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { foldersAround, leafOf, RegistryError } from "#core";
import { ALICE } from "../../tests/support/registry-world.ts";
import { openTreeWorld, placeAt, type TreeWorld } from "../../tests/support/tree-world.ts";

/** A tree as it should be: the text of each file, and `null` for folders. */
type Model = Map<string, string | null>;

interface Carrying {
  readonly kind: "copy" | "move";
  readonly path: string;
  readonly to: string;
}

type Step =
  | { readonly kind: "put"; readonly path: string; readonly text: string }
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "remove"; readonly path: string }
  | Carrying;

/** What a disk does, in the words of `cp -r` and `mv`; `false`: it refuses, and nothing changed. */
function apply(model: Model, step: Step): boolean {
  switch (step.kind) {
    case "put":
      return place(model, step.path, step.text);
    case "folder":
      return place(model, step.path, null);
    case "remove":
      for (const path of inside(model, step.path)) model.delete(path);
      return true;
    default:
      return carry(model, step);
  }
}

function place(model: Model, path: string, content: string | null): boolean {
  const around = foldersAround(path);
  if (around.some((folder) => typeof model.get(folder) === "string")) return false;
  const there = model.get(path);
  if (there !== undefined && (there === null) !== (content === null)) return false;
  for (const folder of around) model.set(folder, null);
  model.set(path, content);
  return true;
}

function carry(model: Model, { kind, path, to: wished }: Carrying): boolean {
  const content = model.get(path);
  if (content === undefined) return true;
  const to = model.get(wished) === null ? `${wished}/${leafOf(path)}` : wished;
  if (to === path || to.startsWith(`${path}/`)) return false;
  const next = new Map(model);
  for (const one of inside(model, path)) {
    if (!place(next, `${to}${one.slice(path.length)}`, model.get(one) ?? null)) return false;
  }
  if (kind === "move") for (const one of inside(model, path)) next.delete(one);
  model.clear();
  for (const [one, text] of next) model.set(one, text);
  return true;
}

function inside(model: Model, path: string): readonly string[] {
  return [...model.keys()].filter((one) => one === path || one.startsWith(`${path}/`)).toSorted();
}

async function perform({ tree, put }: TreeWorld, step: Step): Promise<boolean> {
  const at = (path: string) => placeAt(`alice/files:${path}`);
  try {
    if (step.kind === "put") await put(`alice/files:${step.path}`, step.text);
    else if (step.kind === "folder") await tree.makeFolder(ALICE, at(step.path));
    else if (step.kind === "remove") await tree.remove(ALICE, at(step.path));
    else await tree[step.kind](ALICE, at(step.path), at(step.to));
    return true;
  } catch (error) {
    if (error instanceof RegistryError && ["file-exists", "request-invalid"].includes(error.problem.code)) return false;
    throw error;
  }
}

async function shownBy({ tree, text }: TreeWorld): Promise<Model> {
  const nodes = await tree.below(ALICE, placeAt("alice/files:"), { after: null, limit: 10_000 });
  const shown: Model = new Map();
  for (const { kind, path } of nodes ?? [])
    shown.set(path, kind === "folder" ? null : await text(`alice/files:${path}`));
  return shown;
}

/** A small generator, so that a failure can be had again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function stepOf(random: (below: number) => number): Step {
  const path = () => Array.from({ length: 1 + random(3) }, () => "abc".charAt(random(3))).join("/");
  const kinds = ["put", "put", "put", "folder", "remove", "copy", "move", "move"] as const;
  const kind = kinds[random(kinds.length)] ?? "put";
  if (kind === "put") return { kind, path: path(), text: `text ${random(100)}` };
  return kind === "copy" || kind === "move" ? { kind, path: path(), to: path() } : { kind, path: path() };
}

describe("a tree", () => {
  for (const seed of [1, 2, 3]) {
    test(`does what a disk does, whatever comes in whatever order (${seed})`, async () => {
      await using world = await openTreeWorld();
      await world.plain("alice/files");
      const model: Model = new Map();
      const random = randomOf(seed);
      for (let count = 0; count < 120; count += 1) {
        const step = stepOf(random);
        const before = new Map(model);
        const isDone = apply(model, step);
        assert.equal(
          await perform(world, step),
          isDone,
          `${count}: ${JSON.stringify(step)} on ${JSON.stringify([...before])}`,
        );
        const expected = [...model].toSorted(([one], [other]) => (one < other ? -1 : 1));
        assert.deepEqual([...(await shownBy(world))], expected, `${count}: ${JSON.stringify(step)}`);
      }
    });
  }

  test("that many change at once has each file once, in folders that are there", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    const random = randomOf(7);
    const steps = Array.from({ length: 150 }, () => stepOf(random));
    await Promise.all(steps.map((step) => perform(world, step)));
    const shown = await shownBy(world);
    for (const [path, text] of shown) {
      for (const folder of foldersAround(path)) assert.equal(shown.get(folder), null, `${folder} around ${path}`);
      assert.ok(text === null || text.startsWith("text "), path);
    }
  });

  test("gives a file that several move at once to one of them", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.put("alice/files:a", "a");
    const moves = ["b", "c", "d"].map((to) => world.move("alice/files:a", `alice/files:${to}`));
    const tallies = await Promise.all(moves);
    assert.equal(tallies.filter((tally) => tally !== null).length, 1);
    assert.equal((await world.all("alice/files:"))?.length, 1);
  });
});
