import { createHash, hash } from "node:crypto";
import type { LongText, Page } from "#formats";
import { openEncodings } from "./encodings.ts";
import { othersTurn } from "./project-names.ts";

/** The bytes of a page, and what follows from them alone. */
export type Body = Pick<Page, "bytes" | "etag" | "encoded">;

/** Makes the bytes of pages; those of a long text once, as long as somebody has them. */
export interface Bodies {
  /** `kind`: which page it is and how it is written; texts of the same kind and the same object are the same. */
  get(text: string | LongText, kind: string): Promise<Body>;
}

export function openBodies(): Bodies {
  // Weakly, so that the budget of the pages is the only one: a page that it drops takes its bytes along.
  const made = new WeakMap<object, Map<string, WeakRef<Body>>>();
  const making = new WeakMap<object, Map<string, Promise<Body>>>();

  async function make(text: LongText, kind: string): Promise<Body> {
    const body = await bodyOfParts(text.parts());
    entryOf(made, text.of).set(kind, new WeakRef(body));
    return body;
  }

  return {
    async get(text, kind) {
      if (typeof text === "string") return bodyOf(Buffer.from(text));
      const known = made.get(text.of)?.get(kind)?.deref();
      if (known !== undefined) return known;
      const underWay = entryOf(making, text.of);
      const mine = underWay.get(kind) ?? make(text, kind).finally(() => underWay.delete(kind));
      underWay.set(kind, mine);
      return mine;
    },
  };
}

function entryOf<Value>(map: WeakMap<object, Map<string, Value>>, of: object): Map<string, Value> {
  const entry = map.get(of) ?? new Map<string, Value>();
  map.set(of, entry);
  return entry;
}

async function bodyOf(bytes: Uint8Array): Promise<Body> {
  const { encoded } = await openEncodings(bytes);
  return { bytes, etag: hash("sha256", bytes, "hex").slice(0, ETAG_LENGTH), encoded };
}

async function bodyOfParts(parts: Iterable<string>): Promise<Body> {
  const sum = createHash("sha256");
  const pieces: Buffer[] = [];
  for (const part of parts) {
    const piece = Buffer.from(part);
    sum.update(piece);
    pieces.push(piece);
    await othersTurn();
  }
  const bytes = Buffer.concat(pieces);
  // While it is compressed nothing else of the making is needed.
  pieces.length = 0;
  const { encoded } = await openEncodings(bytes);
  return { bytes, etag: sum.digest("hex").slice(0, ETAG_LENGTH), encoded };
}

const ETAG_LENGTH = 32;
