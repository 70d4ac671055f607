import type { RandomAccess } from "../format.ts";
import { broken } from "./broken-file.ts";
import { wideSizes } from "./zip-extra.ts";

/** A member as the central directory describes it. */
export interface ZipMember {
  /** Ends in `/` for directories. */
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly flags: number;
  /** 0 stored, 8 deflated; others are named by the ZIP specification and refused. */
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Unix type and permission bits; 0 where the writer was no Unix. */
  readonly mode: number;
  readonly extraBytes: number;
  readonly hasComment: boolean;
}

/** What the end of a zip says about the rest. */
export interface ZipDirectory {
  /** In the directory's order. */
  readonly members: readonly ZipMember[];
  /** `[start, end)` of the central directory; its end is where the end records begin. */
  readonly start: number;
  readonly end: number;
}

export const FLAG_ENCRYPTED = 0x1;
export const FLAG_DESCRIPTOR = 0x8;
export const FLAG_STRONG_ENCRYPTION = 0x40;
export const FLAG_UTF8 = 0x800;

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 0xffff;
const WIDE_END_SIGNATURE = 0x06064b50;
const WIDE_END_BYTES = 56;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const UNSAID_32 = 0xffffffff;
const UNSAID_16 = 0xffff;

const MEMBERS_MAX = 100_000;
const DIRECTORY_BYTES_MAX = 32 * 1024 * 1024;

/** Reads a part of the file; the caller decides what is buffered. */
export type View = (start: number, end: number) => Promise<Buffer>;

/**
 * Reads the central directory of a zip from its end; throws {@link broken} where there is none, where it does not end
 * where the end records begin, and beyond the limits. `tailBytes`: how much is read first. With a file over HTTP that
 * makes one request for most wheels, and never more than four.
 */
export async function readDirectory(
  file: RandomAccess,
  tailBytes = END_BYTES + COMMENT_BYTES_MAX,
): Promise<ZipDirectory> {
  const tailStart = Math.max(0, file.sizeBytes - Math.max(tailBytes, END_BYTES));
  const tail = asBuffer(await file.read(tailStart, file.sizeBytes));
  const view: View = async (start, end) => {
    if (start > end || end > file.sizeBytes) throw broken("its end record points outside the file");
    if (start >= tailStart) return tail.subarray(start - tailStart, end - tailStart);
    if (end <= tailStart) return asBuffer(await file.read(start, end));
    return Buffer.concat([asBuffer(await file.read(start, tailStart)), tail.subarray(0, end - tailStart)]);
  };
  const end = await readEnd(file, tail, tailStart, view);
  if (end.entries > MEMBERS_MAX) throw broken(`it has ${end.entries} members, more than the ${MEMBERS_MAX} allowed`);
  if (end.sizeBytes > DIRECTORY_BYTES_MAX) throw broken("its central directory is too large");
  // Anything between the directory and the end records, or in front of the archive, would be read differently by others.
  if (end.offset + end.sizeBytes !== end.endsAt) throw broken("its central directory is not where its end record says");
  const bytes = await view(end.offset, end.endsAt);
  return { members: parseEntries(bytes, end.entries), start: end.offset, end: end.endsAt };
}

interface End {
  readonly entries: number;
  readonly sizeBytes: number;
  readonly offset: number;
  /** Where the directory must end. */
  readonly endsAt: number;
}

async function readEnd(file: RandomAccess, tail: Buffer, tailStart: number, view: View): Promise<End> {
  const [bytes, start] = await findEnd(file, tail, tailStart, view);
  if (bytes.byteLength < END_BYTES || bytes.readUInt16LE(20) !== bytes.byteLength - END_BYTES) {
    throw broken("there is data after its end record");
  }
  if (bytes.readUInt16LE(4) !== 0 || bytes.readUInt16LE(6) !== 0) throw broken("it is one of several volumes");
  if (bytes.readUInt16LE(8) !== bytes.readUInt16LE(10)) throw broken("its end record counts its members in two ways");
  const said = { entries: bytes.readUInt16LE(10), sizeBytes: bytes.readUInt32LE(12), offset: bytes.readUInt32LE(16) };
  const wide = await readWideEnd(start, view);
  if (wide === null) return { ...said, endsAt: start };
  const agrees =
    (said.entries === UNSAID_16 || said.entries === wide.entries) &&
    (said.sizeBytes === UNSAID_32 || said.sizeBytes === wide.sizeBytes) &&
    (said.offset === UNSAID_32 || said.offset === wide.offset);
  if (!agrees) throw broken("its two end records contradict each other");
  return wide;
}

/** The end record up to the end of the file, and where it begins. */
async function findEnd(file: RandomAccess, tail: Buffer, tailStart: number, view: View): Promise<[Buffer, number]> {
  const at = lastSignature(tail, END_SIGNATURE);
  if (at >= 0) return [tail.subarray(at), tailStart + at];
  const start = Math.max(0, file.sizeBytes - END_BYTES - COMMENT_BYTES_MAX);
  const more = start < tailStart ? await view(start, file.sizeBytes) : tail;
  const found = lastSignature(more, END_SIGNATURE);
  if (found < 0) throw broken("it is not a zip file");
  return [more.subarray(found), start + found];
}

/** The ZIP64 end record, which stands directly before its locator, which stands directly before the end record. */
async function readWideEnd(endStart: number, view: View): Promise<End | null> {
  const locatorStart = endStart - LOCATOR_BYTES;
  if (locatorStart < 0) return null;
  const locator = await view(locatorStart, endStart);
  if (locator.readUInt32LE(0) !== LOCATOR_SIGNATURE) return null;
  const start = locatorStart - WIDE_END_BYTES;
  if (start < 0 || wideNumber(locator, 8) !== start) throw broken("its ZIP64 locator points to the wrong place");
  const bytes = await view(start, locatorStart);
  // A size of 44 leaves no room for the extensible data that other readers might interpret.
  if (bytes.readUInt32LE(0) !== WIDE_END_SIGNATURE || wideNumber(bytes, 4) !== WIDE_END_BYTES - 12) {
    throw broken("its ZIP64 end record is malformed");
  }
  if (wideNumber(bytes, 24) !== wideNumber(bytes, 32)) throw broken("its end record counts its members in two ways");
  return {
    entries: wideNumber(bytes, 32),
    sizeBytes: wideNumber(bytes, 40),
    offset: wideNumber(bytes, 48),
    endsAt: start,
  };
}

function parseEntries(bytes: Buffer, count: number): readonly ZipMember[] {
  const members: ZipMember[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY_BYTES > bytes.byteLength || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw broken("its central directory has fewer members than its end record says");
    }
    const nameEnd = at + ENTRY_BYTES + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    const commentBytes = bytes.readUInt16LE(at + 32);
    if (extraEnd + commentBytes > bytes.byteLength) throw broken("its central directory is cut short");
    members.push(
      parseEntry(bytes.subarray(at, at + ENTRY_BYTES), bytes.subarray(at + ENTRY_BYTES, nameEnd), {
        extra: bytes.subarray(nameEnd, extraEnd),
        hasComment: commentBytes > 0,
      }),
    );
    at = extraEnd + commentBytes;
  }
  if (at !== bytes.byteLength) throw broken("its central directory has more than its end record says");
  return members;
}

function parseEntry(
  entry: Buffer,
  nameBytes: Buffer,
  { extra, hasComment }: { extra: Buffer; hasComment: boolean },
): ZipMember {
  const flags = entry.readUInt16LE(8);
  const name = decodeName(nameBytes, flags);
  const sizes = wideSizes(
    extra,
    {
      sizeBytes: entry.readUInt32LE(24),
      compressedBytes: entry.readUInt32LE(20),
      offset: entry.readUInt32LE(42),
    },
    nameBytes,
  );
  const isUnix = entry[5] === 3;
  return {
    name,
    nameBytes,
    flags,
    method: entry.readUInt16LE(10),
    crc: entry.readUInt32LE(16),
    ...sizes,
    mode: isUnix ? entry.readUInt32LE(38) >>> 16 : 0,
    extraBytes: extra.byteLength,
    hasComment,
  };
}

/** Whether the name is safe to read is judged by `checkMembers`; here an odd one only must not stop the reading. */
function decodeName(bytes: Buffer, flags: number): string {
  return bytes.toString((flags & FLAG_UTF8) === 0 ? "latin1" : "utf8");
}

function lastSignature(bytes: Buffer, signature: number): number {
  const pattern = Buffer.alloc(4);
  pattern.writeUInt32LE(signature);
  return bytes.lastIndexOf(pattern);
}

function wideNumber(bytes: Buffer, at: number): number {
  const number = Number(bytes.readBigUInt64LE(at));
  if (!Number.isSafeInteger(number)) throw broken("a number in its end record is too large");
  return number;
}

/** The same memory as a Buffer, without copying. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
