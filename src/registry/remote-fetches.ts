import { type Digest, type Instant, NO_PROJECT, type Offer, type RemoteRepository, refuse } from "#core";
import type { ExtraDigest } from "#stores";
import { singleFlight, type UpstreamReply } from "#upstream";
import { claimBlobs } from "./claims.ts";
import { openDigestCheck } from "./remote-digests.ts";
import { type Download, openDownload } from "./remote-download.ts";
import { SPACES } from "./remote-keys.ts";
import { failureOf, invalid, isFolder, isMissing, type RemoteTools, refusalOf } from "./remote-parts.ts";
import { plainFileSizeBytesMax } from "./tools.ts";

/** The one fetch of each file that is not here. */
export interface RemoteFetches {
  /** Begins it, or joins the one under way. Refuses what the upstream does not have or cannot send as announced. */
  join(wanted: WantedFetch): Promise<Arrival>;
  /**
   * Waits until what has come whole under keys with that beginning is written down, so that who has read a file to its end
   * finds the copy. Whether there was any; what is still on its way is not waited for.
   */
  settled(keyPrefix: string): Promise<boolean>;
  /** What is under way reaches its readers, but is not written down. */
  forget(): void;
  /** Ends what is being fetched and waits until nothing of it is left. */
  close(): Promise<void>;
}

export interface WantedFetch {
  readonly remote: RemoteRepository;
  readonly offer: Offer;
  /** Where the copy is written down. */
  readonly key: string;
  /** `copy`: it is kept and found again; `blob`: it is kept for who asks; `pass`: nothing is. */
  readonly keeping: "copy" | "blob" | "pass";
  /** What the question says of the copy that is there, so that it need not come again. */
  readonly conditions?: Readonly<Record<string, string>>;
  /** Computed as the bytes come, besides what is announced. */
  readonly digests?: readonly ExtraDigest[];
  /** The copy is written down. */
  copied?(file: CachedFile): void;
}

export type Arrival =
  | Flight
  /** The upstream has none. */
  | { readonly kind: "missing" }
  /** The conditions hold: what is here is what it has. */
  | { readonly kind: "unchanged" };

/** A fetch under way; it is over when the copy is written down. */
export interface Flight {
  readonly kind: "flight";
  /** Where the copy is written down. */
  readonly key: string;
  readonly download: Download;
  readonly cached: Promise<CachedFile>;
  readonly lastModified: Instant | null;
}

/** A copy of an upstream's file. */
export interface CachedFile {
  readonly blob: Digest;
  readonly sizeBytes: number;
  /** All digests that were computed when it came. */
  readonly hex: Readonly<Record<string, string>>;
  readonly lastModified: Instant | null;
  readonly url: string;
  readonly version: string | null;
  readonly etag: string | null;
  readonly copiedAt: Instant;
  /** When the upstream last said that this is what it has. */
  readonly checkedAt: Instant;
}

/** A restart takes less. */
const RETRY_SECONDS = 5;

export function openFetches(tools: RemoteTools): RemoteFetches {
  const { blobs, state, now } = tools;
  const flights = new Map<string, Flight>();
  const finishing = new Set<Promise<unknown>>();
  const starts = singleFlight<Arrival>();
  // Those that the upstream has not answered yet; how to give one up, and its end.
  const starting = new Map<AbortController, Promise<Arrival>>();
  let isClosed = false;
  let epoch = 0;

  function begin(wanted: WantedFetch, name: string): Promise<Arrival> {
    if (isClosed) throw shuttingDown();
    const controller = new AbortController();
    const arrival = start(wanted, name, controller).finally(() => starting.delete(controller));
    starting.set(controller, arrival);
    return arrival;
  }

  async function start(wanted: WantedFetch, name: string, controller: AbortController): Promise<Arrival> {
    const { remote, offer, conditions = {} } = wanted;
    const check = openDigestCheck(offer.digests);
    const sizeBytesMax = sizeBytesMaxOf(tools, remote);
    // At the same time as the question, so that the first byte finds its place ready.
    const digests = [...new Set([...check.drafted, ...(wanted.digests ?? [])])];
    const beginning = blobs.begin({ sizeBytesMax, digests });
    // Met below, which may be long after it failed.
    beginning.catch(() => {});
    const discard = (): Promise<void> => beginning.then((draft) => draft.discard()).catch(() => {});
    try {
      const reply = await tools.upstreamOf(remote).get(offer.url, {
        raw: true,
        headers: conditions,
        deadlineMilliseconds: null,
        signal: controller.signal,
      });
      const isUnchanged = reply.status === 304 && Object.keys(conditions).length > 0;
      // What stands at a path of a tree is a file, and a page that lists a folder is none.
      const isNone = isMissing(reply.status) || (offer.project === NO_PROJECT && isFolder(reply));
      if (isUnchanged || isNone) {
        reply.cancel();
        await discard();
        return { kind: isUnchanged ? "unchanged" : "missing" };
      }
      const sizeBytes = checkHead(tools, remote, offer, reply);
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
        isKept: wanted.keeping !== "pass",
        invalid: (because) => invalid(remote, `${offer.filename} is not what was announced: ${because}`),
        refusal: (error) => refusalOf(remote, error),
        abort: (reason) => controller.abort(reason),
        hold: async (digest) => {
          await claimBlobs(tools, digest);
        },
        closed: () => flights.delete(name),
      });
      const facts = {
        lastModified: lastModifiedOf(reply) ?? offer.publishedAt,
        url: offer.url,
        version: offer.version,
        etag: reply.header("etag"),
      };
      const flight: Flight = {
        kind: "flight",
        key: wanted.key,
        download,
        cached: finish(wanted, name, download, facts),
        lastModified: facts.lastModified,
      };
      flights.set(name, flight);
      return flight;
    } catch (error) {
      await discard();
      throw refusalOf(remote, error);
    }
  }

  /** Writes down whose copy the blob is; only then is it found as cached. */
  function finish(
    { key, keeping, copied }: WantedFetch,
    name: string,
    download: Download,
    facts: Pick<CachedFile, "lastModified" | "url" | "version" | "etag">,
  ): Promise<CachedFile> {
    const began = epoch;
    const cached = download.kept.then(async (kept) => {
      const at = now();
      const { digest: blob, sizeBytes, hex } = kept;
      const file: CachedFile = { blob, sizeBytes, hex, ...facts, copiedAt: at, checkedAt: at };
      if (began !== epoch || keeping !== "copy") return file;
      await state.put(SPACES.files, key, { value: { ...file }, blobs: [blob] });
      copied?.(file);
      return file;
    });
    const work = cached
      // Told to those who read or wait; for the others the next request tries again.
      .catch(() => {})
      .finally(() => {
        flights.delete(name);
        finishing.delete(work);
      });
    finishing.add(work);
    return cached;
  }

  return {
    async join(wanted) {
      // Two pages may announce different bytes under one name; they are not given each other's.
      const name = [wanted.keeping, wanted.key, JSON.stringify(wanted.offer.digests)].join(" ");
      return flights.get(name) ?? starts.run(name, () => begin(wanted, name));
    },
    async settled(keyPrefix) {
      const landing = [...flights.values()].filter(
        ({ key, download }) => download.isVerified && key.startsWith(keyPrefix),
      );
      await Promise.allSettled(landing.map(({ cached }) => cached));
      return landing.length > 0;
    },
    forget() {
      epoch += 1;
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

function sizeBytesMaxOf({ settings, formatOf }: RemoteTools, remote: RemoteRepository): number {
  return formatOf(remote).knowsProjects ? settings.fileSizeBytesMax : plainFileSizeBytesMax(settings);
}

/** What the head of the answer says about the file must be what the page said. Returns the length that is certain. */
function checkHead(tools: RemoteTools, remote: RemoteRepository, offer: Offer, reply: UpstreamReply): number | null {
  if (reply.status !== 200) throw failureOf(reply);
  const sizeBytes = reply.contentLength ?? offer.sizeBytes;
  const sizeBytesMax = sizeBytesMaxOf(tools, remote);
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

function shuttingDown(): Error {
  return refuse({ code: "shutting-down", retryAfterSeconds: RETRY_SECONDS });
}

export function lastModifiedOf(reply: UpstreamReply): Instant | null {
  const moment = Date.parse(reply.header("last-modified") ?? "");
  return Number.isNaN(moment) ? null : (moment as Instant);
}
