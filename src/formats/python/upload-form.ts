import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { type Call, RegistryError, refuse } from "#core";
import type { Desk, Received } from "../format.ts";
import type { MetadataRecord } from "./attributes.ts";
import { quoted } from "./broken-file.ts";
import { addField, formField } from "./core-metadata.ts";

/** What an upload client sent, read once; closing it forgets the file's bytes. */
export interface UploadForm extends AsyncDisposable {
  /** A field that is no Core Metadata; `null` when absent or empty. Refuses when it was sent twice. */
  one(name: string): string | null;
  /** The Core Metadata among the fields. */
  readonly metadata: MetadataRecord;
  readonly content: { readonly filename: string; readonly received: Received } | null;
}

// Generous: a description may be long, and a form repeats `classifiers` and `requires_dist`.
const FIELD_BYTES_MAX = 8 * 1024 * 1024;
const FIELDS_BYTES_MAX = 16 * 1024 * 1024;
const FIELDS_MAX = 10_000;
const FILES_MAX = 10;
const HEADER_BYTES_MAX = 16 * 1024;

/**
 * Reads the form of the old upload interface. Fields may come in any order, also after the file; the file goes to
 * `desk.receive` as it arrives, which refuses whoever may not publish before reading a byte of it. A form that is cut
 * short, too large or not well-formed is refused and leaves nothing.
 */
export async function readUploadForm(call: Call, desk: Desk): Promise<UploadForm> {
  const parser = openParser(call);
  // The first problem counts: it ends the pipeline, and what follows from that is no news.
  const fail: Fail = (problem) => parser.destroy(problem);
  const fields = collectFields(parser, fail);
  const file = receiveFile(parser, fail, desk);
  try {
    await pipeline(call.body(), parser);
  } catch (cause) {
    // Why the file was not taken says more than what the form then broke off with.
    throw (await file.abandon(cause)) ?? asProblem(cause);
  }
  const content = await file.content();
  try {
    return {
      one: (name) => oneOf(name, fields),
      metadata: metadataOf(fields),
      content,
      [Symbol.asyncDispose]: async () => content?.received[Symbol.asyncDispose](),
    };
  } catch (cause) {
    await content?.received[Symbol.asyncDispose]();
    throw cause;
  }
}

type Fail = (problem: Error) => void;

/** Fills the map as fields arrive. */
function collectFields(parser: BusboyInstance, fail: Fail): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  let fieldsBytes = 0;
  parser.on("field", (name: string, value: string, _isNameCut: boolean, isCut: boolean) => {
    fieldsBytes += name.length + value.length;
    if (isCut) return fail(tooLarge(`form field ${quoted(name)}`, FIELD_BYTES_MAX));
    if (fieldsBytes > FIELDS_BYTES_MAX) return fail(tooLarge("form without its file", FIELDS_BYTES_MAX));
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  });
  parser.on("fieldsLimit", () => fail(unreadable(`it has more than ${FIELDS_MAX} fields`)));
  parser.on("partsLimit", () => fail(unreadable("it has too many parts")));
  return fields;
}

/** Hands the file to the desk as it arrives. */
function receiveFile(
  parser: BusboyInstance,
  fail: Fail,
  desk: Desk,
): {
  content(): Promise<UploadForm["content"]>;
  /** Ends what is under way and forgets what has come. The desk's own refusal, if that was the reason. */
  abandon(cause: unknown): Promise<RegistryError | null>;
} {
  let arriving: { filename: string; stream: BusboyFileStream; receiving: Promise<Received> } | null = null;
  parser.on("file", (name: string, stream: BusboyFileStream, filename: string | undefined) => {
    // Whoever reads the stream hears of its errors; this is for when nobody does, because `receive` refused.
    stream.on("error", () => undefined);
    // PGP signatures are tolerated and dropped, as the public index does; so is whatever else comes as a file.
    if (name !== "content") return void stream.resume();
    if (arriving !== null) return fail(unreadable("it has more than one file in its field 'content'"));
    const receiving = desk.receive(stream);
    receiving.catch(fail);
    arriving = { filename: filename ?? "", stream, receiving };
  });
  parser.on("filesLimit", () => fail(unreadable(`it has more than ${FILES_MAX} files`)));
  return {
    async content() {
      return arriving === null ? null : { filename: arriving.filename, received: await arriving.receiving };
    },
    async abandon(cause) {
      if (arriving === null) return null;
      // The parser does not end the part that it was in, and `receive` would wait for it for ever.
      arriving.stream.destroy(cause instanceof Error ? cause : undefined);
      try {
        await (await arriving.receiving)[Symbol.asyncDispose]();
        return null;
      } catch (reason) {
        return reason instanceof RegistryError ? reason : null;
      }
    },
  };
}

function openParser(call: Call): BusboyInstance {
  const contentType = call.header("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(contentType)) {
    throw refuse({
      code: "request-invalid",
      because: "An upload must be sent as multipart/form-data, as twine and uv do it.",
    });
  }
  try {
    return new Busboy({
      headers: { "content-type": contentType },
      // The name is judged whole, not shortened to what follows its last slash.
      preservePath: true,
      isPartAFile: (name, _type, fileName) => name === "content" || fileName !== undefined,
      fileHwm: 256 * 1024,
      limits: {
        fieldSize: FIELD_BYTES_MAX,
        fields: FIELDS_MAX,
        files: FILES_MAX,
        parts: FIELDS_MAX + FILES_MAX,
        headerPairs: 20,
        headerSize: HEADER_BYTES_MAX,
      },
    });
  } catch (cause) {
    throw unreadable("its boundary is missing", cause);
  }
}

function metadataOf(fields: ReadonlyMap<string, readonly string[]>): MetadataRecord {
  const record: Record<string, string | string[]> = {};
  for (const [name, values] of fields) {
    const field = formField(name);
    if (field === null) continue;
    if (!field.isList && values.length > 1) throw sentTwice(name);
    for (const value of values) addField(record, field, value, name);
  }
  return record;
}

function oneOf(name: string, fields: ReadonlyMap<string, readonly string[]>): string | null {
  const values = fields.get(name) ?? [];
  if (values.length > 1) throw sentTwice(name);
  const value = values[0]?.trim() ?? "";
  return value === "" ? null : value;
}

function asProblem(cause: unknown): unknown {
  if (cause instanceof RegistryError) return cause;
  // The parser has no error class; its messages are few and come without a code, unlike those of the system.
  const isParsers =
    cause instanceof Error && !("code" in cause) && /multipart|terminated|boundary|header/i.test(cause.message);
  return isParsers ? unreadable("it was cut short or is malformed", cause) : cause;
}

function sentTwice(name: string): RegistryError {
  return unreadable(`its field ${quoted(name)} is given more than once`);
}

function tooLarge(what: string, sizeBytesMax: number): RegistryError {
  return refuse({ code: "too-large", what, sizeBytesMax });
}

function unreadable(what: string, cause?: unknown): RegistryError {
  return refuse({ code: "request-invalid", because: `The upload form cannot be read: ${what}.` }, cause);
}
