/** `[start, end)` of a file's bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Blanks are counted, because their number would be squared otherwise. */
const RANGE = /^bytes\s{0,9}=\s{0,9}(\d*)\s{0,9}-\s{0,9}(\d*)\s{0,9}$/i;

/**
 * What a `Range` header asks of `sizeBytes` bytes (RFC 9110, 14): a range, `unsatisfiable` (416), or `null`: send all.
 * Everything that is not one range of bytes is ignored, which the standard allows: several ranges, other units, and
 * what cannot be read.
 */
export function rangeOf(header: string | null, sizeBytes: number): ByteRange | "unsatisfiable" | null {
  if (header === null) return null;
  const [, first = "", last = ""] = RANGE.exec(header) ?? [];
  if (first === "" && last === "") return null;
  if (first === "") return suffixOf(Number(last), sizeBytes);
  const start = Number(first);
  const end = last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (last !== "" && Number(last) < start) return null;
  return start >= sizeBytes ? "unsatisfiable" : { start, end };
}

/** The last so many bytes; all of a shorter file. */
function suffixOf(length: number, sizeBytes: number): ByteRange | "unsatisfiable" {
  return length === 0 || sizeBytes === 0 ? "unsatisfiable" : { start: Math.max(0, sizeBytes - length), end: sizeBytes };
}
