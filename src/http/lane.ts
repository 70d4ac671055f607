import type { Socket } from "node:net";
import type { HotAnswer, HotRequest } from "./hot-replies.ts";
import { readPlainHead } from "./plain-head.ts";

/**
 * Where connections begin: what can be answered from memory is answered here, without Node's parser and its objects for
 * request and response. The first request that cannot, and all that come after it, are Node's.
 */
export interface Lane {
  /** Takes a new connection. */
  take(socket: Socket): void;
  /** Ends the connections that are here: nothing is under way on them. */
  endAll(): void;
  /** Cuts the connections whose answers nobody takes. */
  cutAll(): void;
}

export interface LaneParts {
  /** From memory; `null`: Node's way is to be gone. */
  readonly answer: (request: HotRequest) => HotAnswer | null;
  readonly answered: (request: HotRequest, answer: HotAnswer, milliseconds: number) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly stopwatch: () => number;
  /** Hands a connection on, which has come to nothing yet. */
  readonly handOver: (socket: Socket) => void;
  readonly keepAliveMilliseconds: number;
}

/** Of one connection, the request that came last: most clients that ask much send the same again. */
interface Last {
  bytes: Buffer;
  request: HotRequest | null;
}

const NOTHING = Buffer.alloc(0);

export function openLane(parts: LaneParts): Lane {
  const { keepAliveMilliseconds } = parts;
  const sockets = new Set<Socket>();
  const headOf = wireHeads(keepAliveMilliseconds);

  function take(socket: Socket): void {
    const last: Last = { bytes: NOTHING, request: null };
    const onData = (piece: Buffer): void => {
      if (!isAnswered(socket, piece, last)) leave(piece);
    };
    const onEnd = (): void => void socket.end();
    const onGone = (): void => void socket.destroy();
    const onClose = (): void => void sockets.delete(socket);
    function leave(piece: Buffer): void {
      sockets.delete(socket);
      socket.off("data", onData).off("end", onEnd).off("error", onGone).off("timeout", onGone).off("close", onClose);
      socket.setTimeout(0);
      socket.pause();
      socket.unshift(piece);
      parts.handOver(socket);
      socket.resume();
    }
    sockets.add(socket);
    socket.setTimeout(keepAliveMilliseconds);
    socket.on("data", onData).on("end", onEnd).on("error", onGone).on("timeout", onGone).on("close", onClose);
  }

  function isAnswered(socket: Socket, piece: Buffer, last: Last): boolean {
    // Who asks on without taking the answers is for Node to hold back.
    if (socket.writableLength > 0) return false;
    const startedAt = parts.stopwatch();
    if (!piece.equals(last.bytes)) {
      last.bytes = piece;
      const head = readPlainHead(piece);
      last.request = head === null ? null : { ...head, socket };
    }
    const { request } = last;
    const answer = request === null ? null : parts.answer(request);
    if (request === null || answer === null) return false;
    socket.cork();
    socket.write(headOf(answer));
    if (answer.bytes !== null) socket.write(answer.bytes);
    socket.uncork();
    parts.answered(request, answer, parts.stopwatch() - startedAt);
    return true;
  }

  return {
    take,
    endAll() {
      for (const socket of sockets) socket.end();
    },
    cutAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Heads as they go over the wire, made anew once a second for their date (RFC 9110, section 6.6.1). */
function wireHeads(keepAliveMilliseconds: number): (answer: HotAnswer) => Buffer {
  const made = new WeakMap<readonly string[], { readonly second: number; readonly bytes: Buffer }>();
  const ending = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMilliseconds / 1000)}\r\n\r\n`;
  return ({ status, head, at }) => {
    const second = Math.floor(at / 1000);
    const known = made.get(head);
    if (known?.second === second) return known.bytes;
    let text = status === 200 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 304 Not Modified\r\n";
    for (let index = 0; index < head.length; index += 2) text += `${head[index]}: ${head[index + 1]}\r\n`;
    const bytes = Buffer.from(`${text}Date: ${new Date(at).toUTCString()}\r\n${ending}`, "latin1");
    made.set(head, { second, bytes });
    return bytes;
  };
}
