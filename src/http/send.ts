import type { IncomingMessage, ServerResponse } from "node:http";
import type { Pieces } from "#core";
import type { Prepared } from "./prepare.ts";

/** A refused body up to this size is read and dropped, so that the client, which sends it first, gets to the answer. */
const DRAIN_BYTES_MAX = 64 * 1024 * 1024;
const DRAIN_MILLISECONDS_MAX = 10_000;
/** Node drops so little by itself, and the connection can be used again. */
const LEFT_BYTES_SMALL = 64 * 1024;

export interface Sent {
  readonly sentBytes: number;
  /** All that was to be sent went out, and it was more than a head. */
  readonly isWhole: boolean;
  /** Why the connection was cut in the middle; `null`: it was not. */
  readonly cutBy: { readonly cause: unknown } | null;
}

/**
 * Writes an answer. A stream is asked for its first bytes before the head goes out: what fails until then throws and can
 * still be answered; what fails later cuts the connection, so that no client takes a part for the whole.
 */
export async function send(
  prepared: Prepared,
  request: IncomingMessage,
  response: ServerResponse,
  options: { readonly isBodyComing: boolean; readonly isClosing: boolean },
): Promise<Sent> {
  const isHead = request.method === "HEAD";
  const opened = prepared.body.kind === "stream" ? await opening(prepared.body.open, isHead) : null;
  const left = leftOf(request);
  const mustClose = options.isClosing || !options.isBodyComing || left > LEFT_BYTES_SMALL;
  writeHead(prepared, response, mustClose);
  if (opened !== null) return opened.iterator === null ? ended(response) : pump(opened, opened.iterator, response);
  const bytes = isHead || prepared.body.kind !== "bytes" ? null : prepared.body.bytes;
  if (mustClose && options.isBodyComing && left > LEFT_BYTES_SMALL) {
    if (bytes === null || bytes.byteLength === 0) response.flushHeaders();
    else response.write(bytes);
    await drain(request);
    response.end();
  } else if (bytes === null) response.end();
  else response.end(bytes);
  return { sentBytes: bytes?.byteLength ?? 0, isWhole: bytes !== null, cutBy: null };
}

function writeHead(prepared: Prepared, response: ServerResponse, mustClose: boolean): void {
  const headers = mustClose ? { ...prepared.headers, connection: "close" } : prepared.headers;
  if (prepared.reason === null) response.writeHead(prepared.status, headers);
  else response.writeHead(prepared.status, prepared.reason, headers);
}

function ended(response: ServerResponse): Sent {
  response.end();
  return { sentBytes: 0, isWhole: false, cutBy: null };
}

interface Opened {
  readonly pieces: Pieces;
  readonly first: IteratorResult<Uint8Array>;
  /** `null`: nothing is wanted of it (HEAD). */
  readonly iterator: AsyncIterator<Uint8Array> | null;
}

async function opening(open: () => Promise<Pieces>, isHead: boolean): Promise<Opened> {
  const pieces = await open();
  const iterator = pieces[Symbol.asyncIterator]();
  if (!isHead) return { pieces, first: await iterator.next(), iterator };
  await iterator.return?.();
  return { pieces, first: { done: true, value: undefined }, iterator: null };
}

async function pump(
  { pieces, first }: Opened,
  iterator: AsyncIterator<Uint8Array>,
  response: ServerResponse,
): Promise<Sent> {
  let sentBytes = 0;
  try {
    for (let next = first; next.done !== true; next = await iterator.next()) {
      if (response.destroyed) {
        await iterator.return?.();
        return { sentBytes, isWhole: false, cutBy: null };
      }
      const piece = next.value;
      sentBytes += piece.byteLength;
      // Called when the kernel has it all.
      const written = (error?: Error | null): void => {
        if (error == null) pieces.recycle?.(piece);
      };
      if (!response.write(piece, written)) await drained(response);
    }
  } catch (cause) {
    response.destroy();
    return { sentBytes, isWhole: false, cutBy: { cause } };
  }
  const isWhole = !response.destroyed;
  response.end();
  return { sentBytes, isWhole, cutBy: null };
}

/** Until there is room again, or nobody is there any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      resolve();
      return;
    }
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

/** How much of the request's body has not been read; what is not announced counts as very much. */
function leftOf(request: IncomingMessage): number {
  if (request.readableEnded || request.complete || request.destroyed) return 0;
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  if (coding !== undefined) return Number.POSITIVE_INFINITY;
  return length === undefined ? 0 : Number(length);
}

function drain(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let left = DRAIN_BYTES_MAX;
    const timer = setTimeout(done, DRAIN_MILLISECONDS_MAX);
    function done(): void {
      clearTimeout(timer);
      request.off("data", take);
      resolve();
    }
    function take(chunk: Uint8Array): void {
      left -= chunk.byteLength;
      if (left < 0) done();
    }
    request.on("data", take);
    request.once("end", done);
    request.once("close", done);
    request.resume();
  });
}
