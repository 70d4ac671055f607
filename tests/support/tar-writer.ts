import { gzipSync } from "node:zlib";

/** One member of a tar. */
export interface TarMember {
  readonly name: string;
  readonly data?: Uint8Array | string;
  /** Default `file`. `global`: a pax header for all that follow. The last four are what no source distribution may hold. */
  readonly type?: "file" | "directory" | "symlink" | "hardlink" | "global" | "character" | "block" | "fifo" | "sparse";
  readonly linkname?: string;
  /** Records of a pax header in front of the member, for example `{ "GNU.sparse.major": "1" }`. */
  readonly pax?: Readonly<Record<string, string>>;
  /** The size the header claims. */
  readonly sizeBytes?: number;
}

const TYPES = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  character: "3",
  block: "4",
  directory: "5",
  fifo: "6",
  global: "g",
  sparse: "S",
} as const;

/** Writes an uncompressed ustar archive with its closing zero blocks. Same input, same bytes. */
export function tarOf(members: readonly TarMember[]): Uint8Array {
  const parts = members.flatMap((member) => [
    ...(member.pax === undefined
      ? []
      : block("PaxHeader", member.type === "global" ? "g" : "x", Buffer.from(paxRecords(member.pax)))),
    ...(member.type === "global" ? [] : memberBlocks(member)),
  ]);
  return new Uint8Array(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

/** The same, gzipped as `.tar.gz`. */
export function tarGzOf(members: readonly TarMember[]): Uint8Array {
  return new Uint8Array(gzipSync(tarOf(members)));
}

function memberBlocks(member: TarMember): Buffer[] {
  const data = Buffer.from((member.data ?? "") as string);
  return block(member.name, TYPES[member.type ?? "file"], data, member.linkname, member.sizeBytes);
}

function block(name: string, type: string, data: Buffer, linkname = "", sizeBytes = data.byteLength): Buffer[] {
  const header = Buffer.alloc(512);
  const isLong = Buffer.byteLength(name) > 100;
  const cut = isLong ? name.lastIndexOf("/", name.length - 2) : -1;
  header.write(isLong ? name.slice(cut + 1) : name, 0, 100);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${sizeBytes.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(linkname, 157, 100);
  header.write("ustar\x0000", 257);
  if (isLong) header.write(name.slice(0, cut), 345, 155);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return [header, data, Buffer.alloc((512 - (data.byteLength % 512)) % 512)];
}

function paxRecords(records: Readonly<Record<string, string>>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      let length = Buffer.byteLength(rest) + 1;
      while (String(length).length + Buffer.byteLength(rest) !== length) length += 1;
      return `${length}${rest}`;
    })
    .join("");
}
