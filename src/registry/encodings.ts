import { promisify } from "node:util";
import { constants, gzip, gzipSync, zstdCompress, zstdCompressSync } from "node:zlib";

/** The compressed forms of bytes that are sent again and again. */
export interface Encodings {
  /** Made on first use; `null` when it does not pay. */
  encoded(coding: "gzip" | "zstd"): Uint8Array | null;
}

type Coding = "gzip" | "zstd";

/** Less does not pay: it fits one packet as it is. */
const PAYS_FROM_BYTES = 1_024;
/** More would hold up others while it is compressed, some milliseconds. */
const AT_ONCE_BYTES_MAX = 256 * 1024;
/** A page is mostly hashes: the highest level makes one of 80 KB 6 % smaller, and takes 4.4 ms instead of 0.8. */
const GZIP = { level: constants.Z_BEST_SPEED };
const inBackground = { gzip: promisify(gzip), zstd: promisify(zstdCompress) };

/** Small bytes are compressed when they are first asked for so; large ones beforehand, beside the event loop. */
export async function openEncodings(bytes: Uint8Array): Promise<Encodings> {
  const made = new Map<Coding, Uint8Array | null>();
  const put = (coding: Coding, compressed: Uint8Array): Uint8Array | null => {
    const paying = compressed.byteLength < bytes.byteLength * 0.95 ? compressed : null;
    made.set(coding, paying);
    return paying;
  };
  if (bytes.byteLength > AT_ONCE_BYTES_MAX) {
    const [gzipped, zstandard] = await Promise.all([inBackground.gzip(bytes, GZIP), inBackground.zstd(bytes)]);
    put("gzip", gzipped);
    put("zstd", zstandard);
  }
  return {
    encoded(coding) {
      if (bytes.byteLength < PAYS_FROM_BYTES) return null;
      const known = made.get(coding);
      if (known !== undefined) return known;
      return put(coding, coding === "gzip" ? gzipSync(bytes, GZIP) : zstdCompressSync(bytes));
    },
  };
}
