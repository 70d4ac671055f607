import type { IncomingMessage, ServerResponse } from "node:http";
import { type Json, RegistryError, refuse } from "#core";

/** A request's headers and body, read at most once, within limits, and with a note of what was looked at. */
export interface Intake {
  /** By lower-case name; the front door's own look, of which no note is taken. */
  peek(name: string): string | null;
  /** For routes: what they ask for is what their answer depends on. */
  header(name: string): string | null;
  /** Names that routes have asked for. */
  readonly headersRead: ReadonlySet<string>;
  readonly contentLength: number | null;
  body(): AsyncIterable<Uint8Array>;
  json(): Promise<Json | undefined>;
  readonly signal: AbortSignal;
  /** `false`: the client waits for `100 Continue` and has sent nothing of the body yet. */
  readonly isBodyComing: boolean;
}

const JSON_SIZE_BYTES_MAX = 16 * 1024 * 1024;

/** `waitsForContinue`: the client asked before sending its body (`Expect: 100-continue`). */
export function openIntake(
  request: IncomingMessage,
  response: ServerResponse,
  options: { readonly bodySizeBytesMax: number; readonly waitsForContinue: boolean },
): Intake {
  const headersRead = new Set<string>();
  const contentLength = lengthOf(request);
  let isBodyComing = !options.waitsForContinue;
  let aborting: AbortController | null = null;

  const peek = (name: string): string | null => headerOf(request, name);

  async function* body(): AsyncGenerator<Uint8Array> {
    checkLength(contentLength, options.bodySizeBytesMax);
    if (!isBodyComing) {
      isBodyComing = true;
      response.writeContinue();
    }
    let sizeBytes = 0;
    try {
      // The connection must outlive a reader who has seen enough, so that the client can be told.
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        sizeBytes += chunk.byteLength;
        if (sizeBytes > options.bodySizeBytesMax) throw tooLarge(options.bodySizeBytesMax);
        yield chunk;
      }
    } catch (cause) {
      if (cause instanceof RegistryError || !request.destroyed) throw cause;
      throw cutShort(cause);
    }
    if (contentLength !== null && sizeBytes < contentLength) throw cutShort();
  }

  async function json(): Promise<Json | undefined> {
    checkLength(contentLength, JSON_SIZE_BYTES_MAX);
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of body()) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > JSON_SIZE_BYTES_MAX) throw tooLarge(JSON_SIZE_BYTES_MAX);
      chunks.push(chunk);
    }
    return sizeBytes === 0 ? undefined : parsed(Buffer.concat(chunks, sizeBytes));
  }

  return {
    peek,
    header(name) {
      headersRead.add(name);
      return peek(name);
    },
    headersRead,
    contentLength,
    body,
    json,
    get signal() {
      aborting ??= abortedWith(response);
      return aborting.signal;
    },
    get isBodyComing() {
      return isBodyComing;
    },
  };
}

/** Several lines as one; of those that may be sent once only, Node keeps the first. */
export function headerOf(request: Pick<IncomingMessage, "headers">, name: string): string | null {
  const value = request.headers[name];
  return value === undefined ? null : typeof value === "string" ? value : value.join(", ");
}

/** Refuses by what was announced, before anything is read. */
export function checkLength(contentLength: number | null, sizeBytesMax: number): void {
  if (contentLength !== null && contentLength > sizeBytesMax) throw tooLarge(sizeBytesMax);
}

function lengthOf(request: IncomingMessage): number | null {
  const text = request.headers["content-length"];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function abortedWith(response: ServerResponse): AbortController {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller;
}

function parsed(bytes: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Json;
  } catch (cause) {
    throw refuse({ code: "request-invalid", because: "the body of the request is not JSON in UTF-8" }, cause);
  }
}

function tooLarge(sizeBytesMax: number) {
  return refuse({ code: "too-large", what: "body of the request", sizeBytesMax });
}

function cutShort(cause?: unknown) {
  return refuse(
    { code: "request-invalid", because: "the request was cut short: its body did not arrive whole" },
    cause,
  );
}
