import type { Companion, FileBody, Freshness, Instant } from "#core";
import type { OpenFile } from "#formats";
import type { BlobStore } from "#stores";
import { bodyOf } from "./remote-holdings.ts";

export type StoredFile = OpenFile & { readonly kind: "stored" };

/** A blob that a fact names, ready to be sent. */
export function storedFile(
  blobs: BlobStore,
  { blob, sizeBytes }: Companion,
  about: { readonly publishedAt: Instant; readonly isPrivate: boolean; readonly freshness: Freshness },
): StoredFile {
  const lost = async (): Promise<void> => {
    // The fact stands; whoever examines the installation finds that its blob is missing.
  };
  return {
    kind: "stored",
    blob,
    body: bodyOf(blobs, { blob, sizeBytes }, lost),
    lastModified: about.publishedAt,
    isPrivate: about.isPrivate,
    freshness: about.freshness,
  };
}

/** Small files are read whole, once. */
const IN_MEMORY_BYTES_MAX = 256 * 1024;

/** The same body with its bytes in memory, if they are few. */
export async function withBytes(body: FileBody): Promise<FileBody> {
  if (body.bytes !== null || body.sizeBytes > IN_MEMORY_BYTES_MAX) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of await body.open()) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.byteLength !== body.sizeBytes) {
    throw new Error(`a blob has ${bytes.byteLength} bytes instead of the ${body.sizeBytes} that are known of it`);
  }
  return {
    sizeBytes: body.sizeBytes,
    bytes,
    async open(range) {
      return inMemory(range === undefined ? bytes : bytes.subarray(range.start, range.end));
    },
  };
}

async function* inMemory(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
