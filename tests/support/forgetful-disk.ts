import { dirname } from "node:path";
import { Readable } from "node:stream";
import type { Disk } from "../../src/stores/disk.ts";

/** Something that changes the disk or makes a change durable. */
export interface Step {
  readonly kind:
    | "create"
    | "write"
    | "sync"
    | "make-folder"
    | "rename"
    | "remove"
    | "remove-folder"
    | "sync-folder"
    | "sync-all";
  readonly path: string;
}

/** What a power cut does to what was not synced. */
export interface Aftermath {
  readonly name: string;
  /** Whether what happened to an entry since its folder was synced has reached the disk all the same. */
  isEntryKept(path: string): boolean;
  /** What has reached the disk of content written since the last sync: all, nothing, or the first half. */
  content: "kept" | "lost" | "torn";
}

/** The worst that may come: each way alone, and mixed. */
export const AFTERMATHS: readonly Aftermath[] = [
  ...(["lost", "torn"] as const).flatMap((content): Aftermath[] => [
    { name: `entries lost, content ${content}`, isEntryKept: () => false, content },
    { name: `entries kept, content ${content}`, isEntryKept: () => true, content },
    { name: `some entries kept, content ${content}`, isEntryKept: (path) => sumOf(path) % 2 === 0, content },
    { name: `other entries kept, content ${content}`, isEntryKept: (path) => sumOf(path) % 2 === 1, content },
  ]),
  { name: "content kept, entries lost", isEntryKept: () => false, content: "kept" },
];

/** A disk in memory that knows what is durable and what only seems to be. */
export interface ForgetfulDisk extends Disk {
  /** Every step so far, those that were skipped too. */
  readonly steps: readonly Step[];
  /** The power goes before the step of this number (the first is 0): it and all that follows fails and does nothing. */
  cutBefore(step: number): void;
  /** Steps that say they were done and are not: to see whether they matter. */
  skip(isSkipped: (step: Step, number: number) => boolean): void;
  /** The disk as it is found when the power is back. */
  afterPowerCut(aftermath: Aftermath): ForgetfulDisk;
}

interface File {
  live: Buffer;
  durable: Buffer;
  modifiedAt: number;
}
interface Folder {
  readonly live: Map<string, File | Folder>;
  durable: ReadonlyMap<string, File | Folder>;
  modifiedAt: number;
}

export function forgetfulDisk(root: Folder = emptyFolder()): ForgetfulDisk {
  const steps: Step[] = [];
  let cut = Number.POSITIVE_INFINITY;
  let isSkipped: (step: Step, number: number) => boolean = () => false;

  /** Says whether the step is to be done. */
  function take(kind: Step["kind"], path: string): boolean {
    assertPower();
    const step = { kind, path };
    steps.push(step);
    assertPower();
    return !isSkipped(step, steps.length - 1);
  }
  function assertPower(): void {
    if (steps.length > cut) throw new Error("the power is gone");
  }

  function entry(path: string): File | Folder | null {
    const names = path.split("/").filter((name) => name !== "");
    let found: File | Folder | undefined = root;
    for (const name of names) found = found !== undefined && isFolder(found) ? found.live.get(name) : undefined;
    return found ?? null;
  }
  function folder(path: string): Folder {
    const found = entry(path);
    if (found === null) throw failure("ENOENT", path);
    if (!isFolder(found)) throw failure("ENOTDIR", path);
    return found;
  }
  function file(path: string): File | null {
    const found = entry(path);
    if (found !== null && isFolder(found)) throw failure("EISDIR", path);
    return found;
  }

  return {
    steps,
    cutBefore(step) {
      cut = step;
    },
    skip(predicate) {
      isSkipped = predicate;
    },
    afterPowerCut: (aftermath) => forgetfulDisk(remaining(root, "", aftermath, new Map()) as Folder),
    async create(path) {
      const parent = folder(dirname(path));
      if (parent.live.has(nameOf(path))) throw failure("EEXIST", path);
      const made: File = { live: Buffer.alloc(0), durable: Buffer.alloc(0), modifiedAt: 0 };
      if (take("create", path)) parent.live.set(nameOf(path), made);
      return {
        async write(pieces, position) {
          if (!take("write", path)) return;
          const bytes = Buffer.concat(pieces);
          if (bytes.byteLength === 0) return;
          const grown = Buffer.alloc(Math.max(made.live.byteLength, position + bytes.byteLength));
          grown.set(made.live);
          grown.set(bytes, position);
          made.live = grown;
        },
        async read({ start, end }) {
          assertPower();
          if (end > made.live.byteLength) throw new Error(`a file ended before ${end}`);
          return Buffer.from(made.live.subarray(start, end));
        },
        async sync() {
          if (take("sync", path)) made.durable = made.live;
        },
        async close() {},
      };
    },
    async read(path, part) {
      assertPower();
      const found = file(path);
      return found === null
        ? null
        : Readable.from([found.live.subarray(part?.start ?? 0, part?.end)], { objectMode: false });
    },
    async sizeOf(path) {
      assertPower();
      return file(path)?.live.byteLength ?? null;
    },
    async modifiedAt(path) {
      assertPower();
      return entry(path)?.modifiedAt ?? null;
    },
    async touch(path, at) {
      assertPower();
      const found = entry(path);
      if (found === null) throw failure("ENOENT", path);
      found.modifiedAt = at;
    },
    async list(path) {
      assertPower();
      return entry(path) === null ? [] : [...folder(path).live.keys()].sort();
    },
    async makeFolder(path) {
      const parent = folder(dirname(path));
      if (parent.live.has(nameOf(path))) return false;
      if (take("make-folder", path)) parent.live.set(nameOf(path), emptyFolder());
      return true;
    },
    async rename(from, to) {
      const moved = entry(from);
      if (moved === null) throw failure("ENOENT", from);
      const target = folder(dirname(to));
      if (!take("rename", to)) return;
      folder(dirname(from)).live.delete(nameOf(from));
      target.live.set(nameOf(to), moved);
    },
    async remove(path) {
      if (file(path) !== null && take("remove", path)) folder(dirname(path)).live.delete(nameOf(path));
    },
    async removeFolder(path) {
      if (entry(path) === null || folder(path).live.size > 0) return;
      if (take("remove-folder", path)) folder(dirname(path)).live.delete(nameOf(path));
    },
    async syncFolder(path) {
      const found = folder(path);
      if (take("sync-folder", path)) found.durable = new Map(found.live);
    },
    async syncAll(path) {
      if (take("sync-all", path)) makeDurable(root);
      return true;
    },
  };
}

function makeDurable(entry: File | Folder): void {
  if (!isFolder(entry)) {
    entry.durable = entry.live;
    return;
  }
  for (const below of entry.live.values()) makeDurable(below);
  entry.durable = new Map(entry.live);
}

/** What is left of a file or folder. What two entries name is one thing afterwards too. */
function remaining(
  was: File | Folder,
  path: string,
  aftermath: Aftermath,
  known: Map<File | Folder, File | Folder>,
): File | Folder {
  const before = known.get(was);
  if (before !== undefined) return before;
  const is = isFolder(was) ? emptyFolder() : contentLeft(was, aftermath);
  known.set(was, is);
  if (!isFolder(was) || !isFolder(is)) return is;
  for (const name of new Set([...was.durable.keys(), ...was.live.keys()])) {
    const entryPath = `${path}/${name}`;
    const entry = (aftermath.isEntryKept(entryPath) ? was.live : was.durable).get(name);
    if (entry !== undefined) is.live.set(name, remaining(entry, entryPath, aftermath, known));
  }
  is.durable = new Map(is.live);
  return is;
}

function contentLeft({ live, durable }: File, { content }: Aftermath): File {
  // What was written after the sync is a new buffer, so the same one means that all of it is durable.
  if (live === durable || content === "kept") return { live, durable: live, modifiedAt: 0 };
  if (content === "lost") return { live: durable, durable, modifiedAt: 0 };
  // The file has its length, but only its first half ever reached the disk.
  const torn = Buffer.alloc(live.byteLength);
  durable.copy(torn);
  live.copy(torn, 0, 0, live.byteLength / 2);
  return { live: torn, durable: torn, modifiedAt: 0 };
}

function emptyFolder(): Folder {
  return { live: new Map(), durable: new Map(), modifiedAt: 0 };
}

function isFolder(entry: File | Folder): entry is Folder {
  return entry.live instanceof Map;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}

function sumOf(text: string): number {
  return [...text].reduce((sum, character) => sum + character.charCodeAt(0), 0);
}
