import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Access, hashForDevpi } from "#access";
import { ANYONE, type Digest, type JsonObject, type Principal, type Repository, type User } from "#core";
import type { Registry } from "#registry";
import { Stopped, stopIfAsked } from "../../moves.ts";
import { indexConfigOf } from "../index-options.ts";
import { isIndex, SERVER_VERSION } from "../parts.ts";
import { userConfigOf } from "../user-config.ts";
import { DATA_INDEX } from "./export-folder.ts";
import { type ExportedFile, type ExportedIndex, exportedIndex } from "./exported-index.ts";
import { openLimiter } from "./limiter.ts";
import type { Remark } from "./report.ts";
import { SourceFault } from "./source.ts";

export interface WriteExportParts {
  readonly registry: Registry;
  readonly access: Access;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: { readonly done: number; readonly total: number; readonly bytes: number }) => void;
}

export interface WrittenExport {
  readonly isComplete: boolean;
  readonly folder: string;
  readonly users: number;
  readonly indexes: number;
  readonly files: number;
  readonly bytes: number;
  readonly leftOut: readonly Remark[];
  readonly faults: readonly Remark[];
}

const WRITER: Principal = { kind: "system", reason: "moving out to devpi" };
const FILES_AT_ONCE = 8;
/** Passwords' hashes and upstreams' logins stand in it. */
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * Writes what `devpi-import` reads. The list of everything comes last and all at once, so that a folder without it was
 * not finished. Throws {@link SourceFault} when the folder is not empty.
 */
export async function writeExport(parts: WriteExportParts): Promise<WrittenExport> {
  const { registry, folder } = parts;
  await makeEmptyFolder(folder);
  const leftOut: Remark[] = [];
  const users = await registry.accounts.users();
  const all = await registry.repositories();
  const repositories = all.filter((repository) => isIndex(parts, repository));
  for (const { name } of all.filter((repository) => !isIndex(parts, repository))) {
    leftOut.push({ what: `repository ${name}`, because: "it holds no packages, and a devpi has nothing else" });
  }
  const indexes: Record<string, ExportedIndex> = {};
  for (const repository of repositories) {
    leftOut.push(...remarksOn(repository));
    const config = configOf(parts.access, repository);
    indexes[repository.name] = await exportedIndex({ registry, principal: WRITER, repository, config, leftOut });
  }
  const files = Object.values(indexes).flatMap((index) => index.files);
  const copied = await copyFiles(parts, files);
  if (copied.isComplete) {
    const withoutBlobs = Object.fromEntries(Object.entries(indexes).map(([name, index]) => [name, listed(index)]));
    const tokens = await tokensOf(parts, users);
    if (tokens > 0) leftOut.push({ what: `${tokens} tokens`, because: "devpi-export knows none; make new ones there" });
    await writeIndex(folder, {
      dumpversion: "2",
      pythonversion: [3, 12, 0, "final", 0],
      devpi_server: SERVER_VERSION,
      users: Object.fromEntries(users.map((user) => [user.name, exportedUser(parts.access, user)])),
      indexes: withoutBlobs,
    });
  }
  return { ...copied, folder, users: users.length, indexes: repositories.length, leftOut };
}

async function makeEmptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  if ((await readdir(folder)).length > 0) {
    throw new SourceFault(`the folder ${folder} is not empty; name one that is, or that is not there yet`);
  }
}

async function copyFiles(
  { registry, folder, signal, progress }: WriteExportParts,
  files: readonly ExportedFile[],
): Promise<Pick<WrittenExport, "isComplete" | "files" | "bytes" | "faults">> {
  const faults: Remark[] = [];
  const turn = openLimiter(FILES_AT_ONCE);
  let done = 0;
  let bytes = 0;
  const works = files.map(({ relpath, blob, sizeBytes }) =>
    turn(async () => {
      stopIfAsked({ signal });
      const isThere = await copyBlob(registry, blob, join(folder, relpath));
      if (!isThere) faults.push({ what: relpath, because: "its bytes are lost; run 'vivarium doctor'" });
      done += 1;
      bytes += sizeBytes;
      progress({ done, total: files.length, bytes });
    }),
  );
  let isStopped = false;
  for (const result of await Promise.allSettled(works)) {
    if (result.status === "fulfilled") continue;
    if (!(result.reason instanceof Stopped)) throw result.reason;
    isStopped = true;
  }
  return { isComplete: !isStopped && faults.length === 0, files: done, bytes, faults };
}

async function copyBlob(registry: Registry, blob: Digest, path: string): Promise<boolean> {
  const stream = await registry.moving.open(blob);
  if (stream === null) return false;
  await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  await pipeline(stream, createWriteStream(path, { flags: "wx", mode: PRIVATE_FILE }));
  return true;
}

async function writeIndex(folder: string, content: JsonObject): Promise<void> {
  const path = join(folder, DATA_INDEX);
  await writeFile(`${path}.part`, JSON.stringify(content, null, 2), { mode: PRIVATE_FILE });
  await rename(`${path}.part`, path);
}

/** Where the bytes are is no business of who reads it. */
function listed({ indexconfig, projects, files }: ExportedIndex): JsonObject {
  return { indexconfig, projects, files: files.map(({ entry }) => entry) };
}

function exportedUser({ open }: Access, user: User): JsonObject {
  const { indexes: _elsewhere, ...config } = userConfigOf(user, []);
  if (user.passwordHash === null) return config;
  const { pwhash, pwsalt } = hashForDevpi(open(user.passwordHash));
  return { ...config, pwhash, ...(pwsalt === null ? {} : { pwsalt }) };
}

/** devpi keeps an upstream's login in its address. */
function configOf({ open }: Access, repository: Repository): JsonObject {
  const { acl_read: _unknown, ...config } = indexConfigOf(repository);
  if (repository.kind !== "remote" || repository.url === null || repository.credentials === null) return config;
  const login = open(repository.credentials);
  const colon = login.indexOf(":");
  const url = new URL(repository.url);
  url.username = encodeURIComponent(login.slice(0, colon));
  url.password = encodeURIComponent(login.slice(colon + 1));
  return { ...config, mirror_url: url.href };
}

/** What a devpi does not know of a repository. */
function remarksOn(repository: Repository): readonly Remark[] {
  const { name, readers } = repository;
  const remarks: Remark[] = [];
  if (!readers.includes(ANYONE)) {
    const because = `only ${readers.join(", ") || "its owner"} may read it here; a devpi shows it to everybody unless a plug-in of it forbids that`;
    remarks.push({ what: `who may read ${name}`, because });
  }
  if (repository.kind === "virtual" && repository.publishTo !== null) {
    const because = `uploads to it go to ${repository.publishTo} here; there they have to be sent to that one`;
    remarks.push({ what: `where ${name} publishes to`, because });
  }
  if (repository.kind === "local" && repository.reserved.length > 0) {
    remarks.push({ what: `reserved names of ${name}`, because: `devpi has none: ${repository.reserved.join(", ")}` });
  }
  if (indexConfigOf(repository)["type"] === "constrained") {
    const because =
      "devpi-import takes it only with the plug-in devpi-constrained, or with --skip-import-type constrained";
    remarks.push({ what: `the constraints of ${name}`, because });
  }
  return remarks;
}

async function tokensOf({ registry }: WriteExportParts, users: readonly User[]): Promise<number> {
  const tokens = await Promise.all(users.map(({ name }) => registry.accounts.tokensOf(WRITER, name)));
  return tokens.flat().length;
}
