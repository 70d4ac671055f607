import type { RepositoryName } from "#core";
import type { MetadataStore, SharedState } from "#stores";
import { addressPrefix, addressPrefixOf, SPACES } from "./remote-keys.ts";

/** Greater than whatever may follow a prefix. */
const LAST_CHARACTER = "\u{10FFFF}";

/**
 * Drops what is kept of remotes that are no more, and of addresses that remotes no longer have. Both is done at once
 * where it happens; this is for what a crash in between, or another process that had not heard of it yet, has left,
 * which would hold its blobs for ever.
 */
export async function forgetGoneRemotes({
  metadata,
  state,
}: {
  readonly metadata: Pick<MetadataStore, "read">;
  readonly state: SharedState;
}): Promise<void> {
  for (const space of Object.values(SPACES)) {
    for (let after: string | null = null; ; ) {
      const [first] = await state.list(space, { keyPrefix: "", after, limit: 1 });
      if (first === undefined) break;
      const { key } = first;
      const { repository: name, prefix } = addressPrefixOf(key);
      // Asked after the entry was seen: the remote that has written it was there before it.
      const remote = await metadata.read((view) => view.repository(name as RepositoryName));
      const isCurrent = remote?.kind === "remote" && addressPrefix(remote) === prefix;
      if (!isCurrent) await state.deleteAll(space, prefix);
      const end = prefix + LAST_CHARACTER;
      after = key.startsWith(end) ? key : end;
    }
  }
}
