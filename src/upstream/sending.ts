import { Buffer } from "node:buffer";

/** A form that is sent to another server: its fields, and perhaps a file after them. */
export interface SentForm {
  /** http or https; what it says of credentials is not used. */
  readonly url: string;
  /** `user:password` */
  readonly credentials: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly file: {
    readonly field: string;
    readonly filename: string;
    readonly sizeBytes: number;
    open(): Promise<AsyncIterable<Uint8Array>>;
  } | null;
  readonly signal?: AbortSignal;
}

export interface SentReply {
  readonly status: number;
  /** What the server said, without markup, cut to a length that fits a log. */
  readonly text: string;
}

/** A form as it travels; its length is known before. */
export interface Encoded {
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** `boundary`: a text that surely does not occur in the file. */
export function encodeForm({ fields, file }: Pick<SentForm, "fields" | "file">, boundary: string): Encoded {
  const head = [
    ...fields.map(
      ([name, value]) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${inQuotes(name)}"\r\n\r\n${value}\r\n`,
    ),
    ...(file === null
      ? []
      : [
          `--${boundary}\r\nContent-Disposition: form-data; name="${inQuotes(file.field)}"; filename="${inQuotes(file.filename)}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
        ]),
  ].join("");
  const before = Buffer.from(head);
  const after = Buffer.from(`${file === null ? "" : "\r\n"}--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    sizeBytes: before.byteLength + (file?.sizeBytes ?? 0) + after.byteLength,
    body: joined(before, file, after),
  };
}

async function* joined(before: Buffer, file: SentForm["file"], after: Buffer): AsyncGenerator<Uint8Array> {
  yield before;
  if (file !== null) yield* await file.open();
  yield after;
}

/** As browsers write names into forms (WHATWG HTML, multipart form data). */
function inQuotes(text: string): string {
  return text.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

const TEXT_LENGTH_MAX = 500;
const MARKUP_LENGTH_MAX = 8192;

/** The words of an answer: many servers explain themselves in HTML only. */
export function wordsOf(text: string, contentType: string): string {
  // A hostile answer must not make the patterns below work for long.
  const beginning = text.slice(0, MARKUP_LENGTH_MAX);
  const words = /html/i.test(contentType)
    ? beginning.replace(/<(style|script|title)\b[\s\S]*?<\/\1\s*>/gi, " ").replace(/<[^>]*>/g, " ")
    : beginning;
  return words.replace(/\s+/g, " ").trim().slice(0, TEXT_LENGTH_MAX);
}
