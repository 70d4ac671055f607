import { type Offer, type RemoteRepository, refuse } from "#core";
import type { OpenFile } from "#formats";
import { TREE_DIGESTS } from "./remote-digests.ts";
import type { CachedFile, Flight, RemoteFetches, WantedFetch } from "./remote-fetches.ts";
import type { Holding, Holdings } from "./remote-holdings.ts";
import { addressPrefix, fileKey } from "./remote-keys.ts";
import { invalid } from "./remote-parts.ts";
import { isPrivate } from "./rights.ts";

/** Files that upstreams offer in their listings: the copies that are there, and the one fetch of each that is not. */
export interface RemoteFiles {
  open(remote: RemoteRepository, offer: Offer): Promise<OpenFile>;
  /** The whole file in the blob store, fetched if needed. */
  keep(remote: RemoteRepository, offer: Offer): Promise<CachedFile>;
  /** The copy that is there and is what the offer announces; never fetches. */
  cached(remote: RemoteRepository, offer: Offer): Promise<CachedFile | null>;
  drop(remote: RemoteRepository, offer: Offer): Promise<void>;
  /** Called after a file was fetched and kept. */
  onKept(listener: (remote: RemoteRepository, offer: Offer) => void): void;
}

export function openFiles(holdings: Holdings, fetches: RemoteFetches): RemoteFiles {
  const listeners: ((remote: RemoteRepository, offer: Offer) => void)[] = [];
  const keyOf = (remote: RemoteRepository, offer: Offer): string => fileKey(addressPrefix(remote), offer);

  async function find(remote: RemoteRepository, offer: Offer): Promise<Holding | null> {
    const holding = await holdings.find(keyOf(remote, offer));
    if (holding === null || isAnnounced(offer, holding.file)) return holding;
    if (remote.mutability === "immutable") {
      throw invalid(
        remote,
        `the upstream now announces other bytes as ${offer.filename} than it had when they were copied; drop the copy, or make the remote volatile, to accept them`,
      );
    }
    return null;
  }

  async function fetch(remote: RemoteRepository, offer: Offer, keeping: WantedFetch["keeping"]): Promise<Flight> {
    const key = keyOf(remote, offer);
    const copied = (file: CachedFile): void => {
      holdings.remember(key, file);
      for (const listener of listeners) listener(remote, offer);
    };
    const digests = keeping === "copy" ? TREE_DIGESTS : [];
    const arrival = await fetches.join({ remote, offer, key, keeping, digests, copied });
    if (arrival.kind === "flight") return arrival;
    throw refuse({ code: "file-not-found", repository: remote.name, filename: offer.filename });
  }

  return {
    async open(remote, offer) {
      if (remote.useExternalUrls && remote.isOffline !== true) return { kind: "elsewhere", url: offer.url };
      const holding = await find(remote, offer);
      if (holding !== null) return holdings.opened(remote, keyOf(remote, offer), holding);
      const { download, lastModified } = await fetch(remote, offer, remote.storesFiles === false ? "pass" : "copy");
      return {
        kind: "fetching",
        sizeBytes: download.sizeBytes,
        chunks: download.chunks(),
        part: (range) => download.part(range),
        lastModified,
        isPrivate: isPrivate(remote),
      };
    },
    async keep(remote, offer) {
      const holding = await find(remote, offer);
      if (holding !== null) return holding.file;
      const { download, cached } = await fetch(remote, offer, remote.storesFiles === false ? "blob" : "copy");
      const leave = download.await();
      try {
        return await cached;
      } finally {
        leave();
      }
    },
    cached: async (remote, offer) => (await find(remote, offer))?.file ?? null,
    drop: (remote, offer) => holdings.drop(keyOf(remote, offer)),
    onKept(listener) {
      listeners.push(listener);
    },
  };
}

/** Whether a copy is what the offer announces, as far as that can be said. */
function isAnnounced(offer: Offer, file: CachedFile): boolean {
  return Object.entries(file.hex).every(([name, hex]) => (offer.digests[name] ?? hex) === hex);
}
