import { pipeline, type Readable, type Transform } from "node:stream";
import { promisify } from "node:util";
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzip,
  inflate,
  zstdDecompress,
} from "node:zlib";
import { type Answer, failureOf, named, type Question } from "./origin.ts";
import { UpstreamFailure, type UpstreamReply } from "./upstream.ts";

interface Coding {
  whole(bytes: Uint8Array, options: { readonly maxOutputLength: number }): Promise<Uint8Array>;
  stream(): Transform;
}

const CODINGS: Readonly<Record<string, Coding>> = {
  gzip: { whole: promisify(gunzip), stream: createGunzip },
  "x-gzip": { whole: promisify(gunzip), stream: createGunzip },
  deflate: { whole: promisify(inflate), stream: createInflate },
  br: { whole: promisify(brotliDecompress), stream: createBrotliDecompress },
  zstd: { whole: promisify(zstdDecompress), stream: createZstdDecompress },
};

/** Wraps an answer; `finish` is called once, when its body is over or given up. */
export function openReply(
  { data, pass, release }: Answer,
  question: Pick<Question, "url" | "method" | "signal"> & { readonly raw: boolean },
  finish: () => void,
): UpstreamReply {
  const encoding = header("content-encoding")?.trim().toLowerCase() ?? "";
  const coding = question.raw || encoding === "" || encoding === "identity" ? null : encoding;
  const announced = header("content-length");
  const length = announced !== null && /^\d{1,15}$/.test(announced) ? Number(announced) : null;
  const hasBody = question.method !== "HEAD" && data.statusCode !== 304 && data.statusCode !== 204;
  let isOver = false;

  // A body that is given up emits an error, which would end the process if nobody listened.
  data.body.on("error", () => {});

  function end(): void {
    if (isOver) return;
    isOver = true;
    pass.succeed();
    release();
    finish();
  }

  function header(name: string): string | null {
    const value = data.headers[name];
    return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
  }

  function broken(error: unknown): unknown {
    if (question.signal.aborted && !(question.signal.reason instanceof UpstreamFailure)) {
      pass.leave();
      return question.signal.reason;
    }
    pass.fail();
    return failureOf(question, question.signal.aborted ? question.signal.reason : error);
  }

  async function* travelled(): AsyncGenerator<Uint8Array, void> {
    let sizeBytes = 0;
    try {
      for await (const chunk of data.body as AsyncIterable<Uint8Array>) {
        sizeBytes += chunk.byteLength;
        yield chunk;
      }
      if (hasBody && length !== null && sizeBytes !== length) {
        throw new UpstreamFailure(`${named(question)}: ${sizeBytes} bytes came of ${length} announced ones`);
      }
    } catch (error) {
      throw broken(error);
    } finally {
      end();
    }
  }

  async function* decoded(name: string): AsyncGenerator<Uint8Array, void> {
    const stream = codingOf(name).stream();
    let failure: unknown = null;
    // `pipeline` carries errors of either side to the reader, and a reader who leaves back to the source.
    const output: Readable = pipeline(travelled(), stream, (error) => {
      failure = error;
    });
    try {
      yield* output;
    } catch (error) {
      throw failure instanceof UpstreamFailure ? failure : failureOf(question, error);
    }
  }

  function codingOf(name: string): Coding {
    const found = CODINGS[name];
    if (found === undefined) throw new UpstreamFailure(`${named(question)}: the answer is encoded as ${name}`);
    return found;
  }

  async function bytes(sizeBytesMax: number): Promise<Uint8Array> {
    const tooLarge = (): UpstreamFailure =>
      new UpstreamFailure(`${named(question)}: the answer is larger than ${sizeBytesMax} bytes`);
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of travelled()) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > sizeBytesMax) throw tooLarge();
      chunks.push(chunk);
    }
    const whole = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    if (coding === null || sizeBytes === 0) return whole;
    try {
      return await codingOf(coding).whole(whole, { maxOutputLength: sizeBytesMax });
    } catch (error) {
      if (error instanceof RangeError) throw tooLarge();
      throw failureOf(question, error);
    }
  }

  return {
    status: data.statusCode,
    url: question.url.href,
    header,
    contentLength: coding === null && hasBody ? length : null,
    get body() {
      return coding === null ? travelled() : decoded(coding);
    },
    bytes,
    cancel() {
      if (isOver) return;
      end();
      // What little is left is read, which saves the connection; more than that is cut off.
      data.body.dump({ limit: DRAINED_BYTES_MAX }).catch(() => {});
    },
  };
}

const DRAINED_BYTES_MAX = 16 * 1024;
