import type { RandomAccess } from "../format.ts";
import { broken } from "./broken-file.ts";
import { parseWheelFilename } from "./filenames.ts";
import { distInfoOf, METADATA_BYTES_MAX } from "./wheel.ts";
import { asBuffer, readDirectory, type View } from "./zip.ts";
import { readMember } from "./zip-members.ts";

/** Enough for the end records, the directory and usually the `.dist-info` of most wheels: writers put that last. */
const TAIL_BYTES = 32 * 1024;

/**
 * METADATA of a wheel that may be far away: reads its tail, and little more; for most wheels one read. `null` where it
 * is no wheel by its name; throws `SyntaxError` where the archive is broken or has no METADATA where its name says.
 */
export async function makeWheelMetadata(filename: string, file: RandomAccess): Promise<Uint8Array | null> {
  const parsed = parseWheelFilename(filename);
  if (parsed === null) return null;
  const tailStart = Math.max(0, file.sizeBytes - TAIL_BYTES);
  const tail = await file.read(tailStart, file.sizeBytes);
  const read = async (start: number, end: number): Promise<Uint8Array> =>
    start >= tailStart ? tail.subarray(start - tailStart, end - tailStart) : file.read(start, end);
  const directory = await readDirectory({ sizeBytes: file.sizeBytes, read }, TAIL_BYTES);
  const name = `${distInfoOf(directory, parsed)}METADATA`;
  const member = directory.members.find((candidate) => candidate.name === name);
  if (member === undefined) throw broken(`${name} is missing`);
  if (member.compressedBytes > METADATA_BYTES_MAX) throw broken(`${name} is too large`);
  // One read for header and content: the local extra field is seldom longer than the directory's.
  const likelyEnd = member.offset + 30 + member.nameBytes.byteLength + member.extraBytes + 64 + member.compressedBytes;
  const end = Math.min(file.sizeBytes, likelyEnd);
  const near = member.offset >= tailStart ? null : await read(member.offset, end);
  const view: View = async (from, to) => {
    if (from < 0 || to > file.sizeBytes || from > to) throw broken("one of its members lies outside the file");
    const bytes =
      near !== null && from >= member.offset && to <= end
        ? near.subarray(from - member.offset, to - member.offset)
        : await read(from, to);
    return asBuffer(bytes);
  };
  return readMember(view, member, METADATA_BYTES_MAX);
}
