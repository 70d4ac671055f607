import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { METHOD_HEADER } from "./visits.ts";

/** What Node says of a request that its parser could not read. */
interface ParseError extends Error {
  readonly code?: string;
  /** The bytes that it had come to, as a `Buffer`; not there for errors of the socket. */
  readonly rawPacket?: unknown;
}

const PUSH = "PUSH ";

/**
 * Answers what Node's parser gives up on. devpi's client sends a method of its own, `PUSH`, that the parser does not
 * know: its request is handed in once more as `POST`, with the true method in a header, on a connection that begins
 * with it.
 */
export function clientErrors(begin: (connection: Duplex) => void): (error: ParseError, socket: Socket) => void {
  const handedOn = new WeakSet<Socket>();
  return (error, socket) => {
    // The parser that gave up still watches its clock.
    if (handedOn.has(socket)) return;
    const rawPacket = Buffer.isBuffer(error.rawPacket) ? error.rawPacket : null;
    if (error.code === "HPE_INVALID_METHOD" && rawPacket !== null && isPush(rawPacket) && !isAnswering(socket)) {
      handedOn.add(socket);
      begin(resumed(socket, rewritten(rawPacket)));
      return;
    }
    refuse(error, socket);
  };
}

function isPush(packet: Buffer): boolean {
  return packet.subarray(0, PUSH.length).toString("latin1") === PUSH && packet.includes("\r\n");
}

function rewritten(packet: Buffer): Buffer {
  const lineEnd = packet.indexOf("\r\n") + 2;
  return Buffer.concat([
    Buffer.from("POST "),
    packet.subarray(PUSH.length, lineEnd),
    Buffer.from(`${METHOD_HEADER}: PUSH\r\n`),
    packet.subarray(lineEnd),
  ]);
}

/** An answer to an earlier request of the same connection is under way. */
function isAnswering(socket: Socket): boolean {
  return ((socket as { _httpMessage?: unknown })._httpMessage ?? null) !== null;
}

/** The rest of a connection as a connection of its own, which begins with `head`. */
function resumed(socket: Socket, head: Buffer): Duplex {
  for (const event of ["data", "end", "drain", "error", "timeout"]) socket.removeAllListeners(event);
  const duplex = new Duplex({
    read: () => socket.resume(),
    write: (chunk, _encoding, done) => {
      socket.write(chunk, done);
    },
    final: (done) => {
      socket.end(done);
    },
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  duplex.push(head);
  socket.on("data", (chunk) => {
    if (!duplex.push(chunk)) socket.pause();
  });
  socket.on("end", () => duplex.push(null));
  socket.on("error", (error) => duplex.destroy(error));
  socket.on("close", () => duplex.destroy());
  // What Node's server and our own look for on a socket.
  return Object.assign(duplex, {
    remoteAddress: socket.remoteAddress,
    setTimeout: (milliseconds: number, listener?: () => void) => {
      socket.setTimeout(milliseconds);
      if (listener !== undefined) socket.once("timeout", listener);
      return duplex;
    },
    setKeepAlive: () => duplex,
    setNoDelay: () => duplex,
    ref: () => duplex,
    unref: () => duplex,
  });
}

function refuse(error: ParseError, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const [line, sentence] = sentenceOf(error);
  const head = `HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8`;
  socket.end(`${head}\r\ncontent-length: ${sentence.length + 1}\r\n\r\n${sentence}\n`);
}

function sentenceOf({ code }: ParseError): readonly [line: string, sentence: string] {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return ["431 Request Header Fields Too Large", "the address or the headers of the request are too long"];
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return ["408 Request Timeout", "the head of the request took too long to arrive"];
    case "HPE_INVALID_METHOD":
      return ["501 Not Implemented", "the method of the request is not one that this server knows"];
    default:
      return ["400 Bad Request", "this is not an HTTP request that can be read"];
  }
}
