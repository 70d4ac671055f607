import { broken } from "./broken-file.ts";

/** The numbers of a header that ZIP64 may move into its extra field. */
export interface Sizes {
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  /** Only in the central directory. */
  readonly offset: number;
}

const WIDE = 0x0001;
const UNICODE_PATH = 0x7075;
const UNSAID = 0xffffffff;

/**
 * The sizes of a header with what its ZIP64 extra field says in place of "see there". Throws where an extra field is
 * malformed, given twice, missing although needed, or says something else than the header: readers disagree on which
 * of the two they believe, and on which name where there is a Unicode path.
 */
export function wideSizes(extra: Buffer, said: Sizes, nameBytes: Buffer): Sizes {
  // The usual case: no extra fields and small sizes.
  if (extra.byteLength === 0 && !isUnsaid(said)) return said;
  let wide: Buffer | null = null;
  let hasUnicodePath = false;
  for (let at = 0; at < extra.byteLength; ) {
    if (at + 4 > extra.byteLength) throw broken("an extra field of a member is malformed");
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.byteLength) throw broken("an extra field of a member is malformed");
    const id = extra.readUInt16LE(at);
    const data = extra.subarray(at + 4, end);
    if (id === WIDE) {
      if (wide !== null) throw broken("a member has two ZIP64 extra fields");
      wide = data;
    } else if (id === UNICODE_PATH) {
      if (hasUnicodePath) throw broken("a member has two Unicode path extra fields");
      hasUnicodePath = true;
      if (!data.subarray(5).equals(nameBytes)) throw broken("the Unicode path of a member is not its name");
    }
    at = end;
  }
  return resolve(said, wide);
}

function resolve(said: Sizes, wide: Buffer | null): Sizes {
  if (wide === null || wide.byteLength === 0) {
    if (isUnsaid(said)) throw broken("a member lacks its ZIP64 sizes");
    return said;
  }
  const resolved = { ...said };
  let at = 0;
  const missing = (["sizeBytes", "compressedBytes", "offset"] as const).filter((key) => said[key] === UNSAID);
  for (const key of missing) {
    if (at + 8 > wide.byteLength) throw broken("a member lacks its ZIP64 sizes");
    resolved[key] = Number(wide.readBigUInt64LE(at));
    if (!Number.isSafeInteger(resolved[key])) throw broken("a member claims an impossible size");
    at += 8;
  }
  // Some writers repeat both sizes there although they fit the header; then they must be the same.
  const repeated = missing.length === 0 && [16, 24, 28].includes(wide.byteLength);
  if (repeated) {
    const isSame =
      wide.readBigUInt64LE(0) === BigInt(said.sizeBytes) && wide.readBigUInt64LE(8) === BigInt(said.compressedBytes);
    if (!isSame) throw broken("the ZIP64 sizes of a member contradict its header");
    return resolved;
  }
  // A disk number of four bytes may follow.
  if (at !== wide.byteLength && at + 4 !== wide.byteLength)
    throw broken("the ZIP64 extra field of a member is malformed");
  return resolved;
}

function isUnsaid(said: Sizes): boolean {
  return said.sizeBytes === UNSAID || said.compressedBytes === UNSAID || said.offset === UNSAID;
}
