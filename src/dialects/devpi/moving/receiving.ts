import { createHash } from "node:crypto";
import type { Instant } from "#core";
import type { Registry } from "#registry";
import { type DevpiFile, SourceFault } from "./source.ts";

type Received = Awaited<ReturnType<Registry["moving"]["receive"]>>;

export interface ReceivedFile {
  readonly received: Received;
  readonly lastModified: Instant | null;
}

/** Strongest first. */
const KNOWN = ["sha256", "sha512", "sha384", "sha224", "sha1", "md5"];
/** The draft computes these anyway. */
const DRAFTED = ["sha256", "md5"];

/** Takes a file's bytes in; throws {@link SourceFault} when they are not those that the source has the hash of. */
export async function receiveFile(registry: Registry, file: DevpiFile): Promise<ReceivedFile> {
  const algorithm = KNOWN.find((name) => file.digests[name] !== undefined) ?? "sha256";
  const expected = file.digests[algorithm];
  const own = DRAFTED.includes(algorithm) ? null : createHash(algorithm);
  const { bytes, lastModified } = await file.open();
  const received = await registry.moving.receive(own === null ? bytes : tee(bytes, (chunk) => own.update(chunk)));
  const actual = own === null ? received.hex[algorithm] : own.digest("hex");
  if (expected === undefined || actual === expected) return { received, lastModified };
  await received[Symbol.asyncDispose]();
  throw new SourceFault(`${file.where} is damaged: its ${algorithm} is ${actual} instead of ${expected}`);
}

async function* tee(bytes: AsyncIterable<Uint8Array>, see: (chunk: Uint8Array) => unknown): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    see(chunk);
    yield chunk;
  }
}
