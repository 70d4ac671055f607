import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import type { RandomAccess } from "../format.ts";
import { broken, quoted } from "./broken-file.ts";
import {
  asBuffer,
  FLAG_DESCRIPTOR,
  FLAG_ENCRYPTED,
  FLAG_STRONG_ENCRYPTION,
  FLAG_UTF8,
  type View,
  type ZipDirectory,
  type ZipMember,
} from "./zip.ts";
import { wideSizes } from "./zip-extra.ts";

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
/** Room for what writers put into local headers: times, owners, ZIP64 sizes. More costs one more read. */
const LOCAL_EXTRA_BYTES = 128;
const STORED = 0;
const DEFLATED = 8;
/** Members up to this size are read in one go, which costs a tenth of streaming them. */
const WHOLE_BYTES_MAX = 256 * 1024;
const WINDOW_BYTES = 1024 * 1024;
/** After so much work, counted in bytes, others get a turn: unpacking whole members does not wait for anything. */
const BREATH_BYTES = 1024 * 1024;
const MEMBER_COST_BYTES = 4096;
const FLAGS_THAT_COUNT = FLAG_ENCRYPTED | FLAG_DESCRIPTOR | FLAG_STRONG_ENCRYPTION | FLAG_UTF8;

/** Takes a member's content as it is read. */
export interface MemberSink {
  update(chunk: Buffer): void;
  end(): void;
}

/**
 * A view of a file that reads a window at a time, so that many small members cost few reads; files that fit the window
 * are read once. Nothing it returned may be changed.
 */
export function openWindow(file: RandomAccess, windowBytes = WINDOW_BYTES): View {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return async (from, to) => {
    if (from < 0 || from > to || to > file.sizeBytes) throw broken("one of its members lies outside the file");
    if (from < start || to > start + window.byteLength) {
      // A small file is read from its beginning, whatever is asked for first.
      start = file.sizeBytes <= windowBytes ? 0 : from;
      window = asBuffer(await file.read(start, Math.min(file.sizeBytes, Math.max(to, start + windowBytes))));
    }
    return window.subarray(from - start, to - start);
  };
}

/** The whole content of a small member, its CRC verified. Trusts the central directory only. */
export async function readMember(view: View, member: ZipMember, sizeBytesMax: number): Promise<Buffer> {
  if (member.sizeBytes > sizeBytesMax || member.compressedBytes > sizeBytesMax + 1024) {
    throw broken(`member ${quoted(member.name)} is larger than the ${sizeBytesMax} bytes allowed`);
  }
  const { dataStart } = await readLocal(view, member);
  return unpack(member, await view(dataStart, dataStart + member.compressedBytes));
}

/** How many bytes, from its local header on, surely hold all of a member. */
export function spanOf(member: ZipMember): number {
  return LOCAL_BYTES + member.nameBytes.byteLength + LOCAL_EXTRA_BYTES + member.compressedBytes;
}

/**
 * The content of a member of any size, piece by piece. The last piece is withheld until size and CRC turn out right, so
 * that nobody takes a ruined member for a whole one. Trusts the central directory only.
 */
export async function* streamMember(view: View, member: ZipMember): AsyncGenerator<Buffer> {
  const { dataStart } = await readLocal(view, member);
  const windows = windowsOf(view, dataStart, dataStart + member.compressedBytes);
  let crc = 0;
  let sizeBytes = 0;
  let withheld: Buffer | null = null;
  for await (const chunk of member.method === STORED ? windows : inflated(member, windows)) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > member.sizeBytes) throw sizeProblem(member);
    crc = crc32(chunk, crc);
    if (withheld !== null) yield withheld;
    withheld = chunk;
  }
  if (sizeBytes !== member.sizeBytes) throw sizeProblem(member);
  if (crc !== member.crc) throw crcProblem(member);
  if (withheld !== null) yield withheld;
}

/**
 * Walks over every member in the order of the file, verifies that what stands in front of it says the same as the
 * central directory, that nothing lies before, between or after the members, that each unpacks to the size and CRC that
 * were said, and hands its content to the sink of `open`. Memory stays constant. `known`: contents that were read (and
 * verified) before.
 *
 * An archive that passes looks the same to readers that trust the directory and to readers that trust local headers.
 */
export async function walkMembers(
  view: View,
  directory: ZipDirectory,
  known: ReadonlyMap<ZipMember, Buffer>,
  open: (member: ZipMember) => MemberSink,
): Promise<void> {
  let position = 0;
  let work = 0;
  for (const member of directory.members.toSorted((a, b) => a.offset - b.offset)) {
    // Data in front, between or behind members, and members that overlap.
    if (member.offset !== position) throw broken(`member ${quoted(member.name)} is not where the one before it ends`);
    const local = await readLocal(view, member);
    compare(member, local);
    const sink = open(member);
    await readContent(view, member, local.dataStart, known.get(member), sink);
    sink.end();
    position = local.dataStart + member.compressedBytes;
    work += member.sizeBytes + MEMBER_COST_BYTES;
    if (work > BREATH_BYTES) {
      work = 0;
      await setImmediate();
    }
  }
  if (position !== directory.start) throw broken("there is data between its last member and its central directory");
}

interface LocalHeader {
  readonly fixed: Buffer;
  readonly name: Buffer;
  readonly extra: Buffer;
  readonly dataStart: number;
}

async function readLocal(view: View, member: ZipMember): Promise<LocalHeader> {
  const head = await view(member.offset, member.offset + LOCAL_BYTES);
  if (head.readUInt32LE(0) !== LOCAL_SIGNATURE) throw broken(`member ${quoted(member.name)} has no local header`);
  const nameEnd = LOCAL_BYTES + head.readUInt16LE(26);
  const extraEnd = nameEnd + head.readUInt16LE(28);
  const bytes = await view(member.offset, member.offset + extraEnd);
  return {
    fixed: bytes.subarray(0, LOCAL_BYTES),
    name: bytes.subarray(LOCAL_BYTES, nameEnd),
    extra: bytes.subarray(nameEnd, extraEnd),
    dataStart: member.offset + extraEnd,
  };
}

function compare(member: ZipMember, { fixed, name, extra }: LocalHeader): void {
  const where = `the local header of member ${quoted(member.name)}`;
  if (!name.equals(member.nameBytes)) throw broken(`${where} has another name`);
  if ((fixed.readUInt16LE(6) & FLAGS_THAT_COUNT) !== (member.flags & FLAGS_THAT_COUNT)) {
    throw broken(`${where} has other flags than the central directory`);
  }
  if (fixed.readUInt16LE(8) !== member.method) throw broken(`${where} names another compression`);
  const said = { sizeBytes: fixed.readUInt32LE(22), compressedBytes: fixed.readUInt32LE(18), offset: 0 };
  const sizes = wideSizes(extra, said, name);
  if (sizes.sizeBytes !== member.sizeBytes || sizes.compressedBytes !== member.compressedBytes) {
    throw broken(`${where} gives other sizes than the central directory`);
  }
  if (fixed.readUInt32LE(14) !== member.crc) throw broken(`${where} gives another checksum than the central directory`);
}

async function readContent(
  view: View,
  member: ZipMember,
  dataStart: number,
  known: Buffer | undefined,
  sink: MemberSink,
): Promise<void> {
  if (known !== undefined) return sink.update(known);
  if (member.sizeBytes <= WHOLE_BYTES_MAX && member.compressedBytes <= WHOLE_BYTES_MAX) {
    return sink.update(unpack(member, await view(dataStart, dataStart + member.compressedBytes)));
  }
  let crc = 0;
  let sizeBytes = 0;
  const take = (chunk: Buffer): void => {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > member.sizeBytes) throw sizeProblem(member);
    crc = crc32(chunk, crc);
    sink.update(chunk);
  };
  const windows = windowsOf(view, dataStart, dataStart + member.compressedBytes);
  if (member.method === STORED) for await (const window of windows) take(window);
  else await inflate(member, windows, take);
  if (sizeBytes !== member.sizeBytes) throw sizeProblem(member);
  if (crc !== member.crc) throw crcProblem(member);
}

async function inflate(
  member: ZipMember,
  windows: AsyncIterable<Buffer>,
  take: (chunk: Buffer) => void,
): Promise<void> {
  const inflater = createInflateRaw({ chunkSize: WHOLE_BYTES_MAX });
  try {
    await pipeline(windows, inflater, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) take(chunk);
    });
  } catch (cause) {
    throw isZlibError(cause) ? packProblem(member, cause) : cause;
  }
  if (inflater.bytesWritten !== member.compressedBytes) throw sizeProblem(member);
}

async function* inflated(member: ZipMember, windows: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(windows, { objectMode: false });
  const inflater = createInflateRaw({ chunkSize: WHOLE_BYTES_MAX });
  source.on("error", (error) => inflater.destroy(error));
  source.pipe(inflater);
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) yield chunk;
  } catch (cause) {
    throw isZlibError(cause) ? packProblem(member, cause) : cause;
  } finally {
    source.destroy();
    inflater.destroy();
  }
}

async function* windowsOf(view: View, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += WHOLE_BYTES_MAX) yield await view(at, Math.min(end, at + WHOLE_BYTES_MAX));
}

/** Unpacks a member that is in memory as a whole, and verifies size and CRC. */
function unpack(member: ZipMember, packed: Buffer): Buffer {
  const content = member.method === STORED ? packed : inflateWhole(member, packed);
  if (content.byteLength !== member.sizeBytes) throw sizeProblem(member);
  if (crc32(content) !== member.crc) throw crcProblem(member);
  return content;
}

function inflateWhole(member: ZipMember, packed: Buffer): Buffer {
  if (member.method !== DEFLATED) throw broken(`member ${quoted(member.name)} is neither stored nor deflated`);
  try {
    const options = {
      info: true,
      maxOutputLength: member.sizeBytes + 1,
      chunkSize: Math.max(64, member.sizeBytes + 1),
    };
    // With `info` the answer also tells how much of the input was used; the published types do not know it.
    const { buffer, engine } = inflateRawSync(packed, options) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    if (engine.bytesWritten !== packed.byteLength) throw sizeProblem(member);
    return buffer;
  } catch (cause) {
    if (!isZlibError(cause)) throw cause;
    throw cause.code === "ERR_BUFFER_TOO_LARGE" ? sizeProblem(member) : packProblem(member, cause);
  }
}

function isZlibError(error: unknown): error is Error & { code: string } {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return false;
  return error.code === "ERR_BUFFER_TOO_LARGE" || error.code.startsWith("Z_");
}

function packProblem(member: ZipMember, cause: unknown): Error {
  return broken(`member ${quoted(member.name)} cannot be unpacked`, cause);
}

function sizeProblem(member: ZipMember): Error {
  return broken(`member ${quoted(member.name)} does not have the size that the central directory says`);
}

function crcProblem(member: ZipMember): Error {
  return broken(`member ${quoted(member.name)} does not have the checksum that the central directory says`);
}
