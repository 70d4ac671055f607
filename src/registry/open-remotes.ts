import { type Companion, RegistryError, type RemoteRepository } from "#core";
import type { Upstream } from "#upstream";
import { openCompanions } from "./remote-companions.ts";
import { openFiles } from "./remote-files.ts";
import { namePrefix, SPACES } from "./remote-keys.ts";
import { openLater } from "./remote-later.ts";
import { openListings } from "./remote-listings.ts";
import type { RemotesParts, RemoteTools } from "./remote-parts.ts";
import type { Remotes } from "./remotes.ts";

/** Background writes at a time; beyond them copies are not written down, and are fetched again after a restart. */
const WAITING_MAX = 1_000;
/** What a promoted file takes along where it exists. Formats announce others by themselves. */
const KEPT_SUFFIXES = [".metadata"];

/** Opens the remotes; disposing them writes down what is only in memory yet and ends what is being fetched. */
export function openRemotes(parts: RemotesParts): Remotes {
  const later = openLater(WAITING_MAX);
  // A repository's settings are one object until they change, so this is found as long as it is right.
  const upstreams = new WeakMap<RemoteRepository, Upstream>();
  const tools: RemoteTools = {
    ...parts,
    later,
    upstreamOf(remote) {
      const known = upstreams.get(remote);
      if (known !== undefined) return known;
      if (remote.url === null) throw new TypeError(`${remote.name} has no upstream to ask`);
      const credentials = remote.credentials === null ? null : parts.open(remote.credentials);
      const upstream = parts.upstreams.for({ url: remote.url, credentials });
      upstreams.set(remote, upstream);
      return upstream;
    },
    readerOf(remote) {
      const format = parts.formats.get(remote.format);
      if (format === undefined) throw new TypeError(`${remote.name} is of format ${remote.format}, which is not here`);
      return format.reader;
    },
  };
  const listings = openListings(tools);
  const files = openFiles(tools);
  const companions = openCompanions(tools, files);
  files.onKept((remote, offer) => {
    later.do(`verify ${remote.name} ${offer.filename}`, () => companions.verify(remote, offer));
  });

  function drop(remote: RemoteRepository, prefix: string): void {
    listings.forget(remote, prefix);
    files.forget(prefix);
    companions.forget(prefix);
  }

  return {
    listing: listings.listing,
    answer: listings.answer,
    remembered: listings.remembered,
    projects: listings.projects,
    refresh: listings.refresh,
    onChange: listings.onChange,
    figures: listings.figures,
    file: files.open,
    companion: companions.open,
    async keep(remote, offer) {
      const { blob, sizeBytes } = await files.keep(remote, offer);
      const kept: Record<string, Companion> = {};
      for (const suffix of KEPT_SUFFIXES) {
        // A file that is broken inside, or whose companion is not what was announced, is kept all the same, without it.
        const companion = await companions.keep(remote, offer, suffix).catch((error: unknown) => {
          if (error instanceof RegistryError && error.problem.code === "upstream-invalid") return null;
          throw error;
        });
        if (companion !== null) kept[suffix] = { blob: companion.blob, sizeBytes: companion.sizeBytes };
      }
      return { blob, sizeBytes, companions: kept };
    },
    async dropFile(remote, offer) {
      await files.drop(remote, offer);
      await companions.drop(remote, offer);
    },
    async forget(remote) {
      const prefix = namePrefix(remote);
      // First, so that nothing under way is written down; and again, because readers may have come meanwhile.
      drop(remote, prefix);
      await later.settle();
      for (const space of Object.values(SPACES)) await parts.state.deleteAll(space, prefix);
      drop(remote, prefix);
    },
    async [Symbol.asyncDispose]() {
      await files.close();
      await later.settle();
    },
  };
}
