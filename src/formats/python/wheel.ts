import type { RandomAccess } from "../format.ts";
import type { MetadataRecord } from "./attributes.ts";
import { broken, quoted } from "./broken-file.ts";
import { listOf, parseCoreMetadata, splitMetadata } from "./core-metadata.ts";
import { isAtLeast } from "./core-metadata-check.ts";
import { expandTags, type WheelFilename } from "./filenames.ts";
import { projectName } from "./names.ts";
import { openCheck, parseRecord } from "./record.ts";
import { versionKey } from "./versions.ts";
import { isEntryPoints } from "./wheel-entry-points.ts";
import { readDirectory, type View, type ZipDirectory, type ZipMember } from "./zip.ts";
import { openWindow, readMember, walkMembers } from "./zip-members.ts";
import { checkMembers, checkSizes } from "./zip-safety.ts";

/** What a wheel says of itself. */
export interface WheelContent {
  /** METADATA, byte for byte. */
  readonly metadata: Buffer;
  readonly record: MetadataRecord;
}

export const METADATA_BYTES_MAX = 8 * 1024 * 1024;
const RECORD_BYTES_MAX = 32 * 1024 * 1024;
const SMALL_BYTES_MAX = 1024 * 1024;
const SIGNATURES = ["RECORD.jws", "RECORD.p7s"];

/**
 * Reads a wheel from end to end and throws the first thing that is wrong with it: a zip that different readers would
 * read differently, unsafe members, missing or wrong `.dist-info` files, content that is not as RECORD says.
 */
export async function readWheel(file: RandomAccess, filename: WheelFilename): Promise<WheelContent> {
  const view = openWindow(file);
  await refuseTar(file, view);
  const directory = await readDirectory({ sizeBytes: file.sizeBytes, read: view });
  checkMembers(directory.members);
  checkSizes(directory.members, file.sizeBytes);
  const distInfo = distInfoOf(directory, filename);
  const known = new Map<ZipMember, Buffer>();
  const read = async (name: string, sizeBytesMax: number): Promise<Buffer | null> => {
    const member = directory.members.find((candidate) => candidate.name === `${distInfo}${name}`);
    if (member === undefined) return null;
    const content = await readMember(view, member, sizeBytesMax);
    known.set(member, content);
    return content;
  };
  const metadata = required("METADATA", await read("METADATA", METADATA_BYTES_MAX));
  checkWheelFile(required("WHEEL", await read("WHEEL", SMALL_BYTES_MAX)), filename);
  const recordFile = required("RECORD", await read("RECORD", RECORD_BYTES_MAX));
  const entryPoints = await read("entry_points.txt", SMALL_BYTES_MAX);
  if (entryPoints !== null && !isEntryPoints(entryPoints)) throw broken("its entry_points.txt is malformed");
  const record = parseCoreMetadata(metadata);
  checkLicenseFiles(record, directory, distInfo);
  await checkRecord(view, directory, known, distInfo, recordFile.toString("utf8"));
  return { metadata, record };
}

/** The one `.dist-info/` directory, which must be named as the file is; with its slash. */
export function distInfoOf(directory: ZipDirectory, filename: WheelFilename): string {
  const found = new Set<string>();
  for (const { name } of directory.members) {
    const top = name.slice(0, name.indexOf("/") + 1);
    if (top.endsWith(".dist-info/")) found.add(top);
  }
  const [distInfo, ...others] = found;
  if (distInfo === undefined) throw broken("it has no .dist-info directory");
  if (others.length > 0) throw broken("it has more than one .dist-info directory");
  const stem = distInfo.slice(0, -".dist-info/".length);
  const dash = stem.indexOf("-");
  const isSame =
    projectName(stem.slice(0, Math.max(0, dash))) === filename.project &&
    versionKey(stem.slice(dash + 1)) === versionKey(filename.versionText);
  if (!isSame) throw broken(`its directory ${quoted(distInfo)} is not named as the file is`);
  return distInfo;
}

function required(name: string, content: Buffer | null): Buffer {
  if (content === null) throw broken(`it does not contain the required ${name} file`);
  return content;
}

function checkWheelFile(content: Buffer, filename: WheelFilename): void {
  const { headers } = splitMetadata(content.toString("utf8"));
  const values = (name: string): readonly string[] =>
    headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value.trim());
  const [wheelVersion, ...more] = values("wheel-version");
  if (wheelVersion === undefined || more.length > 0) throw broken("its WHEEL file must have one Wheel-Version");
  // The specification: an installer must fail for a greater major version.
  if (!/^1\.\d+$/.test(wheelVersion)) throw broken(`${quoted(wheelVersion)} is not a Wheel-Version that is known`);
  checkTags(values("tag"), filename);
  const build = values("build")[0] ?? "";
  if (build !== "" && build !== (filename.build ?? ""))
    throw broken("the Build in its WHEEL file is not its file name's");
}

function checkTags(lines: readonly string[], filename: WheelFilename): void {
  const expected = expandTags(filename);
  if (expected === null) throw broken("its file name has too many tags");
  // One single tag a line, says the specification; poetry writes the compressed set of the file name.
  const tags = new Set(lines.flatMap((line) => expandLine(line) ?? [line]));
  const isSame = tags.size === 0 || (tags.size === new Set(expected).size && expected.every((tag) => tags.has(tag)));
  if (!isSame) throw broken("the tags in its WHEEL file are not those of its file name");
}

function expandLine(line: string): readonly string[] | null {
  const [python, abi, platform, ...more] = line.split("-");
  if (python === undefined || abi === undefined || platform === undefined || more.length > 0) return null;
  return expandTags({ python, abi, platform });
}

/** PEP 639: since 2.4 license files lie in `.dist-info/licenses/`. */
function checkLicenseFiles(record: MetadataRecord, directory: ZipDirectory, distInfo: string): void {
  const names = isAtLeast(record, 4) ? listOf(record, "license_file") : [];
  if (names.length === 0) return;
  const present = new Set(directory.members.map((member) => member.name));
  const missing = names.find((name) => !present.has(`${distInfo}licenses/${name}`));
  if (missing !== undefined) throw broken(`its License-File ${quoted(missing)} is missing`);
}

async function checkRecord(
  view: View,
  directory: ZipDirectory,
  known: ReadonlyMap<ZipMember, Buffer>,
  distInfo: string,
  text: string,
): Promise<void> {
  const entries = parseRecord(text);
  const unlisted = new Set(["RECORD", ...SIGNATURES].map((name) => `${distInfo}${name}`));
  let seen = 0;
  for (const { name } of directory.members) {
    if (entries.has(name)) seen += 1;
    else if (!name.endsWith("/") && !unlisted.has(name)) throw broken(`RECORD does not list ${quoted(name)}`);
  }
  if (seen !== entries.size) {
    const present = new Set(directory.members.map((member) => member.name));
    const extra = [...entries.keys()].find((name) => !present.has(name) && !unlisted.has(name));
    if (extra !== undefined) throw broken(`RECORD lists ${quoted(extra)}, which is not there`);
  }
  await walkMembers(view, directory, known, (member) => {
    const entry = entries.get(member.name);
    const isFree = entry === undefined || (unlisted.has(member.name) && entry.digest === null);
    return isFree ? NO_CHECK : openCheck(member.name, entry);
  });
}

const NO_CHECK = { update(): void {}, end(): void {} };

/** WHL-1: a file that is also a tar would be unpacked differently by tools that look for a tar first. */
async function refuseTar(file: RandomAccess, view: View): Promise<void> {
  if (file.sizeBytes < 512) return;
  const block = await view(0, 512);
  const said = Number.parseInt(block.toString("latin1", 148, 156).trim().replace(/\0.*$/s, ""), 8);
  let sum = 8 * 0x20;
  for (let index = 0; index < 512; index += 1) if (index < 148 || index >= 156) sum += block[index] ?? 0;
  if (said === sum) throw broken("it is a tar archive as well");
}
