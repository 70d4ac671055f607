import { broken, quoted } from "./broken-file.ts";

/** A member of a tar; long names and pax records are resolved already. */
export interface TarMember {
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink";
  readonly linkname: string;
  readonly sizeBytes: number;
}

export const BLOCK_BYTES = 512;
/** Records that change what a member is; in a global header readers disagree on what they apply to. */
const PAX_THAT_COUNTS = ["path", "linkpath", "size"];

/** What a header block says. */
export interface Header {
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number;
  readonly linkname: string;
}

/** What pax and GNU headers in front of a member say of it. */
export interface Records {
  readonly name: string | null;
  readonly linkname: string | null;
  readonly sizeBytes: number | null;
}

export const NO_RECORDS: Records = { name: null, linkname: null, sizeBytes: null };

export function hasRecords(records: Records): boolean {
  return records.name !== null || records.linkname !== null || records.sizeBytes !== null;
}

export function parseHeader(block: Buffer): Header {
  if (checksumOf(block) !== octal(block, 148, 8)) throw broken("a header of its tar archive is damaged");
  // GNU's own format has other things where ustar has the front part of long names.
  const isUstar = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? text(block, 345, 155) : "";
  const name = text(block, 0, 100);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: String.fromCharCode(block[156] ?? 0),
    sizeBytes: octal(block, 124, 12),
    linkname: text(block, 157, 100),
  };
}

export function toMember(header: Header, records: Records): TarMember {
  const name = records.name ?? header.name;
  const type = typeOf(header.type, name);
  if (type === null) throw broken(`member ${quoted(name)} is neither a file, a directory nor a link`);
  const sizeBytes = type === "file" ? (records.sizeBytes ?? header.sizeBytes) : 0;
  // Readers disagree on whether a directory or link with a size has content.
  if (type !== "file" && header.sizeBytes !== 0) throw broken(`member ${quoted(name)} has content but is no file`);
  return { name, type, sizeBytes, linkname: records.linkname ?? header.linkname };
}

function typeOf(flag: string, name: string): TarMember["type"] | null {
  switch (flag) {
    case "0":
    case "\0":
    case "7":
      // Before ustar a slash at the end was the only sign of a directory.
      return name.endsWith("/") ? "directory" : "file";
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "5":
      return "directory";
    default:
      return null;
  }
}

export function withRecords(records: Records, header: Header, content: Buffer): Records {
  const put = (key: keyof Records, value: string | number): Records => {
    if (records[key] !== null) throw broken("a member of its tar archive is described twice");
    return { ...records, [key]: value };
  };
  if (header.type === "L") return put("name", text(content, 0, content.byteLength));
  if (header.type === "K") return put("linkname", text(content, 0, content.byteLength));
  const pax = parsePax(content);
  for (const key of pax.keys()) {
    if (key.startsWith("GNU.sparse.")) throw broken("it has a sparse member");
    if (header.type === "g" && PAX_THAT_COUNTS.includes(key)) throw broken(`its global header sets ${quoted(key)}`);
  }
  let result = records;
  const [path, linkpath, size] = PAX_THAT_COUNTS.map((key) => pax.get(key));
  if (path !== undefined) result = { ...result, ...put("name", path) };
  if (linkpath !== undefined) result = { ...result, linkname: put("linkname", linkpath).linkname };
  if (size !== undefined) {
    if (!/^\d{1,15}$/.test(size)) throw broken("a pax record in it has a malformed size");
    result = { ...result, sizeBytes: Number(size) };
  }
  return result;
}

/** Records of the form `<length> <key>=<value>\n`, where the length counts all of it. */
function parsePax(content: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < content.byteLength; ) {
    const blank = content.indexOf(0x20, at);
    const length = blank < 0 ? "" : content.toString("latin1", at, blank);
    const end = at + Number(length);
    const equals = content.indexOf(0x3d, blank);
    const isSound =
      /^\d{1,7}$/.test(length) &&
      end <= content.byteLength &&
      content[end - 1] === 0x0a &&
      equals > blank &&
      equals < end;
    if (!isSound) throw broken("a pax record in it is malformed");
    const key = content.toString("utf8", blank + 1, equals);
    if (records.has(key)) throw broken("a member of its tar archive is described twice");
    records.set(key, content.toString("utf8", equals + 1, end - 1));
    at = end;
  }
  return records;
}

function octal(block: Buffer, start: number, length: number): number {
  // GNU: sizes of 8 GiB and more are binary, marked by the highest bit.
  if (((block[start] ?? 0) & 0x80) !== 0) {
    const value = block.readBigUInt64BE(start + length - 8);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken("a header of its tar archive is damaged");
    return Number(value);
  }
  const digits = text(block, start, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw broken("a header of its tar archive is damaged");
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

/** Up to the first zero byte. */
function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? field.byteLength : end);
}

function checksumOf(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK_BYTES; index += 1) if (index < 148 || index >= 156) sum += block[index] ?? 0;
  return sum;
}
