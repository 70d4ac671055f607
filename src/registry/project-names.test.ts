import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { ProjectName } from "#core";
import { mergeNames, type NamedProject } from "./project-names.ts";

const names = fc.array(
  fc.record({
    project: fc.string({ maxLength: 3, unit: fc.constantFrom("a", "b", "c", "-") }),
    displayName: fc.string({ minLength: 1, maxLength: 2, unit: fc.constantFrom("A", "b", "é", "😀") }),
  }),
);

describe("names of several lists", () => {
  test("are sorted, each once, spelled as the first list spells it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(names, { maxLength: 4 }), async (lists) => {
        const expected = new Map<string, string>();
        for (const list of lists) {
          for (const { project, displayName } of list) {
            if (!expected.has(project)) expected.set(project, displayName);
          }
        }
        const merged = await mergeNames(lists as unknown as (readonly NamedProject[])[]);
        assert.deepEqual(
          merged.map(({ project, displayName }) => [project, displayName]),
          [...expected].sort(([a], [b]) => (a < b ? -1 : 1)),
        );
      }),
    );
  });

  test("a hundred thousand of them let others have their turn", async () => {
    const many = Array.from({ length: 100_000 }, (_, index): NamedProject => {
      const project = `p${(index * 7919) % 100_000}` as ProjectName;
      return { project, displayName: project };
    });
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const merged = await mergeNames([many, many.slice(0, 50_000)]);
    isOver = true;

    assert.equal(merged.length, 100_000);
    assert.ok(turns > 50, `others had ${turns} turns`);
  });
});
