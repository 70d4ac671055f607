import {
  compareTexts,
  type Digest,
  type FileBody,
  type Instant,
  type Json,
  NO_PROJECT,
  type RemoteRepository,
  refuse,
} from "#core";
import type { OpenFile, RandomAccess } from "#formats";
import type { BlobStore, StateEntry } from "#stores";
import type { CachedFile } from "./remote-fetches.ts";
import { addressPrefix, fileOfKey, projectKey, SPACES } from "./remote-keys.ts";
import { openMemory } from "./remote-memory.ts";
import type { RemoteTools } from "./remote-parts.ts";
import { placeOfOffer } from "./remote-place.ts";
import { isPrivate } from "./rights.ts";

/** The copies of upstreams' files that are here, by the keys that `remote-keys.ts` makes. */
export interface Holdings {
  /** `null`: there is none, or its bytes are gone. */
  find(key: string): Promise<Holding | null>;
  /** A copy that was written down this moment. */
  remember(key: string, file: CachedFile): Holding;
  /** The upstream has said once more that this is what it has. */
  confirm(key: string, file: CachedFile): Promise<Holding>;
  drop(key: string): Promise<void>;
  /** Drops what memory has under keys with that beginning. */
  forget(prefix: string): void;
  /** To be sent. */
  opened(remote: RemoteRepository, key: string, holding: Holding, validUntil?: Instant | null): OpenFile;
  /** Below a folder of the remote's tree (`""`: all), at any depth, by path; at most `limit` after the path `after`. */
  below(remote: RemoteRepository, folder: string, page: Page): Promise<readonly PlacedHolding[]>;
  /** The names of a project's files that are here. */
  filenames(remote: RemoteRepository, project: string): Promise<ReadonlySet<string>>;
}

/** In memory; a dropped one says so to whoever keeps answers made of it. */
export interface Holding {
  readonly file: CachedFile;
  isCurrent: boolean;
}

export interface PlacedHolding {
  readonly key: string;
  readonly path: string;
  readonly file: CachedFile;
}

interface Page {
  readonly after: string | null;
  readonly limit: number;
}

/** Names of copies in memory; each takes some 500 bytes. */
const REMEMBERED_MAX = 20_000;
const AT_ONCE = 500;

export function openHoldings(tools: RemoteTools): Holdings {
  const { blobs, state, now } = tools;
  const memory = openMemory<Holding>(REMEMBERED_MAX, (holding) => {
    holding.isCurrent = false;
  });
  // Grows whenever copies may have been dropped.
  let drops = 0;

  async function load(key: string): Promise<Holding | null> {
    const began = drops;
    const entry = await state.get(SPACES.files, key);
    const file = entry === null ? null : readEntry(entry.value);
    if (file === null) return null;
    if ((await blobs.stat(file.blob)) === null) {
      await state.delete(SPACES.files, key);
      return null;
    }
    // What was read before a drop must not be remembered after it.
    return began === drops ? remember(key, file) : load(key);
  }

  function remember(key: string, file: CachedFile): Holding {
    const holding = { file, isCurrent: true };
    memory.set(key, holding, 1);
    return holding;
  }

  async function drop(key: string): Promise<void> {
    memory.delete(key);
    await state.delete(SPACES.files, key);
    // Again, because a reader may have come meanwhile.
    drops += 1;
    memory.delete(key);
  }

  function placed(remote: RemoteRepository, { key, value }: StateEntry): PlacedHolding | null {
    const file = readEntry(value);
    if (file === null) return null;
    const { project, filename } = fileOfKey(addressPrefix(remote), key);
    if (project === NO_PROJECT) return { key, path: filename, file };
    return { key, path: placeOfOffer(tools.formatOf(remote), { project, filename, version: file.version }), file };
  }

  async function* entriesIn(space: string, keyPrefix: string, from: string | null): AsyncGenerator<StateEntry, void> {
    for (let after = from; ; ) {
      const entries = await state.list(space, { keyPrefix, after, limit: AT_ONCE });
      yield* entries;
      if (entries.length < AT_ONCE) return;
      after = entries.at(-1)?.key ?? null;
    }
  }

  /** One project after the other, because keys have no versions in them and paths do. */
  async function* byProject(
    remote: RemoteRepository,
    keyPrefix: string,
    from: string | null,
  ): AsyncGenerator<readonly PlacedHolding[], void> {
    const prefix = addressPrefix(remote);
    let project: string | null = null;
    let group: PlacedHolding[] = [];
    const sorted = (): readonly PlacedHolding[] => group.toSorted((a, b) => compareTexts(a.path, b.path));
    for await (const entry of entriesIn(SPACES.files, keyPrefix, from)) {
      const next = fileOfKey(prefix, entry.key).project;
      if (next !== project && group.length > 0) yield sorted();
      if (next !== project) group = [];
      project = next;
      const one = placed(remote, entry);
      if (one !== null) group.push(one);
    }
    if (group.length > 0) yield sorted();
  }

  async function packagesBelow(remote: RemoteRepository, folder: string, { after, limit }: Page) {
    const prefix = addressPrefix(remote);
    const [project = ""] = folder.split("/");
    const keyPrefix = folder === "" ? prefix : `${projectKey(prefix, project as never)}/`;
    const from = after === null || folder !== "" ? null : projectKey(prefix, (after.split("/")[0] ?? "") as never);
    const found: PlacedHolding[] = [];
    for await (const group of byProject(remote, keyPrefix, from)) {
      for (const one of group) {
        const isBelow = folder === "" || one.path.startsWith(`${folder}/`);
        if (isBelow && (after === null || compareTexts(one.path, after) > 0)) found.push(one);
      }
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  return {
    find: async (key) => memory.get(key) ?? (await load(key)),
    remember,
    async confirm(key, file) {
      const checked = { ...file, checkedAt: now() };
      const entry = await state.get(SPACES.files, key);
      // Dropped meanwhile, or replaced: then there is nothing to confirm.
      if (entry === null || readEntry(entry.value)?.blob !== file.blob) return { file, isCurrent: false };
      await state.put(SPACES.files, key, { value: { ...checked }, blobs: [file.blob] });
      return remember(key, checked);
    },
    drop,
    forget(prefix) {
      drops += 1;
      for (const [key] of memory.withPrefix(prefix)) memory.delete(key);
    },
    opened(remote, key, holding, validUntil = null) {
      const { file } = holding;
      return {
        kind: "stored",
        blob: file.blob,
        body: bodyOf(blobs, file, () => drop(key)),
        lastModified: file.lastModified,
        isPrivate: isPrivate(remote),
        freshness: { isCurrent: (at) => holding.isCurrent && (validUntil === null || at < validUntil) },
      };
    },
    async below(remote, folder, page) {
      if (tools.formatOf(remote).knowsProjects) return packagesBelow(remote, folder, page);
      const root = `${projectKey(addressPrefix(remote), NO_PROJECT)}/`;
      const keyPrefix = folder === "" ? root : `${root}${folder}/`;
      const after = page.after === null ? null : `${root}${page.after}`;
      const entries = await state.list(SPACES.files, { keyPrefix, after, limit: page.limit });
      return entries.map((entry) => placed(remote, entry)).filter((one) => one !== null);
    },
    async filenames(remote, project) {
      const prefix = addressPrefix(remote);
      const names = new Set<string>();
      for await (const { key } of entriesIn(SPACES.files, `${projectKey(prefix, project as never)}/`, null)) {
        names.add(fileOfKey(prefix, key).filename);
      }
      return names;
    },
  };
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

/** Copies that were written down before some of this was have it as good as it can be told. */
function readEntry(value: Json): CachedFile | null {
  if (value === null || typeof value !== "object" || !("blob" in value)) return null;
  const { blob, sizeBytes, hex, url, version, etag, copiedAt, checkedAt } = value;
  if (typeof blob !== "string" || typeof sizeBytes !== "number") return null;
  if (hex === null || typeof hex !== "object" || Array.isArray(hex)) return null;
  const lastModified = instantIn(value["lastModified"]);
  const copied = instantIn(copiedAt) ?? lastModified ?? (0 as Instant);
  return {
    blob: blob as Digest,
    sizeBytes,
    hex: hex as Readonly<Record<string, string>>,
    lastModified,
    url: typeof url === "string" ? url : "",
    version: typeof version === "string" ? version : null,
    etag: typeof etag === "string" ? etag : null,
    copiedAt: copied,
    checkedAt: instantIn(checkedAt) ?? copied,
  };
}

function instantIn(value: Json | undefined): Instant | null {
  return typeof value === "number" ? (value as Instant) : null;
}
