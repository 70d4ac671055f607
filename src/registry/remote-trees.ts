import {
  type Instant,
  leafOf,
  NO_PROJECT,
  type Offer,
  type Properties,
  RegistryError,
  type RemoteRepository,
} from "#core";
import type { OpenFile } from "#formats";
import { singleFlight, type UpstreamReply } from "#upstream";
import { ownProperties } from "./places.ts";
import { TREE_DIGESTS } from "./remote-digests.ts";
import { type Arrival, type CachedFile, lastModifiedOf, type RemoteFetches } from "./remote-fetches.ts";
import type { Holding, Holdings } from "./remote-holdings.ts";
import { addressPrefix, fileKey } from "./remote-keys.ts";
import { openMemory } from "./remote-memory.ts";
import { failureOf, isFolder, isMissing, type RemoteTools, refusalOf } from "./remote-parts.ts";
import { PATIENCE_MILLISECONDS, STALE_SECONDS_MIN, within } from "./remote-patience.ts";
import { placeOfOffer } from "./remote-place.ts";
import type { RemoteFile, RemoteTree } from "./remote-tree.ts";
import { isPrivate } from "./rights.ts";

/** What is known of a place besides its copy; never changed, only replaced. */
interface Note {
  /** The upstream's answer to a HEAD; `null`: it has none. */
  readonly file: RemoteFile | null;
  readonly checkedAt: Instant;
}

/** Until then the copy is shown without asking, because the upstream has failed. */
interface Rest {
  readonly until: Instant;
}

const NOTES_MAX = 20_000;
const LOOK_MILLISECONDS_MAX = 12_000;

export function openRemoteTree(
  tools: RemoteTools,
  holdings: Holdings,
  fetches: RemoteFetches,
  dropped: (remote: RemoteRepository, key: string) => Promise<void>,
): RemoteTree & { retry(prefix: string): void; forget(prefix: string): void } {
  const { now } = tools;
  const patience = tools.settings.patienceMilliseconds ?? PATIENCE_MILLISECONDS;
  const notes = openMemory<Note>(NOTES_MAX);
  const rests = openMemory<Rest>(NOTES_MAX);
  const looks = singleFlight<RemoteFile | null>();

  async function open(remote: RemoteRepository, path: string, isCacheOnly: boolean): Promise<OpenFile | null> {
    const key = keyOf(tools, remote, path);
    const holding = await heldAt(remote, path);
    if (isCacheOnly || remote.isOffline === true || remote.url === null) {
      return holding === null ? null : holdings.opened(remote, key, holding);
    }
    if (holding !== null) {
      const until = freshUntil(remote, key, holding);
      return now() < until ? holdings.opened(remote, key, holding, until) : revalidated(remote, path, key, holding);
    }
    if (isNotedMissing(remote, key)) return null;
    const offer = offerAt(remote, path);
    if (remote.useExternalUrls) return { kind: "elsewhere", url: offer.url };
    return arrived(remote, key, await fetch(remote, offer, key, null), null);
  }

  /** The upstream is asked whether it has still the same; while it cannot say, the copy is what there is. */
  async function revalidated(
    remote: RemoteRepository,
    path: string,
    key: string,
    holding: Holding,
  ): Promise<OpenFile | null> {
    const asking = fetch(remote, offerAt(remote, path), key, holding.file);
    try {
      const arrival = await within(asking, patience);
      if (arrival !== null) return await arrived(remote, key, arrival, holding);
      // It goes on; its result is for the next reader.
      asking.catch(() => {});
      return stale(remote, key, holding, STALE_SECONDS_MIN);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.problem.code !== "upstream-unavailable") throw error;
      return stale(remote, key, holding, error.problem.retryAfterSeconds);
    }
  }

  function fetch(remote: RemoteRepository, offer: Offer, key: string, known: CachedFile | null): Promise<Arrival> {
    return fetches.join({
      remote,
      offer,
      key,
      keeping: remote.storesFiles === false ? "pass" : "copy",
      conditions: conditionsOf(known),
      digests: TREE_DIGESTS,
      copied(file) {
        notes.delete(key);
        rests.delete(key);
        holdings.remember(key, file);
      },
    });
  }

  async function arrived(
    remote: RemoteRepository,
    key: string,
    arrival: Arrival,
    holding: Holding | null,
  ): Promise<OpenFile | null> {
    switch (arrival.kind) {
      case "flight": {
        const { download } = arrival;
        const { sizeBytes } = download;
        return {
          kind: "fetching",
          sizeBytes,
          chunks: download.chunks(),
          part: (range) => download.part(range),
          lastModified: arrival.lastModified,
          isPrivate: isPrivate(remote),
        };
      }
      case "unchanged": {
        if (holding === null) return null;
        const confirmed = await holdings.confirm(key, holding.file);
        rests.delete(key);
        return holdings.opened(remote, key, confirmed, freshUntil(remote, key, confirmed));
      }
      case "missing":
        if (holding !== null) await dropped(remote, key);
        notes.set(key, { file: null, checkedAt: now() }, 1);
        return null;
    }
  }

  function stale(remote: RemoteRepository, key: string, holding: Holding, seconds: number): OpenFile {
    const until = (now() + Math.max(seconds, STALE_SECONDS_MIN) * 1000) as Instant;
    rests.set(key, { until }, 1);
    return holdings.opened(remote, key, holding, until);
  }

  function freshUntil(remote: RemoteRepository, key: string, { file }: Holding): Instant {
    return Math.max(rests.get(key)?.until ?? 0, file.checkedAt + remote.freshForSeconds * 1000) as Instant;
  }

  function isNotedMissing(remote: RemoteRepository, key: string): boolean {
    const note = notes.get(key);
    return note !== null && note.file === null && now() < note.checkedAt + remote.missingForSeconds * 1000;
  }

  /** Of a package the path must be its own: two files of one name are never at two places. */
  async function heldAt(remote: RemoteRepository, path: string): Promise<Holding | null> {
    const key = keyOf(tools, remote, path);
    const found = await holdings.find(key);
    const holding = found === null && (await fetches.settled(key)) ? await holdings.find(key) : found;
    if (holding === null || !tools.formatOf(remote).knowsProjects) return holding;
    return placeOfOffer(tools.formatOf(remote), { ...packageAt(path), version: holding.file.version }) === path
      ? holding
      : null;
  }

  async function look(remote: RemoteRepository, path: string, isCacheOnly: boolean): Promise<RemoteFile | null> {
    const holding = await heldAt(remote, path);
    if (holding !== null) return fileOf(tools, remote, path, holding.file);
    if (isCacheOnly || remote.isOffline === true || remote.url === null) return null;
    const key = keyOf(tools, remote, path);
    const note = notes.get(key);
    const seconds = note?.file === null ? remote.missingForSeconds : remote.freshForSeconds;
    if (note !== null && now() < note.checkedAt + seconds * 1000) return note.file;
    return looks.run(key, async () => {
      const checkedAt = now();
      const file = await ask(remote, path).catch((error: unknown) => {
        throw refusalOf(remote, error);
      });
      notes.set(key, { file, checkedAt }, 1);
      return file;
    });
  }

  async function ask(remote: RemoteRepository, path: string): Promise<RemoteFile | null> {
    const { url } = offerAt(remote, path);
    const options = {
      raw: true,
      deadlineMilliseconds: Math.max(LOOK_MILLISECONDS_MAX, remote.timeoutMilliseconds ?? 0),
    };
    const head = await tools.upstreamOf(remote).get(url, { ...options, method: "HEAD" });
    head.cancel();
    // Some servers know no HEAD; what they would answer is told by the first byte.
    const isUnknown = head.status === 405 || head.status === 501;
    const reply = isUnknown ? await tools.upstreamOf(remote).get(url, { ...options, range: "0-0" }) : head;
    if (isUnknown) reply.cancel();
    if (isMissing(reply.status) || isFolder(reply)) return null;
    if (reply.status !== 200 && reply.status !== 206) throw failureOf(reply);
    return {
      path,
      url,
      sizeBytes: sizeOf(reply),
      hex: announcedIn(reply),
      lastModified: lastModifiedOf(reply),
      copiedAt: null,
      properties: {},
    };
  }

  return {
    open,
    look,
    async ofOffer(remote, offer) {
      const held = (await holdings.find(fileKey(addressPrefix(remote), offer)))?.file ?? null;
      return {
        path: placeOfOffer(tools.formatOf(remote), offer),
        url: offer.url,
        sizeBytes: held?.sizeBytes ?? offer.sizeBytes,
        hex: { ...offer.digests, ...held?.hex },
        lastModified: held?.lastModified ?? offer.publishedAt,
        copiedAt: held?.copiedAt ?? null,
        properties: ownPropertiesOf(tools, remote, offer),
      };
    },
    async cached(remote, folder, page) {
      await fetches.settled(addressPrefix(remote));
      const held = await holdings.below(remote, folder, page);
      return held.map(({ path, file }) => fileOf(tools, remote, path, file));
    },
    async drop(remote, path) {
      const holding = await heldAt(remote, path);
      if (holding === null) return false;
      await dropped(remote, keyOf(tools, remote, path));
      return true;
    },
    retry(prefix) {
      for (const [key] of rests.withPrefix(prefix)) rests.delete(key);
    },
    forget(prefix) {
      for (const memory of [notes, rests]) for (const [key] of memory.withPrefix(prefix)) memory.delete(key);
    },
  };
}

function keyOf(tools: RemoteTools, remote: RemoteRepository, path: string): string {
  const file = tools.formatOf(remote).knowsProjects ? packageAt(path) : { project: NO_PROJECT, filename: path };
  return fileKey(addressPrefix(remote), file);
}

/** A package's file stands below its project; see `remote-place.ts`. */
function packageAt(path: string): Pick<Offer, "project" | "filename"> {
  const [project = ""] = path.split("/");
  return { project: project as Offer["project"], filename: leafOf(path) };
}

/** A place at the upstream, as if it had offered what stands there. */
function offerAt({ url }: RemoteRepository, path: string): Offer {
  const address = new URL(path.split("/").map(encodeURIComponent).join("/"), url ?? "");
  return {
    project: NO_PROJECT,
    filename: path,
    version: null,
    url: address.href,
    digests: {},
    sizeBytes: null,
    publishedAt: null,
    yanked: null,
    attributes: {},
  };
}

function conditionsOf(known: CachedFile | null): Record<string, string> {
  if (known === null) return {};
  return {
    ...(known.etag === null ? {} : { "if-none-match": known.etag }),
    ...(known.lastModified === null ? {} : { "if-modified-since": new Date(known.lastModified).toUTCString() }),
  };
}

function fileOf(tools: RemoteTools, remote: RemoteRepository, path: string, file: CachedFile): RemoteFile {
  const { url, sizeBytes, hex, lastModified, copiedAt, version } = file;
  const properties = tools.formatOf(remote).knowsProjects
    ? ownPropertiesOf(tools, remote, { ...packageAt(path), version, attributes: {} })
    : {};
  return { path, url, sizeBytes, hex, lastModified, copiedAt, properties };
}

/** Artifactory sets them on what it has cached, too; cleaners and auditors ask for all files of a package by them. */
function ownPropertiesOf(
  tools: RemoteTools,
  remote: RemoteRepository,
  offer: Pick<Offer, "project" | "filename" | "version" | "attributes">,
): Properties {
  return ownProperties(tools.formatOf(remote), { ...offer, displayName: offer.project, versionAttributes: {} });
}

function sizeOf(reply: UpstreamReply): number | null {
  const whole = reply.status === 206 ? /\/(\d+)$/.exec(reply.header("content-range") ?? "")?.[1] : undefined;
  const text = reply.status === 206 ? whole : (reply.header("content-length") ?? undefined);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Artifactory and its likes say what they have. */
function announcedIn(reply: UpstreamReply): Readonly<Record<string, string>> {
  const hex: Record<string, string> = {};
  for (const [algorithm, length] of [
    ["sha256", 64],
    ["sha1", 40],
    ["md5", 32],
  ] as const) {
    const text = reply.header(`x-checksum-${algorithm}`)?.toLowerCase() ?? "";
    if (text.length === length && /^[0-9a-f]+$/.test(text)) hex[algorithm] = text;
  }
  return hex;
}
