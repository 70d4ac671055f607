import { crc32, deflateRawSync } from "node:zlib";

/** One member of a zip, as it should be; the rest of the fields lie about it on purpose. */
export interface ZipMember {
  readonly name: string | Uint8Array;
  readonly data: Uint8Array | string;
  /** Default `deflated`. */
  readonly method?: "stored" | "deflated";
  /** Unix permission and type bits, for example `0o120777` for a symbolic link. */
  readonly mode?: number;
  /** Sizes and CRC after the data, flag bit 3, as writers to a pipe do it; `zip64`: with 64-bit sizes. */
  readonly descriptor?: boolean | "zip64" | "without-signature";
  /** Sizes in ZIP64 extra fields although they would fit. */
  readonly zip64?: boolean;
  readonly comment?: string;
  /** Extra fields, as bytes, in both headers / in one of them. */
  readonly extra?: Uint8Array;
  readonly localExtra?: Uint8Array;
  readonly centralExtra?: Uint8Array;
  /** What the local header or the central directory says instead of the truth. */
  readonly local?: HeaderLie;
  readonly central?: HeaderLie;
  /** Bytes between the end of this member and what follows. */
  readonly gapAfter?: Uint8Array;
  /** In the local header only: the central directory leaves it out. */
  readonly isHidden?: boolean;
}

export interface HeaderLie {
  readonly name?: string | Uint8Array;
  readonly crc?: number;
  readonly compressedBytes?: number;
  readonly sizeBytes?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly offset?: number;
}

/** How the archive around the members is damaged; nothing given: a well-formed zip. */
export interface ZipShape {
  readonly before?: Uint8Array;
  readonly beforeDirectory?: Uint8Array;
  readonly beforeEnd?: Uint8Array;
  readonly after?: Uint8Array;
  readonly comment?: string;
  /** The number of entries the end record claims. */
  readonly entries?: number;
  readonly directoryBytes?: number;
  readonly directoryOffset?: number;
  /** Writes the ZIP64 end record and its locator. */
  readonly zip64?: boolean;
}

/** Writes a zip, well-formed unless told otherwise. Same input, same bytes. */
export function zipOf(members: readonly ZipMember[], shape: ZipShape = {}): Uint8Array {
  const parts: Buffer[] = [Buffer.from(shape.before ?? [])];
  const directory: Buffer[] = [];
  let offset = parts[0]?.byteLength ?? 0;
  for (const member of members) {
    const written = writeMember(member, offset);
    parts.push(written.local);
    if (member.isHidden !== true) directory.push(written.central);
    offset += written.local.byteLength;
  }
  parts.push(Buffer.from(shape.beforeDirectory ?? []));
  const directoryOffset = offset + (shape.beforeDirectory?.byteLength ?? 0);
  const directoryBytes = Buffer.concat(directory);
  parts.push(directoryBytes, Buffer.from(shape.beforeEnd ?? []));
  const end = {
    entries: shape.entries ?? directory.length,
    sizeBytes: shape.directoryBytes ?? directoryBytes.byteLength,
    offset: shape.directoryOffset ?? directoryOffset,
  };
  if (shape.zip64 === true) {
    parts.push(zip64End(end, directoryOffset + directoryBytes.byteLength + (shape.beforeEnd?.byteLength ?? 0)));
  }
  parts.push(endRecord(end, shape.comment ?? "", shape.zip64 === true), Buffer.from(shape.after ?? []));
  return new Uint8Array(Buffer.concat(parts));
}

/** A plain zip with every member stored, not compressed: bigger, but its bytes can be predicted. */
export function storedZip(files: Readonly<Record<string, Uint8Array | string>>): Uint8Array {
  return zipOf(Object.entries(files).map(([name, data]) => ({ name, data, method: "stored" })));
}

function writeMember(member: ZipMember, offset: number): { local: Buffer; central: Buffer } {
  const name = Buffer.from(member.name as string);
  const data = Buffer.from(member.data as string);
  const isStored = member.method === "stored";
  const packed = isStored ? data : deflateRawSync(data);
  const truth = {
    name,
    crc: crc32(data),
    compressedBytes: packed.byteLength,
    sizeBytes: data.byteLength,
    method: isStored ? 0 : 8,
    flags: (isAscii(name) ? 0 : 0x800) | (member.descriptor ? 8 : 0),
    offset,
  };
  const isWide = member.zip64 === true;
  const hasDescriptor = Boolean(member.descriptor);
  const atFront = hasDescriptor ? { ...truth, crc: 0, compressedBytes: 0, sizeBytes: 0 } : truth;
  const local = localHeader({ ...atFront, ...named(member.local) }, isWide, [member.extra, member.localExtra]);
  const central = centralHeader({ ...truth, ...named(member.central) }, isWide, member);
  const tail = hasDescriptor ? descriptor(truth, member.descriptor) : Buffer.alloc(0);
  return { local: Buffer.concat([local, packed, tail, Buffer.from(member.gapAfter ?? [])]), central };
}

interface Header {
  name: Buffer;
  crc: number;
  compressedBytes: number;
  sizeBytes: number;
  method: number;
  flags: number;
  offset: number;
}

function localHeader(header: Header, isWide: boolean, extras: readonly (Uint8Array | undefined)[]): Buffer {
  const wide = isWide ? zip64Extra([header.sizeBytes, header.compressedBytes]) : Buffer.alloc(0);
  const extra = Buffer.concat([wide, ...extras.map((one) => Buffer.from(one ?? []))]);
  const fixed = Buffer.alloc(30);
  fixed.writeUInt32LE(0x04034b50, 0);
  fixed.writeUInt16LE(isWide ? 45 : 20, 4);
  writeCommon(fixed, 6, header, isWide);
  fixed.writeUInt16LE(header.name.byteLength, 26);
  fixed.writeUInt16LE(extra.byteLength, 28);
  return Buffer.concat([fixed, header.name, extra]);
}

function centralHeader(header: Header, isWide: boolean, member: ZipMember): Buffer {
  const wide = isWide ? zip64Extra([header.sizeBytes, header.compressedBytes]) : Buffer.alloc(0);
  const extra = Buffer.concat([wide, Buffer.from(member.extra ?? []), Buffer.from(member.centralExtra ?? [])]);
  const comment = Buffer.from(member.comment ?? "");
  const fixed = Buffer.alloc(46);
  fixed.writeUInt32LE(0x02014b50, 0);
  fixed.writeUInt16LE((3 << 8) | 20, 4);
  fixed.writeUInt16LE(isWide ? 45 : 20, 6);
  writeCommon(fixed, 8, header, isWide);
  fixed.writeUInt16LE(header.name.byteLength, 28);
  fixed.writeUInt16LE(extra.byteLength, 30);
  fixed.writeUInt16LE(comment.byteLength, 32);
  fixed.writeUInt32LE(((member.mode ?? 0o100644) << 16) >>> 0, 38);
  fixed.writeUInt32LE(header.offset, 42);
  return Buffer.concat([fixed, header.name, extra, comment]);
}

/** Flags, method, time (1980-01-01), CRC and sizes stand in the same order in both headers. */
function writeCommon(fixed: Buffer, at: number, header: Header, isWide: boolean): void {
  fixed.writeUInt16LE(header.flags, at);
  fixed.writeUInt16LE(header.method, at + 2);
  fixed.writeUInt16LE(0, at + 4);
  fixed.writeUInt16LE(0x21, at + 6);
  fixed.writeUInt32LE(header.crc >>> 0, at + 8);
  fixed.writeUInt32LE(isWide ? 0xffffffff : header.compressedBytes, at + 12);
  fixed.writeUInt32LE(isWide ? 0xffffffff : header.sizeBytes, at + 16);
}

function descriptor(truth: Header, kind: ZipMember["descriptor"]): Buffer {
  const isWide = kind === "zip64";
  const buffer = Buffer.alloc(isWide ? 24 : 16);
  buffer.writeUInt32LE(0x08074b50, 0);
  buffer.writeUInt32LE(truth.crc, 4);
  if (isWide) {
    buffer.writeBigUInt64LE(BigInt(truth.compressedBytes), 8);
    buffer.writeBigUInt64LE(BigInt(truth.sizeBytes), 16);
  } else {
    buffer.writeUInt32LE(truth.compressedBytes, 8);
    buffer.writeUInt32LE(truth.sizeBytes, 12);
  }
  return kind === "without-signature" ? buffer.subarray(4) : buffer;
}

/** A ZIP64 extra field with these 64-bit numbers. */
export function zip64Extra(numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 + numbers.length * 8);
  buffer.writeUInt16LE(1, 0);
  buffer.writeUInt16LE(numbers.length * 8, 2);
  numbers.forEach((number, index) => {
    buffer.writeBigUInt64LE(BigInt(number), 4 + index * 8);
  });
  return buffer;
}

/** Any extra field. */
export function extraField(id: number, data: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(data.byteLength, 2);
  return Buffer.concat([head, data]);
}

interface End {
  entries: number;
  sizeBytes: number;
  offset: number;
}

function endRecord(end: End, comment: string, isWide: boolean): Buffer {
  const text = Buffer.from(comment);
  const fixed = Buffer.alloc(22);
  fixed.writeUInt32LE(0x06054b50, 0);
  fixed.writeUInt16LE(isWide ? 0xffff : end.entries, 8);
  fixed.writeUInt16LE(isWide ? 0xffff : end.entries, 10);
  fixed.writeUInt32LE(isWide ? 0xffffffff : end.sizeBytes, 12);
  fixed.writeUInt32LE(isWide ? 0xffffffff : end.offset, 16);
  fixed.writeUInt16LE(text.byteLength, 20);
  return Buffer.concat([fixed, text]);
}

function zip64End(end: End, at: number): Buffer {
  const buffer = Buffer.alloc(56 + 20);
  buffer.writeUInt32LE(0x06064b50, 0);
  buffer.writeBigUInt64LE(44n, 4);
  buffer.writeUInt16LE(45, 12);
  buffer.writeUInt16LE(45, 14);
  buffer.writeBigUInt64LE(BigInt(end.entries), 24);
  buffer.writeBigUInt64LE(BigInt(end.entries), 32);
  buffer.writeBigUInt64LE(BigInt(end.sizeBytes), 40);
  buffer.writeBigUInt64LE(BigInt(end.offset), 48);
  buffer.writeUInt32LE(0x07064b50, 56);
  buffer.writeBigUInt64LE(BigInt(at), 64);
  buffer.writeUInt32LE(1, 72);
  return buffer;
}

function named(lie: HeaderLie | undefined): Partial<Header> {
  if (lie === undefined) return {};
  const { name, ...rest } = lie;
  return name === undefined ? rest : { ...rest, name: Buffer.from(name as string) };
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}
