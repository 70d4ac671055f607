import { type Companion, RegistryError, type RemoteRepository } from "#core";
import { type Upstream, UpstreamFailure } from "#upstream";
import { openCompanions } from "./remote-companions.ts";
import { openFetches } from "./remote-fetches.ts";
import { openFiles } from "./remote-files.ts";
import { openHoldings } from "./remote-holdings.ts";
import { addressPrefix, fileKey, fileOfKey, namePrefix, SPACES } from "./remote-keys.ts";
import { openLater } from "./remote-later.ts";
import { openListings } from "./remote-listings.ts";
import type { RemotesParts, RemoteTools } from "./remote-parts.ts";
import { openRemoteTree } from "./remote-trees.ts";
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
      const upstream = remote.isOffline === true ? unasked(remote) : upstreamFor(parts, remote, remote.url);
      upstreams.set(remote, upstream);
      return upstream;
    },
    readerOf: (remote) => tools.formatOf(remote).reader,
    formatOf(remote) {
      const format = parts.formats.get(remote.format);
      if (format === undefined) throw new TypeError(`${remote.name} is of format ${remote.format}, which is not here`);
      return format;
    },
  };
  const holdings = openHoldings(tools);
  const fetches = openFetches(tools);
  const listings = openListings(tools, holdings);
  const files = openFiles(holdings, fetches);
  const companions = openCompanions(tools, files);
  const tree = openRemoteTree(tools, holdings, fetches, dropKey);
  files.onKept((remote, offer) => {
    later.do(`verify ${remote.name} ${offer.filename}`, () => companions.verify(remote, offer));
  });

  function drop(remote: RemoteRepository, prefix: string): void {
    listings.forget(remote, prefix);
    fetches.forget();
    holdings.forget(prefix);
    tree.forget(prefix);
    companions.forget(prefix);
  }

  async function dropKey(remote: RemoteRepository, key: string): Promise<void> {
    const { project, filename } = fileOfKey(addressPrefix(remote), key);
    await holdings.drop(key);
    await companions.drop(remote, { project, filename });
    // Only what is here is listed then.
    if (remote.isOffline === true) listings.tell(remote, project);
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
    tree,
    dropFile: (remote, offer) => dropKey(remote, fileKey(addressPrefix(remote), offer)),
    retry(remote) {
      const prefix = addressPrefix(remote);
      listings.retry(prefix);
      tree.retry(prefix);
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
      await fetches.close();
      await later.settle();
    },
  };
}

function upstreamFor(parts: RemotesParts, remote: RemoteRepository, url: string): Upstream {
  const { credentials, proxy = null, timeoutMilliseconds, assumedOfflineSeconds = 0 } = remote;
  return parts.upstreams.for({
    url,
    credentials: credentials === null ? null : parts.open(credentials),
    proxy,
    ...(timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }),
    restMilliseconds: assumedOfflineSeconds * 1000,
  });
}

/** Of a remote that is offline by its settings. */
function unasked({ name }: RemoteRepository): Upstream {
  return {
    async get() {
      throw new UpstreamFailure(`${name} is offline by its settings, so its upstream is not asked`, {
        retryAfterSeconds: OFFLINE_RETRY_SECONDS,
      });
    },
    health: () => ({ isOpen: true, failures: 0, lastFailureAt: null, requests: 0 }),
  };
}

const OFFLINE_RETRY_SECONDS = 300;
