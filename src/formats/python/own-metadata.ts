import type { RandomAccess } from "../format.ts";
import type { MetadataRecord } from "./attributes.ts";
import { BrokenFile, broken, quoted } from "./broken-file.ts";
import { parseCoreMetadata } from "./core-metadata.ts";
import { parseSdistFilename, parseWheelFilename } from "./filenames.ts";
import { hasPackageInfo, readSdist } from "./sdist.ts";
import { METADATA_BYTES_MAX, readWheel } from "./wheel.ts";
import { readDirectory } from "./zip.ts";
import { openWindow, readMember } from "./zip-members.ts";
import { checkMembers, checkSizes } from "./zip-safety.ts";

/** What an archive says of itself. */
export interface OwnMetadata {
  /** METADATA or PKG-INFO, byte for byte. */
  readonly metadata: Uint8Array;
  readonly record: MetadataRecord;
}

/** Where archives that are zips keep their PKG-INFO. */
const IN_ZIP = [
  { extension: ".zip", place: /^[^/]+\/PKG-INFO$/ },
  { extension: ".egg", place: /^EGG-INFO\/PKG-INFO$/ },
];

/**
 * The metadata of a file that is named as a package is. `null`: it is whole and has none, or is of a kind that we cannot
 * read. Throws where it is damaged.
 */
export async function readOwnMetadata(filename: string, file: RandomAccess): Promise<OwnMetadata | null> {
  const wheel = parseWheelFilename(filename);
  if (wheel !== null) return readWheel(file, wheel);
  if (/\.(?:tar\.gz|tgz)$/.test(filename)) return readTarGz(filename, file);
  const zipped = IN_ZIP.find(({ extension }) => filename.endsWith(extension));
  return zipped === undefined ? null : readZip(file, zipped.place);
}

/** The archive is read a second time only where the first reading has found it to be no source distribution. */
async function readTarGz(filename: string, file: RandomAccess): Promise<OwnMetadata | null> {
  const parsed = parseSdistFilename(filename);
  if (parsed === null) return null;
  try {
    return await readSdist(file, parsed);
  } catch (error) {
    if (error instanceof BrokenFile && !(await hasPackageInfo(file))) return null;
    throw error;
  }
}

async function readZip(file: RandomAccess, place: RegExp): Promise<OwnMetadata | null> {
  const view = openWindow(file);
  const { members } = await readDirectory({ sizeBytes: file.sizeBytes, read: view });
  const [found, ...others] = members.filter(({ name }) => place.test(name));
  if (found === undefined) return null;
  if (others.length > 0) throw broken(`it has more than one PKG-INFO, for example ${quoted(found.name)}`);
  checkMembers(members);
  checkSizes(members, file.sizeBytes);
  const metadata = await readMember(view, found, METADATA_BYTES_MAX);
  return { metadata, record: parseCoreMetadata(metadata) };
}
