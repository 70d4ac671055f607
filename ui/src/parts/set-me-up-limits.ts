import type { Limit, Repository } from "../../../src/cli/api-types.ts";

/**
 * What a token must be good for to read one repository, and perhaps to publish there: of a virtual one, and of one with
 * bases, the rights on the others behind it count. `known`: all repositories that the reader can see.
 */
export function limitsFor(repository: Repository, known: readonly Repository[], mayPublish: boolean): readonly Limit[] {
  const behind = new Map<string, Repository>();
  const waiting = [repository];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (behind.has(next.name)) continue;
    behind.set(next.name, next);
    const names = next.kind === "virtual" ? next.members : next.kind === "local" ? next.bases : [];
    waiting.push(...known.filter(({ name }) => names.includes(name)));
  }
  const target = publishTargetOf(repository);
  return [
    ...[...behind.values()].flatMap(({ name, kind }) => [
      limit("read", name),
      // What nobody has asked for before has to be fetched.
      ...(kind === "remote" ? [limit("fill-cache", name)] : []),
    ]),
    ...(mayPublish && target !== null ? [limit("publish", target)] : []),
  ];
}

/** Where an upload to the repository ends up; `null`: it takes none. */
export function publishTargetOf(repository: Repository): string | null {
  if (repository.kind === "local") return repository.name;
  return repository.kind === "virtual" ? repository.publishTo : null;
}

function limit(action: Limit["action"], repository: string): Limit {
  return { action, repository, projects: null };
}
