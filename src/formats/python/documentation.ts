import type { Documentation, DocumentationPage, RandomAccess } from "../format.ts";
import { pathProblem } from "./archive-paths.ts";
import { broken, quoted } from "./broken-file.ts";
import { asInvalidFile } from "./upload-refusals.ts";
import { FLAG_ENCRYPTED, FLAG_STRONG_ENCRYPTION, readDirectory, type ZipMember } from "./zip.ts";
import { openWindow, readMember, spanOf, streamMember } from "./zip-members.ts";
import { checkSizes } from "./zip-safety.ts";

/** Pages up to this size are read whole, and their checksum is verified before the first byte goes out. */
const WHOLE_BYTES_MAX = 4 * 1024 * 1024;
const TYPE_BITS = 0o170000;
const REGULAR = 0o100000;

/**
 * Documentation as devpi's client sends it: a zip of pages. It is never unpacked on a disk, so writers of zips are given
 * more freedom than those of wheels; what is refused could be read in two ways or would harm who unpacks it elsewhere.
 */
export const zippedDocumentation: Documentation = {
  async check(filename, file) {
    try {
      const { members } = await readDirectory(file);
      const names = pagesOf(members);
      if (names.size === 0) throw broken("it has no file in it");
      checkSizes(members, file.sizeBytes);
    } catch (cause) {
      throw asInvalidFile(filename, cause);
    }
  },

  async open(file) {
    const { members } = await readDirectory(file);
    const pages = new Map<string, DocumentationPage>();
    for (const [path, member] of pagesOf(members)) pages.set(path, pageOf(file, member));
    return pages;
  },
};

/** The members that are files, by their names. Throws where one of them could do harm. */
function pagesOf(members: readonly ZipMember[]): ReadonlyMap<string, ZipMember> {
  const pages = new Map<string, ZipMember>();
  for (const member of members) {
    const problem = pathProblem(member.name) ?? faultOf(member);
    if (problem !== null) throw broken(`member ${quoted(member.name)} ${problem}`);
    if (member.name.endsWith("/")) continue;
    if (pages.has(member.name)) throw broken(`it has more than one member named ${quoted(member.name)}`);
    pages.set(member.name, member);
  }
  return pages;
}

function faultOf({ name, flags, method, mode, sizeBytes, compressedBytes }: ZipMember): string | null {
  if ((flags & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION)) !== 0) return "is encrypted";
  if (method !== 0 && method !== 8) return "is neither stored nor deflated";
  if (method === 0 && sizeBytes !== compressedBytes) return "is stored but has two sizes";
  const type = mode & TYPE_BITS;
  return name.endsWith("/") || type === 0 || type === REGULAR ? null : "is a link or no regular file";
}

function pageOf(file: RandomAccess, member: ZipMember): DocumentationPage {
  const { sizeBytes, crc } = member;
  return {
    sizeBytes,
    validator: crc.toString(16).padStart(8, "0"),
    async *read() {
      if (sizeBytes > WHOLE_BYTES_MAX) yield* streamMember(openWindow(file), member);
      else if (sizeBytes > 0) yield await readMember(openWindow(file, spanOf(member)), member, WHOLE_BYTES_MAX);
    },
  };
}
