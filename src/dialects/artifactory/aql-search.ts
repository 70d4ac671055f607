import { type Call, keyOf, type Reply, type RepositoryName } from "#core";
import type { DialectRoute } from "#http";
import type { FoundItem } from "#registry";
import { textOfBody } from "../body-text.ts";
import { route } from "./addresses.ts";
import { type AqlRepository, readAql } from "./aql/read-aql.ts";
import { resultsOf, rowOf } from "./aql/results.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { CACHE_ENDING, foundKey } from "./places.ts";

const QUERY_BYTES_MAX = 1024 * 1024;
const ROWS_AT_ONCE = 1000;

/** `POST api/search/aql`: the query as text, the answer row by row. */
export function aqlRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  return [route("POST", "/api/search/aql", (call) => search(parts, call))];
}

async function search(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const { registry } = parts;
  const aql = readAql(await textOfBody(call, "query", QUERY_BYTES_MAX), call.now, await repositoriesOf(parts));
  const found = resultsOf(aql, (query) => registry.tree.search(call.principal, query));
  // What is wrong with the search is told before the answer has begun.
  const first = await found.next();
  const rows = rowsOf(first, found, (item) => JSON.stringify(rowOf(item, aql, foundKey)));
  return {
    kind: "stream",
    status: 200,
    contentType: "application/json",
    sizeBytes: null,
    chunks: written(rows, aql.query.offset),
    cache: { kind: "none" },
  };
}

async function* rowsOf(
  first: IteratorResult<FoundItem, unknown>,
  found: AsyncGenerator<FoundItem>,
  show: (item: FoundItem) => string,
): AsyncGenerator<string, void> {
  if (first.done === true) return;
  yield show(first.value);
  for await (const item of found) yield show(item);
}

async function* written(rows: AsyncIterable<string>, offset: number): AsyncGenerator<Uint8Array, void> {
  let count = 0;
  let waiting: string[] = [];
  let before = '{"results":[';
  for await (const row of rows) {
    count += 1;
    waiting.push(row);
    if (waiting.length < ROWS_AT_ONCE) continue;
    yield Buffer.from(before + waiting.join(","));
    before = ",";
    waiting = [];
  }
  const range = JSON.stringify({ start_pos: offset, end_pos: offset + count, total: count });
  const rest = waiting.length === 0 && before === "," ? "" : before + waiting.join(",");
  yield Buffer.from(`${rest}],"range":${range}}\n`);
}

/** All that a query may name. */
async function repositoriesOf({ registry }: ArtifactoryParts): Promise<readonly AqlRepository[]> {
  const all = await registry.repositories();
  const byName = new Map(all.map((repository) => [repository.name, repository]));
  const heldBy = (name: RepositoryName, seen: Set<RepositoryName>): readonly RepositoryName[] => {
    const repository = byName.get(name);
    if (repository === undefined || seen.has(name)) return [];
    seen.add(name);
    return repository.kind === "virtual" ? repository.members.flatMap((member) => heldBy(member, seen)) : [name];
  };
  return all.map(({ name, kind }) => {
    const key = keyOf(name);
    if (kind === "virtual") return { name: key, repository: name, members: heldBy(name, new Set()) };
    return { name: kind === "remote" ? `${key}${CACHE_ENDING}` : key, repository: name };
  });
}
