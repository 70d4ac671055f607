import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Macaroons as devpi-tokens and its kin make them: whoever holds one can narrow it without asking anybody, by a chain of
 * HMACs that starts with a key only the server has. Version 2, first-party caveats.
 */
export interface Macaroon {
  readonly identifier: string;
  /** Every one of them must hold. */
  readonly caveats: readonly string[];
  readonly signature: Uint8Array;
}

/** Before the text; devpi-tokens knows its tokens by it. */
const PREFIX = "devpi-";
const VERSION = 2;
const FIELD = { end: 0, location: 1, identifier: 2, signature: 6 } as const;
const SIGNATURE_BYTES = 32;
const TEXT_LENGTH_MAX = 8_192;
const CAVEATS_MAX = 100;

/** A new macaroon over the key. */
export function mintMacaroon(key: string, identifier: string, caveats: readonly string[]): Macaroon {
  return { identifier, caveats, signature: signatureOf(key, identifier, caveats) };
}

/** Whether it was minted with this key; its caveats may have grown since. */
export function isMintedWith(key: string, { identifier, caveats, signature }: Macaroon): boolean {
  return timingSafeEqual(signatureOf(key, identifier, caveats), signature);
}

/** The text that people and programs pass on: ASCII, without a colon. */
export function writeMacaroon({ identifier, caveats, signature }: Macaroon): string {
  const parts = [
    Buffer.of(VERSION),
    fieldOf(FIELD.identifier, Buffer.from(identifier)),
    Buffer.of(FIELD.end),
    ...caveats.flatMap((caveat) => [fieldOf(FIELD.identifier, Buffer.from(caveat)), Buffer.of(FIELD.end)]),
    Buffer.of(FIELD.end),
    fieldOf(FIELD.signature, signature),
  ];
  return `${PREFIX}${Buffer.concat(parts).toString("base64url")}`;
}

/** `null`: it is none, or has what we do not know, which must not be passed over. */
export function readMacaroon(text: string): Macaroon | null {
  if (text.length > TEXT_LENGTH_MAX) return null;
  // `devpi token-derive` writes what it narrowed without the prefix.
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  if (!/^[A-Za-z0-9_+/-]+={0,2}$/.test(encoded)) return null;
  const reader = readerOf(Buffer.from(encoded, "base64"));
  if (reader.byte() !== VERSION) return null;
  const head = reader.section();
  const identifier = head?.get(FIELD.identifier);
  if (identifier === undefined) return null;
  const caveats: string[] = [];
  for (let section = reader.section(); section !== null && section.size > 0; section = reader.section()) {
    const caveat = section.get(FIELD.identifier);
    // A verification id makes it a third party's, whom nobody here could ask.
    if (caveat === undefined || section.size > 1 || caveats.length >= CAVEATS_MAX) return null;
    caveats.push(caveat.toString());
  }
  const last = reader.field();
  if (last?.type !== FIELD.signature || last.bytes.byteLength !== SIGNATURE_BYTES || !reader.isAtEnd()) return null;
  return { identifier: identifier.toString(), caveats, signature: last.bytes };
}

function signatureOf(key: string, identifier: string, caveats: readonly string[]): Buffer {
  const mac = (secret: Uint8Array | string, text: string): Buffer => createHmac("sha256", secret).update(text).digest();
  // The constant is the specification's, so that keys of any length become good ones.
  return caveats.reduce(mac, mac(mac("macaroons-key-generator", key), identifier));
}

interface Field {
  readonly type: number;
  readonly bytes: Buffer;
}

/** Reads fields; everything becomes `null` once something cannot be read. */
function readerOf(bytes: Buffer) {
  let at = 0;

  function byte(): number | null {
    const value = bytes[at];
    at += 1;
    return value ?? null;
  }

  function number(): number | null {
    let value = 0;
    for (let shift = 0; shift <= 21; shift += 7) {
      const next = byte();
      if (next === null) return null;
      value |= (next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    return null;
  }

  function field(): Field | null {
    const type = number();
    if (type === null || type === FIELD.end) return null;
    const length = number();
    if (length === null || at + length > bytes.byteLength) return null;
    at += length;
    return { type, bytes: bytes.subarray(at - length, at) };
  }

  /** The fields up to the end mark, by type; a location is a hint to clients and of no meaning here. */
  function section(): ReadonlyMap<number, Buffer> | null {
    const fields = new Map<number, Buffer>();
    while (bytes[at] !== FIELD.end) {
      const next = field();
      if (next === null || fields.has(next.type)) return null;
      if (next.type !== FIELD.location) fields.set(next.type, next.bytes);
    }
    at += 1;
    return fields;
  }

  return { byte, field, section, isAtEnd: () => at === bytes.byteLength };
}

function fieldOf(type: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([numberOf(type), numberOf(bytes.byteLength), bytes]);
}

function numberOf(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  return Buffer.of(...bytes, left);
}
