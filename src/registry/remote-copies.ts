import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import type { Instant, Json } from "#core";
import type { UpstreamPage } from "#formats";

/** A page as it came from an upstream, as it is kept in the shared state. */
export interface PageCopy {
  readonly page: UpstreamPage;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly upstreamSerial: string | null;
  /** When the upstream last said that this is what it has. */
  readonly checkedAt: Instant;
  /** A reader has asked for a new one. */
  readonly isOutdated: boolean;
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/**
 * The page itself is kept, not what was read from it: a newer version of the format then reads from old copies what
 * an older one did not know of.
 */
export async function writePageCopy(copy: PageCopy): Promise<Json> {
  const { page, ...facts } = copy;
  const bytes = await compress(page.bytes);
  return { ...facts, url: page.url, contentType: page.contentType, zstd: bytes.toString("base64") };
}

/** `null` when it is not a copy that this version can read. */
export async function readPageCopy(value: Json, sizeBytesMax: number): Promise<PageCopy | null> {
  if (value === null || typeof value !== "object" || !("zstd" in value)) return null;
  const { url, contentType, zstd, etag, lastModified, upstreamSerial, checkedAt, isOutdated } = value;
  if (typeof url !== "string" || typeof contentType !== "string" || typeof zstd !== "string") return null;
  if (typeof checkedAt !== "number") return null;
  const bytes = await decompress(Buffer.from(zstd, "base64"), { maxOutputLength: sizeBytesMax }).catch(() => null);
  if (bytes === null) return null;
  return {
    page: { url, contentType, bytes },
    etag: textOrNull(etag),
    lastModified: textOrNull(lastModified),
    upstreamSerial: textOrNull(upstreamSerial),
    checkedAt: checkedAt as Instant,
    isOutdated: isOutdated === true,
  };
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}
