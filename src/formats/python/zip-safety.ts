import { pathProblem } from "./archive-paths.ts";
import { broken, quoted } from "./broken-file.ts";
import { FLAG_DESCRIPTOR, FLAG_ENCRYPTED, FLAG_STRONG_ENCRYPTION, FLAG_UTF8, type ZipMember } from "./zip.ts";

const TYPE_BITS = 0o170000;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;
/** The public index's measure of a bomb: more than this unpacked, and more than 50 times the file. */
const UNPACKED_BYTES_FREE = 64 * 1024 * 1024;
const RATIO_MAX = 50;

/**
 * Throws where a member of a wheel could do harm when it is unpacked, or could be read in two ways: unsafe or double
 * names, links, encryption, methods that not every installer knows, sizes that come only after the data.
 */
export function checkMembers(members: readonly ZipMember[]): void {
  const names = new Set<string>();
  for (const member of members) {
    const problem = pathProblem(member.name);
    if (problem !== null) throw broken(`member ${quoted(member.name)} ${problem}`);
    // A file and a directory of one name cannot both be unpacked either.
    const name = member.name.endsWith("/") ? member.name.slice(0, -1) : member.name;
    if (names.has(name)) throw broken(`it has more than one member named ${quoted(member.name)}`);
    names.add(name);
    const fault = faultOf(member);
    if (fault !== null) throw broken(`member ${quoted(member.name)} ${fault}`);
  }
}

/** Throws where the members would unpack to absurdly more than the file. The sizes are what the directory says. */
export function checkSizes(members: readonly ZipMember[], fileBytes: number): void {
  const unpacked = members.reduce((total, member) => total + member.sizeBytes, 0);
  if (unpacked > UNPACKED_BYTES_FREE && unpacked > fileBytes * RATIO_MAX) {
    throw broken(`it would unpack to ${unpacked} bytes, more than ${RATIO_MAX} times its size`);
  }
}

function faultOf(member: ZipMember): string | null {
  if ((member.flags & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION)) !== 0) return "is encrypted";
  // A reader without the directory must guess where such a member ends. Builders that write to files never do this,
  // and the public index refuses it as well.
  if ((member.flags & FLAG_DESCRIPTOR) !== 0) return "has its sizes behind its data (a data descriptor)";
  if (member.method !== 0 && member.method !== 8) return "is neither stored nor deflated";
  if (member.method === 0 && member.sizeBytes !== member.compressedBytes) return "is stored but has two sizes";
  if (member.hasComment) return "has a comment";
  // Without the mark some read code page 437 and some UTF-8, so the member would have two names.
  const isPlain = /^[\x00-\x7f]*$/.test(member.name);
  if (!isPlain && (member.flags & FLAG_UTF8) === 0) return "has a name that is not marked as UTF-8";
  if (!isPlain && !Buffer.from(member.name).equals(member.nameBytes)) return "has a name that is not UTF-8";
  const isDirectory = member.name.endsWith("/");
  if (isDirectory && member.sizeBytes !== 0) return "is a directory with content";
  const type = member.mode & TYPE_BITS;
  if (type !== 0 && type !== (isDirectory ? DIRECTORY : REGULAR)) {
    return isDirectory ? "is not the directory its name says" : "is a link or no regular file";
  }
  return null;
}
