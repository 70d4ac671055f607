import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { RandomAccess } from "../format.ts";
import { pathProblem } from "./archive-paths.ts";
import type { MetadataRecord } from "./attributes.ts";
import { broken, quoted } from "./broken-file.ts";
import { listOf, parseCoreMetadata } from "./core-metadata.ts";
import { isAtLeast } from "./core-metadata-check.ts";
import type { SdistFilename } from "./filenames.ts";
import { projectName } from "./names.ts";
import { openTar, type TakeContent } from "./sdist-tar.ts";
import type { TarMember } from "./sdist-tar-header.ts";
import { versionKey } from "./versions.ts";
import { openWindow } from "./zip-members.ts";

/** What a source distribution says of itself. */
export interface SdistContent {
  /** PKG-INFO, byte for byte. */
  readonly metadata: Buffer;
  readonly record: MetadataRecord;
}

const METADATA_BYTES_MAX = 16 * 1024 * 1024;
const READ_BYTES = 256 * 1024;
// The same measure as for wheels.
const UNPACKED_BYTES_FREE = 64 * 1024 * 1024;
const RATIO_MAX = 50;

/**
 * Reads a `.tar.gz` from end to end and throws the first thing that is wrong with it: not gzip or not tar to the last
 * byte, members outside its one top directory, links that lead out, devices, bombs, no PKG-INFO.
 */
export async function readSdist(file: RandomAccess, filename: SdistFilename): Promise<SdistContent> {
  const contents = openContents(filename);
  await readTar(file, contents.take);
  return contents.finish();
}

/**
 * Whether a `.tar.gz` has a PKG-INFO where source distributions have it, whatever else is wrong with it. Throws where it
 * is not gzip or not tar.
 */
export async function hasPackageInfo(file: RandomAccess): Promise<boolean> {
  let isFound = false;
  await readTar(file, ({ name }) => {
    isFound ||= /^(?:\.\/)?[^/]+\/PKG-INFO$/.test(name);
    return null;
  });
  return isFound;
}

/** Hands every member of a `.tar.gz` to `onMember`. Throws where it is not gzip or not tar to the last byte, and for bombs. */
export async function readTar(file: RandomAccess, onMember: Parameters<typeof openTar>[0]): Promise<void> {
  const tar = openTar(onMember);
  let unpacked = 0;
  await gunzip(file, (chunk) => {
    unpacked += chunk.byteLength;
    if (unpacked > UNPACKED_BYTES_FREE && unpacked > file.sizeBytes * RATIO_MAX) {
      throw broken(`it would unpack to more than ${RATIO_MAX} times its size`);
    }
    tar.write(chunk);
  });
  tar.end();
}

async function gunzip(file: RandomAccess, take: (chunk: Buffer) => void): Promise<void> {
  const view = openWindow(file);
  const gunzipper = createGunzip({ chunkSize: READ_BYTES });
  async function* windows(): AsyncGenerator<Buffer> {
    for (let at = 0; at < file.sizeBytes; at += READ_BYTES) {
      yield await view(at, Math.min(file.sizeBytes, at + READ_BYTES));
    }
  }
  try {
    await pipeline(windows, gunzipper, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) take(chunk);
    });
  } catch (cause) {
    const isZlib = cause instanceof Error && "code" in cause && String(cause.code).startsWith("Z_");
    throw isZlib ? broken("it is not a gzip file, or is damaged or cut short", cause) : cause;
  }
  if (gunzipper.bytesWritten !== file.sizeBytes) throw broken("there is data after its gzip stream");
}

/** Judges members as they come and keeps PKG-INFO. */
function openContents(filename: SdistFilename): {
  take(member: TarMember): TakeContent | null;
  finish(): SdistContent;
} {
  let top: string | null = null;
  const symlinks = new Set<string>();
  const folders = new Set<string>();
  const files = new Set<string>();
  let metadata: Buffer[] | null = null;

  return {
    take(member) {
      const name = member.name.endsWith("/") ? member.name.slice(0, -1) : member.name;
      const problem = pathProblem(name) ?? (isOutside(member, name) ? "is a link that leads out of the archive" : null);
      if (problem !== null) throw broken(`member ${quoted(member.name)} ${problem}`);
      const parts = name.split("/");
      top ??= topDirectory(parts[0] ?? "", filename);
      if (parts[0] !== top || (parts.length === 1 && member.type !== "directory")) {
        throw broken(`member ${quoted(member.name)} is not in its top directory ${quoted(top)}`);
      }
      folders.add(name.slice(0, Math.max(0, name.lastIndexOf("/"))));
      if (member.type === "symlink") symlinks.add(name);
      const below = parts.slice(1).join("/");
      if (below !== "PKG-INFO") {
        if (member.type === "file") files.add(below);
        return null;
      }
      if (member.type !== "file") throw broken("its PKG-INFO is no regular file");
      if (metadata !== null) throw broken("it has more than one PKG-INFO");
      if (member.sizeBytes > METADATA_BYTES_MAX) throw broken("its PKG-INFO is too large");
      const chunks: Buffer[] = [];
      metadata = chunks;
      // Chunks are not used again by the reader, so they need no copy.
      return (chunk) => chunks.push(chunk);
    },
    finish() {
      if (symlinks.size > 0) for (const folder of folders) refuseBehind(folder, symlinks);
      if (metadata === null) throw broken("it does not contain the required PKG-INFO file");
      const bytes = Buffer.concat(metadata);
      const record = parseCoreMetadata(bytes);
      const licenses = isAtLeast(record, 4) ? listOf(record, "license_file") : [];
      const missing = licenses.find((path) => !files.has(path) && !symlinks.has(`${top}/${path}`));
      if (missing !== undefined) throw broken(`its License-File ${quoted(missing)} is missing`);
      return { metadata: bytes, record };
    },
  };
}

function refuseBehind(folder: string, symlinks: ReadonlySet<string>): void {
  for (let path = folder; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf("/")))) {
    if (symlinks.has(path)) throw broken(`it has members behind the link ${quoted(path)}`);
  }
}

function topDirectory(name: string, filename: SdistFilename): string {
  const dash = name.lastIndexOf("-");
  const isSame =
    dash > 0 &&
    projectName(name.slice(0, dash)) === filename.project &&
    versionKey(name.slice(dash + 1)) === versionKey(filename.versionText);
  if (!isSame) throw broken(`its top directory ${quoted(name)} is not named as the file is`);
  return name;
}

/**
 * PEP 721. A symbolic link may climb only at its beginning and not above the top directory; together with "no member
 * lies behind a link" that keeps every chain of links inside. A hard link names a member by its path in the archive.
 */
function isOutside(member: TarMember, name: string): boolean {
  if (member.type !== "symlink" && member.type !== "hardlink") return false;
  const target = member.linkname.endsWith("/") ? member.linkname.slice(0, -1) : member.linkname;
  if (target === "" || target.startsWith("/") || /[\\\x00-\x1f\x7f]/.test(target) || /^[a-z]:/i.test(target))
    return true;
  const parts = target.split("/");
  const top = name.slice(0, name.indexOf("/"));
  if (member.type === "hardlink") return parts[0] !== top || parts.includes("..");
  const climbs = parts.findIndex((part) => part !== ".." && part !== ".");
  const rest = climbs < 0 ? [] : parts.slice(climbs);
  if (rest.includes("..")) return true;
  const ups = (climbs < 0 ? parts : parts.slice(0, climbs)).filter((part) => part === "..").length;
  // Two parts are the top directory and the link itself: from there no step up stays inside.
  return ups > name.split("/").length - 2;
}
