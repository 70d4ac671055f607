import { type Call, refuse } from "#core";

/** Artifactory's headers: lower or upper case hex. */
const HEX_HEADERS = [
  { name: "x-checksum-sha256", algorithm: "sha256" },
  { name: "x-checksum-sha1", algorithm: "sha1" },
  { name: "x-checksum-md5", algorithm: "md5" },
] as const;

/** RFC 9530. Of a file that is sent as it is, its content and its representation are the same bytes. */
const DIGEST_HEADERS = ["content-digest", "repr-digest"] as const;
const ALGORITHMS: Readonly<Record<string, Algorithm>> = { "sha-256": "sha256", sha: "sha1", md5: "md5" };

const BYTES = { sha256: 32, sha1: 20, md5: 16 } as const;
type Algorithm = keyof typeof BYTES;

/**
 * What an upload's headers say that its bytes must be: lower-case hex by algorithm. Algorithms that are not known are
 * passed over, as RFC 9530 has it; a digest that is none, or two that differ, are refused.
 */
export function announcedDigests(call: Pick<Call, "header">): Readonly<Record<string, string>> {
  const announced: Partial<Record<Algorithm, string>> = {};
  const add = (algorithm: Algorithm, hex: string, header: string): void => {
    if (!/^[0-9a-f]+$/.test(hex) || hex.length !== BYTES[algorithm] * 2) {
      throw invalid(`the header '${header}' does not hold a digest by ${algorithm}; send all of it or none`);
    }
    if ((announced[algorithm] ?? hex) !== hex) throw invalid(`two headers give two different digests by ${algorithm}`);
    announced[algorithm] = hex;
  };
  for (const { name, algorithm } of HEX_HEADERS) {
    const sent = call.header(name);
    if (sent !== null) add(algorithm, sent.trim().toLowerCase(), name);
  }
  for (const name of DIGEST_HEADERS) {
    for (const [key, base64] of membersOf(call.header(name) ?? "", name)) {
      const algorithm = ALGORITHMS[key];
      if (algorithm !== undefined) add(algorithm, Buffer.from(base64, "base64").toString("hex"), name);
    }
  }
  return announced;
}

/** A dictionary of byte sequences (RFC 8941, 3.2 and 3.3.5): `sha-256=:…:, sha-512=:…:`. */
function membersOf(value: string, header: string): readonly (readonly [key: string, base64: string])[] {
  if (value.trim() === "") return [];
  return value.split(",").map((member) => {
    const [, key, base64] = /^\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):\s*$/.exec(member) ?? [];
    if (key === undefined || base64 === undefined) {
      throw invalid(`the header '${header}' cannot be read; it looks like 'sha-256=:<base64>:'`);
    }
    return [key, base64] as const;
  });
}

function invalid(because: string): Error {
  return refuse({ code: "request-invalid", because });
}
