import type { Offer } from "#core";
import type { RandomAccess } from "#formats";
import { type Upstream, UpstreamFailure, type UpstreamReply } from "#upstream";
import { failureOf, isMissing } from "./remote-parts.ts";

/** First asked for: the table of contents of most wheels and, since PEP 427 asks for it there, their metadata. */
const TAIL_BYTES = 64 * 1024;
/** A reader who jumps somewhere reads on from there, so this much is fetched at least. */
const AHEAD_BYTES = 32 * 1024;
/** More than this is no metadata, whatever the archive says. */
const READ_BYTES_MAX = 32 << 20;
const REQUESTS_MAX = 20;
const REQUEST_MILLISECONDS_MAX = 10_000;

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** What a server says that does not answer parts of files. */
export type NoParts = "whole-only" | "missing";

/**
 * Random access to a file of an upstream by `Range` requests, its tail first. `whole-only`: the upstream sends whole
 * files only. `missing`: it says that there is no such file. The file must not change while it is read.
 */
export async function openRemoteFile(upstream: Upstream, offer: Offer): Promise<RandomAccess | NoParts> {
  const options = { raw: true, deadlineMilliseconds: REQUEST_MILLISECONDS_MAX };
  const tail = await upstream.get(offer.url, {
    ...options,
    range:
      offer.sizeBytes === null
        ? `-${TAIL_BYTES}`
        : `${Math.max(0, offer.sizeBytes - TAIL_BYTES)}-${Math.max(0, offer.sizeBytes - 1)}`,
  });
  if (isMissing(tail.status)) {
    tail.cancel();
    return "missing";
  }
  // 416 and 501: some servers understand ranges, but not those counted from the end.
  if (tail.status === 200 || tail.status === 416 || tail.status === 501) {
    tail.cancel();
    return "whole-only";
  }
  const first = await pieceOf(tail, TAIL_BYTES);
  if (first === null) return "whole-only";
  const sizeBytes = first.sizeBytes;
  const etag = tail.header("etag");
  const pieces: Piece[] = [first];
  let requests = 1;

  async function fetch(start: number, end: number): Promise<Piece> {
    requests += 1;
    if (requests > REQUESTS_MAX) throw new SyntaxError(`${offer.filename} is scattered over too many places`);
    const reply = await upstream.get(offer.url, { ...options, range: `${start}-${end - 1}` });
    const piece = reply.header("etag") === etag ? await pieceOf(reply, end - start) : null;
    if (piece === null || piece.start !== start || piece.sizeBytes !== sizeBytes) {
      reply.cancel();
      throw new UpstreamFailure(`${offer.filename} changed at the upstream while it was read`);
    }
    pieces.push(piece);
    return piece;
  }

  return {
    sizeBytes,
    async read(start, end) {
      if (start < 0 || end < start || end > sizeBytes) throw new SyntaxError(`${offer.filename} ends before ${end}`);
      if (end - start > READ_BYTES_MAX) throw new SyntaxError(`${offer.filename} has too large a part`);
      const known = pieces.find((piece) => piece.start <= start && piece.start + piece.bytes.byteLength >= end);
      const piece = known ?? (await fetch(start, Math.min(sizeBytes, Math.max(end, start + AHEAD_BYTES))));
      return piece.bytes.subarray(start - piece.start, end - piece.start);
    },
  };
}

async function pieceOf(
  reply: UpstreamReply,
  sizeBytesMax: number,
): Promise<(Piece & { readonly sizeBytes: number }) | null> {
  if (reply.status === 200) {
    reply.cancel();
    return null;
  }
  if (reply.status !== 206) throw failureOf(reply);
  const [, start = "", end = "", size = ""] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(reply.header("content-range") ?? "") ?? [];
  if (size === "") {
    reply.cancel();
    return null;
  }
  const bytes = await reply.bytes(sizeBytesMax);
  if (bytes.byteLength !== Number(end) - Number(start) + 1)
    throw new UpstreamFailure("a part of a file came incomplete");
  return { start: Number(start), bytes, sizeBytes: Number(size) };
}
