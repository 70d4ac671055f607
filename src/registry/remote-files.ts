import { type Digest, type FileBody, type Instant, type Json, type Offer, type RemoteRepository, refuse } from "#core";
import type { OpenFile, RandomAccess } from "#formats";
import type { BlobStore } from "#stores";
import { singleFlight, type UpstreamReply } from "#upstream";
import { claimBlobs } from "./claims.ts";
import { openDigestCheck } from "./remote-digests.ts";
import { type Download, openDownload } from "./remote-download.ts";
import { addressPrefix, fileKey, SPACES } from "./remote-keys.ts";
import { openMemory } from "./remote-memory.ts";
import { failureOf, invalid, isMissing, type RemoteTools, refusalOf } from "./remote-parts.ts";
import { isPrivate } from "./rights.ts";

/** Files of remotes: the copies that are there, and the one fetch of each that is not. */
export interface RemoteFiles {
  open(remote: RemoteRepository, offer: Offer): Promise<OpenFile>;
  /** The whole file in the blob store, fetched if needed. */
  keep(remote: RemoteRepository, offer: Offer): Promise<CachedFile>;
  /** The copy that is there and is what the offer announces; never fetches. */
  cached(remote: RemoteRepository, offer: Offer): Promise<CachedFile | null>;
  drop(remote: RemoteRepository, offer: Offer): Promise<void>;
  forget(prefix: string): void;
  /** Called after a file was fetched and kept. */
  onKept(listener: (remote: RemoteRepository, offer: Offer) => void): void;
  /** Ends what is being fetched and waits until nothing of it is left. */
  close(): Promise<void>;
}

/** A copy of an upstream's file. */
export interface CachedFile {
  readonly blob: Digest;
  readonly sizeBytes: number;
  /** All digests that were computed when it came. */
  readonly hex: Readonly<Record<string, string>>;
  readonly lastModified: Instant | null;
}

/** In memory; a dropped one says so to whoever keeps answers made of it. */
interface Remembered {
  readonly file: CachedFile;
  isCurrent: boolean;
}

/** A fetch under way; it is over when the copy is written down. */
interface Flight {
  readonly download: Download;
  readonly cached: Promise<CachedFile>;
}

/** Names of copies in memory; each takes some 500 bytes. */
const REMEMBERED_MAX = 20_000;
/** A restart takes less. */
const RETRY_SECONDS = 5;

export function openFiles(tools: RemoteTools): RemoteFiles {
  const { blobs, state } = tools;
  const memory = openMemory<Remembered>(REMEMBERED_MAX, (entry) => {
    entry.isCurrent = false;
  });
  const flights = new Map<string, Flight>();
  const finishing = new Set<Promise<unknown>>();
  const starts = singleFlight<Flight>();
  // Those that the upstream has not answered yet; how to give one up, and its end.
  const starting = new Map<AbortController, Promise<Flight>>();
  let isClosed = false;
  const listeners: ((remote: RemoteRepository, offer: Offer) => void)[] = [];
  // What is under way when copies are forgotten reaches its readers, but is not written down.
  let epoch = 0;
  // Grows whenever copies may have been dropped.
  let drops = 0;
  const keyOf = (remote: RemoteRepository, offer: Offer): string => fileKey(addressPrefix(remote), offer);

  async function find(remote: RemoteRepository, offer: Offer): Promise<Remembered | null> {
    const key = keyOf(remote, offer);
    const entry = memory.get(key) ?? (await load(key));
    if (entry === null || isAnnounced(offer, entry.file)) return entry;
    if (remote.mutability === "immutable") {
      throw invalid(
        remote,
        `the upstream now announces other bytes as ${offer.filename} than it had when they were copied; drop the copy, or make the remote volatile, to accept them`,
      );
    }
    return null;
  }

  async function load(key: string): Promise<Remembered | null> {
    const began = drops;
    const entry = await state.get(SPACES.files, key);
    const file = entry === null ? null : readFileEntry(entry.value);
    if (file === null) return null;
    if ((await blobs.stat(file.blob)) === null) {
      await state.delete(SPACES.files, key);
      return null;
    }
    // What was read before a drop must not be remembered after it.
    return began === drops ? remember(key, file) : load(key);
  }

  async function dropKey(key: string): Promise<void> {
    memory.delete(key);
    await state.delete(SPACES.files, key);
    // Again, because a reader may have come meanwhile.
    drops += 1;
    memory.delete(key);
  }

  function remember(key: string, file: CachedFile): Remembered {
    const entry = { file, isCurrent: true };
    memory.set(key, entry, 1);
    return entry;
  }

  async function join(remote: RemoteRepository, offer: Offer): Promise<Flight> {
    // Two pages may announce different bytes under one name; they are not given each other's.
    const key = `${keyOf(remote, offer)} ${JSON.stringify(offer.digests)}`;
    return flights.get(key) ?? starts.run(key, () => begin(remote, offer, key));
  }

  function begin(remote: RemoteRepository, offer: Offer, key: string): Promise<Flight> {
    if (isClosed) throw shuttingDown();
    const controller = new AbortController();
    const flight = start(remote, offer, key, controller).finally(() => starting.delete(controller));
    starting.set(controller, flight);
    return flight;
  }

  async function start(
    remote: RemoteRepository,
    offer: Offer,
    key: string,
    controller: AbortController,
  ): Promise<Flight> {
    const check = openDigestCheck(offer.digests);
    const sizeBytesMax = tools.settings.fileSizeBytesMax;
    // At the same time as the question, so that the first byte finds its place ready.
    const beginning = blobs.begin({ sizeBytesMax, digests: check.drafted });
    // Met below, which may be long after it failed.
    beginning.catch(() => {});
    try {
      const reply = await tools.upstreamOf(remote).get(offer.url, {
        raw: true,
        deadlineMilliseconds: null,
        signal: controller.signal,
      });
      const sizeBytes = checkHead(remote, offer, reply);
      const draft = await beginning.catch((error: unknown) => {
        reply.cancel();
        throw error;
      });
      const download = openDownload({
        blobs,
        draft,
        reply,
        check,
        sizeBytes,
        sizeBytesMax,
        invalid: (because) => invalid(remote, `${offer.filename} is not what was announced: ${because}`),
        refusal: (error) => refusalOf(remote, error),
        abort: (reason) => controller.abort(reason),
        hold: async (digest) => {
          await claimBlobs(tools, digest);
        },
        closed: () => flights.delete(key),
      });
      const flight = {
        download,
        cached: finish(remote, offer, key, download, lastModifiedOf(reply) ?? offer.publishedAt),
      };
      flights.set(key, flight);
      return flight;
    } catch (error) {
      await beginning.then((draft) => draft.discard()).catch(() => {});
      throw refusalOf(remote, error);
    }
  }

  /** What the head of the answer says about the file must be what the page said. Returns the length that is certain. */
  function checkHead(remote: RemoteRepository, offer: Offer, reply: UpstreamReply): number | null {
    if (isMissing(reply.status)) {
      reply.cancel();
      throw refuse({ code: "file-not-found", repository: remote.name, filename: offer.filename });
    }
    if (reply.status !== 200) throw failureOf(reply);
    const sizeBytes = reply.contentLength ?? offer.sizeBytes;
    const sizeBytesMax = tools.settings.fileSizeBytesMax;
    const fault =
      offer.sizeBytes !== null && sizeBytes !== offer.sizeBytes
        ? `it has ${sizeBytes} bytes instead of ${offer.sizeBytes}`
        : sizeBytes !== null && sizeBytes > sizeBytesMax
          ? `it has ${sizeBytes} bytes, and this server takes at most ${sizeBytesMax}`
          : null;
    if (fault === null) return sizeBytes;
    reply.cancel();
    throw invalid(remote, `${offer.filename} cannot be taken: ${fault}`);
  }

  /** Writes down whose copy the blob is; only then is it found as cached. */
  function finish(
    remote: RemoteRepository,
    offer: Offer,
    flight: string,
    download: Download,
    lastModified: Instant | null,
  ): Promise<CachedFile> {
    const began = epoch;
    const cached = download.kept.then(async (kept) => {
      const file = { blob: kept.digest, sizeBytes: kept.sizeBytes, hex: kept.hex, lastModified };
      if (began !== epoch) return file;
      const key = keyOf(remote, offer);
      await state.put(SPACES.files, key, { value: { ...file, url: offer.url }, blobs: [kept.digest] });
      remember(key, file);
      return file;
    });
    const work = cached
      .then(
        () => {
          for (const listener of listeners) listener(remote, offer);
        },
        // Told to those who read or wait; for the others the next request tries again.
        () => {},
      )
      .finally(() => {
        flights.delete(flight);
        finishing.delete(work);
      });
    finishing.add(work);
    return cached;
  }

  function stored(remote: RemoteRepository, offer: Offer, entry: Remembered): OpenFile {
    const { file } = entry;
    return {
      kind: "stored",
      blob: file.blob,
      body: bodyOf(blobs, file, () => dropKey(keyOf(remote, offer))),
      lastModified: file.lastModified,
      isPrivate: isPrivate(remote),
      freshness: { isCurrent: () => entry.isCurrent },
    };
  }

  async function keep(remote: RemoteRepository, offer: Offer): Promise<CachedFile> {
    const entry = await find(remote, offer);
    if (entry !== null) return entry.file;
    const { download, cached } = await join(remote, offer);
    const leave = download.await();
    try {
      return await cached;
    } finally {
      leave();
    }
  }

  return {
    async open(remote, offer) {
      if (remote.useExternalUrls) return { kind: "elsewhere", url: offer.url };
      const entry = await find(remote, offer);
      if (entry !== null) return stored(remote, offer, entry);
      const { download } = await join(remote, offer);
      return {
        kind: "fetching",
        sizeBytes: download.sizeBytes,
        chunks: download.chunks(),
        isPrivate: isPrivate(remote),
      };
    },
    keep,
    cached: async (remote, offer) => (await find(remote, offer))?.file ?? null,
    drop: (remote, offer) => dropKey(keyOf(remote, offer)),
    forget(prefix) {
      epoch += 1;
      drops += 1;
      for (const [key] of memory.withPrefix(prefix)) memory.delete(key);
    },
    onKept(listener) {
      listeners.push(listener);
    },
    async close() {
      isClosed = true;
      for (const controller of starting.keys()) controller.abort(shuttingDown());
      // One that was answered in this moment is under way now, and ended with the others.
      await Promise.allSettled(starting.values());
      for (const { download } of flights.values()) download.cancel(new Error("the server is stopping"));
      await Promise.all(finishing);
    },
  };
}

function shuttingDown(): Error {
  return refuse({ code: "shutting-down", retryAfterSeconds: RETRY_SECONDS });
}

/** A blob as the front door sends it; `lost` is called when it has gone since. */
export function bodyOf(
  blobs: BlobStore,
  { blob, sizeBytes }: Pick<CachedFile, "blob" | "sizeBytes">,
  lost: () => Promise<void>,
): FileBody {
  return {
    sizeBytes,
    bytes: null,
    async open(range) {
      const stream = await blobs.open(blob, range);
      if (stream !== null) return stream;
      await lost();
      throw refuse({ code: "blob-missing", digest: blob });
    },
    directUrl: () => blobs.directUrl(blob),
  };
}

/** Random access to a blob. */
export function accessTo(blobs: BlobStore, { blob, sizeBytes }: Pick<CachedFile, "blob" | "sizeBytes">): RandomAccess {
  return {
    sizeBytes,
    async read(start, end) {
      const stream = await blobs.open(blob, { start, end });
      if (stream === null) throw refuse({ code: "blob-missing", digest: blob });
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    },
  };
}

/** Whether a copy is what the offer announces, as far as that can be said. */
function isAnnounced(offer: Offer, file: CachedFile): boolean {
  return Object.entries(file.hex).every(([name, hex]) => (offer.digests[name] ?? hex) === hex);
}

function lastModifiedOf(reply: UpstreamReply): Instant | null {
  const moment = Date.parse(reply.header("last-modified") ?? "");
  return Number.isNaN(moment) ? null : (moment as Instant);
}

function readFileEntry(value: Json): CachedFile | null {
  if (value === null || typeof value !== "object" || !("blob" in value)) return null;
  const { blob, sizeBytes, hex, lastModified } = value;
  if (typeof blob !== "string" || typeof sizeBytes !== "number") return null;
  if (hex === null || typeof hex !== "object" || Array.isArray(hex)) return null;
  return {
    blob: blob as Digest,
    sizeBytes,
    hex: hex as Readonly<Record<string, string>>,
    lastModified: typeof lastModified === "number" ? (lastModified as Instant) : null,
  };
}
