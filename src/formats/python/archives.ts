import type { ArchiveMember, Archives, MemberBytes, RandomAccess } from "../format.ts";
import { broken } from "./broken-file.ts";
import { readTar } from "./sdist.ts";
import { readDirectory, type ZipMember } from "./zip.ts";
import { openWindow, readMember, spanOf, streamMember } from "./zip-members.ts";

/** A compressed tar has no table of contents: it is read from end to end, so it may have so many bytes. */
const TAR_BYTES_MAX = 128 * 1024 * 1024;
const TYPE_BITS = 0o170000;
const LINK = 0o120000;

/** Wheels, eggs and source distributions. Of a zip only its directory and the wanted member are read. */
export const archives: Archives = {
  async members(filename, file) {
    if (isZip(filename)) return (await readDirectory(file)).members.map(zipEntry);
    if (!isTar(filename)) return null;
    refuseLarge(file);
    const members: ArchiveMember[] = [];
    await readTar(file, ({ name, type, sizeBytes }) => {
      members.push({
        path: name,
        kind: type === "file" ? "file" : type === "directory" ? "folder" : "link",
        sizeBytes,
      });
      return null;
    });
    return members;
  },

  async read(filename, file, path, sizeBytesMax) {
    if (isZip(filename)) {
      const { members } = await readDirectory(file);
      const member = members.find((one) => one.name === path && zipEntry(one).kind === "file");
      return member === undefined ? null : readZipped(file, member, sizeBytesMax);
    }
    if (!isTar(filename)) return null;
    refuseLarge(file);
    return readTarred(file, path, sizeBytesMax);
  },
};

function isZip(filename: string): boolean {
  return /\.(?:whl|zip|egg)$/i.test(filename);
}

function isTar(filename: string): boolean {
  return /\.(?:tar\.gz|tgz)$/i.test(filename);
}

function refuseLarge({ sizeBytes }: RandomAccess): void {
  if (sizeBytes > TAR_BYTES_MAX) throw broken(`it has more than the ${TAR_BYTES_MAX} bytes that are looked through`);
}

function zipEntry({ name, sizeBytes, mode }: ZipMember): ArchiveMember {
  const kind = name.endsWith("/") ? "folder" : (mode & TYPE_BITS) === LINK ? "link" : "file";
  return { path: name, kind, sizeBytes };
}

async function readZipped(file: RandomAccess, member: ZipMember, sizeBytesMax: number): Promise<MemberBytes> {
  const { sizeBytes } = member;
  if (sizeBytes <= sizeBytesMax) {
    return { sizeBytes, bytes: await readMember(openWindow(file, spanOf(member)), member, sizeBytesMax) };
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of streamMember(openWindow(file), member)) {
    chunks.push(chunk.subarray(0, sizeBytesMax - length));
    length += chunk.byteLength;
    if (length >= sizeBytesMax) break;
  }
  return { sizeBytes, bytes: Buffer.concat(chunks) };
}

/** Of two members of one name the last: that is what is left of them where they are unpacked. */
async function readTarred(file: RandomAccess, path: string, sizeBytesMax: number): Promise<MemberBytes | null> {
  let found: { readonly sizeBytes: number; readonly chunks: Buffer[] } | null = null;
  await readTar(file, ({ name, type, sizeBytes }) => {
    if (name !== path || type !== "file") return null;
    const chunks: Buffer[] = [];
    let length = 0;
    found = { sizeBytes, chunks };
    return (chunk) => {
      // A copy, so that the beginning does not keep the whole piece in memory.
      if (length < sizeBytesMax) chunks.push(Buffer.from(chunk.subarray(0, sizeBytesMax - length)));
      length += chunk.byteLength;
    };
  });
  const last = found as { readonly sizeBytes: number; readonly chunks: Buffer[] } | null;
  return last === null ? null : { sizeBytes: last.sizeBytes, bytes: Buffer.concat(last.chunks) };
}
