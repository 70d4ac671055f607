import { UpstreamFailure, type UpstreamReply } from "#upstream";

/** The body as it comes, refused beyond the limit. */
export async function* limited(reply: UpstreamReply, sizeBytesMax: number): AsyncGenerator<Uint8Array, void> {
  let sizeBytes = 0;
  for await (const piece of reply.body) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > sizeBytesMax) {
      throw new UpstreamFailure(`${reply.url}: the answer is larger than ${sizeBytesMax} bytes`);
    }
    yield piece;
  }
}

/** What is whole already, as if it came. */
export async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) yield bytes.subarray(start, start + PIECE_BYTES);
}

const PIECE_BYTES = 64 * 1024;
