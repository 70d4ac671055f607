import {
  ANYONE,
  type Digest,
  type FormatName,
  type Instant,
  type LocalRepository,
  type RepositoryName,
  refuse,
} from "#core";
import type { Desk, OpenFile } from "#formats";
import { receivedOf } from "./upload-desk.ts";

/** A desk whose tree is kept in memory: all that the routes of the generic format need of a registry. */
export interface TreeDesk {
  readonly desk: Desk;
  /** By path. */
  readonly files: Map<string, Buffer>;
  readonly folders: Set<string>;
}

const REPOSITORY: LocalRepository = {
  kind: "local",
  name: "alice/tools" as RepositoryName,
  format: "generic" as FormatName,
  title: null,
  description: null,
  customData: null,
  readers: [ANYONE],
  mutability: "volatile",
  createdAt: 0 as Instant,
  resolution: "shadow",
  remotes: "first",
  whitelist: [],
  whitelistInheritance: "intersection",
  bases: [],
  publishers: ["alice"],
  testResultWriters: [],
  validation: "strict",
  reserved: [],
};

export function openTreeDesk(given: Readonly<Record<string, string>> = {}): TreeDesk {
  const files = new Map(Object.entries(given).map(([path, text]) => [path, Buffer.from(text)]));
  const folders = new Set<string>();
  const tree: Desk["tree"] = {
    async open(path) {
      const bytes = files.get(path);
      return bytes === undefined ? null : storedFile(bytes);
    },
    async names(path, { after, limit }) {
      const prefix = path === "" ? "" : `${path}/`;
      const below = [...files.keys(), ...[...folders].map((folder) => `${folder}/`)]
        .filter((one) => one.startsWith(prefix))
        .map((one) => one.slice(prefix.length));
      if (below.length === 0 && path !== "" && !folders.has(path)) return null;
      const names = new Set(below.map((one) => one.replace(/\/.*$/, "/")).filter((one) => one !== ""));
      return [...names]
        .sort()
        .filter((one) => after === null || one.replace(/\/$/, "") > after)
        .slice(0, limit);
    },
    async receive(_path, bytes) {
      return receivedOf(Buffer.concat(await Array.fromAsync(bytes)));
    },
    async put(path, received, expected) {
      for (const [algorithm, hex] of Object.entries(expected)) {
        const actual = received.hex[algorithm] ?? "";
        if (actual !== hex) throw refuse({ code: "digest-mismatch", filename: path, expected: hex, actual });
      }
      const created = !files.has(path);
      files.set(path, Buffer.from(await received.read(0, received.sizeBytes)));
      return { created };
    },
    async makeFolder(path) {
      folders.add(path);
    },
    async remove(path) {
      return files.delete(path);
    },
  };
  // The routes of the format ask for nothing else.
  const desk = { repository: REPOSITORY, tree } as unknown as Desk;
  return { desk, files, folders };
}

function storedFile(bytes: Buffer): OpenFile {
  const { digest } = receivedOf(bytes);
  return {
    kind: "stored",
    blob: digest as Digest,
    body: {
      sizeBytes: bytes.byteLength,
      bytes,
      async open() {
        return {
          async *[Symbol.asyncIterator]() {
            yield bytes;
          },
        };
      },
    },
    lastModified: 0 as Instant,
    isPrivate: false,
    freshness: { isCurrent: () => true },
  };
}
