import { existsSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Instant, ItemCriterion, ItemField, ItemOperator, ItemQuery } from "#core";
import { openSqliteStore } from "../src/stores/sqlite/index.ts";
import { atMost, type Figure, shown } from "./figures.ts";
import { quantile } from "./load.ts";
import { FILES_PER_PROJECT, filenameOf, generate, projectName, REPOSITORY, sha1Of } from "./million.ts";
import type { Place } from "./servers.ts";

const QUERIES = 100;
const DEMANDED_MS = 100;

/** Searches among the generated files, as the clients of the Artifactory dialect send them; each with other values. */
export async function searchRows(place: Place, files: number): Promise<Figure[]> {
  const folder = join(place.scratch, "vivarium-million");
  if (!existsSync(join(folder, "vivarium.db"))) await generate(folder, files);
  await using store = await openSqliteStore({ folder, now: () => Date.now() as Instant });
  const memoryBefore = process.memoryUsage().rss;
  const figures: Figure[] = [];
  for (const { what, expected, query } of searches(files / FILES_PER_PROJECT)) {
    const times: number[] = [];
    for (let index = 0; index < QUERIES; index += 1) {
      const asked = query(index);
      const began = performance.now();
      const found = await store.metadata.read((view) => view.search(asked));
      times.push(performance.now() - began);
      if (found.length !== expected) throw new Error(`${what}: ${found.length} found instead of ${expected}`);
    }
    figures.push(atMost(`search among ${files} files: ${what}, p95`, quantile(times, 0.95), DEMANDED_MS, "ms"));
  }
  const grown = (process.memoryUsage().rss - memoryBefore) / 1e6;
  return [...figures, shown("memory that these searches took", `${grown.toFixed(0)} MB`)];
}

interface Search {
  readonly what: string;
  readonly expected: number;
  readonly query: (index: number) => ItemQuery;
}

export function searches(projects: number): readonly Search[] {
  const nth = (index: number): number => Math.floor(((index + 0.5) * projects) / QUERIES);
  const name = (index: number): string => projectName(nth(index));
  return [
    {
      what: "by a property",
      expected: FILES_PER_PROJECT,
      query: (index) => searchFor([property("pypi.name", "eq", name(index))]),
    },
    {
      what: "by two properties and the kind, as AQL",
      expected: 1,
      query: (index) =>
        searchFor([
          field("repository", "eq", REPOSITORY),
          field("kind", "eq", "file"),
          property("pypi.name", "match", name(index)),
          property("pypi.version", "eq", "1.3.0"),
        ]),
    },
    {
      what: "by patterns of folder and name, as AQL",
      expected: FILES_PER_PROJECT,
      query: (index) =>
        searchFor([
          field("kind", "eq", "file"),
          field("path", "ne", "."),
          {
            kind: "any",
            of: [
              all([
                field("repository", "eq", REPOSITORY),
                field("folder", "match", `${name(index)}/*`),
                field("name", "match", "*"),
              ]),
            ],
          },
        ]),
    },
    {
      what: "by the beginning of a name",
      expected: FILES_PER_PROJECT,
      query: (index) => searchFor([field("name", "match", `${projectName(nth(index)).replaceAll("-", "_")}-1.*.whl`)]),
    },
    {
      what: "by a SHA-1",
      expected: 1,
      query: (index) => searchFor([field("sha1", "eq", sha1Of(filenameOf(projectName(nth(index)), "1.4.0")))]),
    },
    {
      what: "by any of twenty names",
      expected: 20,
      query: (index) =>
        searchFor([
          {
            kind: "any",
            of: Array.from({ length: 20 }, (_, more) =>
              field("name", "eq", filenameOf(projectName((nth(index) + more * 7) % projects), "1.7.0")),
            ),
          },
        ]),
    },
    {
      what: "the newest of one property's thousands",
      expected: 50,
      query: () =>
        searchFor([property("stage", "eq", "release"), field("size", "gt", 0)], {
          order: [{ field: "created", isDescending: true }],
          limit: 50,
        }),
    },
    {
      what: "the newest of all, with a property of all",
      expected: 50,
      query: () =>
        searchFor([field("kind", "eq", "file"), property("pypi.version", "match", "1.*")], {
          order: [{ field: "created", isDescending: true }],
          limit: 50,
        }),
    },
  ];
}

function searchFor(criteria: readonly ItemCriterion[], more: Partial<ItemQuery> = {}): ItemQuery {
  return {
    where: all(criteria),
    repositories: [REPOSITORY],
    order: [],
    offset: 0,
    limit: 1000,
    withProperties: true,
    ...more,
  };
}

function all(of: readonly ItemCriterion[]): ItemCriterion {
  return { kind: "all", of };
}

function field(of: ItemField, operator: ItemOperator, value: string | number): ItemCriterion {
  return { kind: "field", field: of, operator, value };
}

function property(key: string, operator: ItemOperator, value: string): ItemCriterion {
  return { kind: "property", key: { operator: "eq", value: key }, value: { operator, value } };
}
