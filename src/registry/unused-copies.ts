import type { Instant, RepositoryName } from "#core";
import type { UnusedCopy } from "./remotes.ts";
import type { Tools } from "./tools.ts";

type CopyTools = Pick<Tools, "catalog" | "remotes" | "now">;

const MILLISECONDS_PER_HOUR = 3_600_000;

/** Copies that nobody has read for as long as the settings of their remotes say, with what lets go of each. */
export async function* unusedCopies({
  catalog,
  remotes,
  now,
}: CopyTools): AsyncGenerator<UnusedCopy & { readonly repository: RepositoryName }, void> {
  for (const remote of catalog.all()) {
    if (remote.kind !== "remote" || (remote.unusedForHours ?? 0) === 0) continue;
    const since = (now() - (remote.unusedForHours ?? 0) * MILLISECONDS_PER_HOUR) as Instant;
    for await (const copy of remotes.unusedCopies(remote, since)) yield { ...copy, repository: remote.name };
  }
}

/** Drops them; says how many there were. To be called now and then. */
export async function dropUnusedCopies(tools: CopyTools): Promise<{
  readonly files: number;
  readonly sizeBytes: number;
}> {
  let files = 0;
  let bytes = 0;
  for await (const copy of unusedCopies(tools)) {
    await copy.drop();
    files += 1;
    bytes += copy.sizeBytes;
  }
  return { files, sizeBytes: bytes };
}
