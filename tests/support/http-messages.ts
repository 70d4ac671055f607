/** One HTTP/1.1 message as it went over the wire, its body without transfer coding. */
export interface WireMessage {
  /** `GET / HTTP/1.1` or `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  /** Names in lower case; of several lines with one name the last counts. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Cuts a stream of bytes into the messages that it consists of. */
export interface MessageReader {
  push(chunk: Buffer): void;
  /** The stream is over: a body without a length ends here. */
  end(): void;
}

interface Head {
  readonly startLine: string;
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * Reads by hand because Node's own parser refuses the method `PUSH`. `hasBody` says of a head whether anything follows
 * it; a response to HEAD, say, has none whatever its headers tell.
 */
export function openMessageReader(
  kind: "request" | "response",
  hasBody: (startLine: string) => boolean,
  take: (message: WireMessage) => void,
): MessageReader {
  let rest: Buffer = Buffer.alloc(0);

  /** The next whole message and what is left after it; `null`: more must come first. */
  function next(isOver: boolean): { readonly message: WireMessage; readonly after: number } | null {
    const headEnd = rest.indexOf("\r\n\r\n");
    if (headEnd < 0) return null;
    const head = headOf(rest.subarray(0, headEnd).toString("latin1"));
    const start = headEnd + 4;
    const body = hasBody(head.startLine) ? bodyFrom(head, start, isOver) : { bytes: Buffer.alloc(0), after: start };
    return body === null ? null : { message: { ...head, body: body.bytes }, after: body.after };
  }

  function bodyFrom(head: Head, start: number, isOver: boolean): { bytes: Buffer; after: number } | null {
    if (head.headers.get("transfer-encoding")?.includes("chunked") === true) return chunksFrom(rest, start);
    const length = head.headers.get("content-length");
    if (length !== undefined || kind === "request") {
      const after = start + Number(length ?? 0);
      return rest.length < after ? null : { bytes: rest.subarray(start, after), after };
    }
    return isOver ? { bytes: rest.subarray(start), after: rest.length } : null;
  }

  function drain(isOver: boolean): void {
    for (let found = next(isOver); found !== null; found = next(isOver)) {
      rest = rest.subarray(found.after);
      take(found.message);
    }
  }

  return {
    push(chunk) {
      rest = Buffer.concat([rest, chunk]);
      drain(false);
    },
    end: () => drain(true),
  };
}

function headOf(text: string): Head {
  const [startLine = "", ...lines] = text.split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { startLine, headers };
}

function chunksFrom(bytes: Buffer, start: number): { bytes: Buffer; after: number } | null {
  const chunks: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString("latin1"), 16);
    const after = lineEnd + 2 + size + 2;
    if (bytes.length < after) return null;
    if (size === 0) return { bytes: Buffer.concat(chunks), after };
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = after;
  }
}
