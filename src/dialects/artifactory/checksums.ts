import { type Call, refuse } from "#core";

type Algorithm = "sha256" | "sha1" | "md5";
const HEX_LENGTHS: Readonly<Record<Algorithm, number>> = { sha256: 64, sha1: 40, md5: 32 };

/** What the client says of the bytes that it sends, lower-case hex by algorithm. */
export type Announced = Readonly<Partial<Record<Algorithm, string>>>;

/**
 * `X-Checksum-Sha256`, `-Sha1` and `-Md5`. Not `X-Checksum` without an algorithm: pyartifactory sends an MD5 in it with
 * every upload.
 */
export function announcedChecksums(call: Call): Announced {
  const announced: Partial<Record<Algorithm, string>> = {};
  for (const [algorithm, length] of Object.entries(HEX_LENGTHS) as [Algorithm, number][]) {
    const header = `x-checksum-${algorithm}`;
    const hex = call.header(header)?.trim().toLowerCase() ?? "";
    if (hex === "") continue;
    if (hex.length !== length || !/^[0-9a-f]+$/.test(hex)) {
      throw refuse({
        code: "request-invalid",
        because: `The header ${header} must have ${length} hexadecimal digits, and has '${hex.slice(0, 80)}'.`,
      });
    }
    announced[algorithm] = hex;
  }
  return announced;
}

/** Whether bytes are to be found here by their checksum instead of being sent. */
export function isChecksumDeploy(call: Call): boolean {
  return call.header("x-checksum-deploy")?.trim().toLowerCase() === "true";
}

/** By what they are to be found; `X-Checksum` is a SHA-1 or a SHA-256 by its length, and nothing where it is an MD5. */
export function wantedChecksum(
  call: Call,
  announced: Announced,
): { readonly algorithm: "sha256" | "sha1"; readonly hex: string } {
  const { sha256, sha1 } = announced;
  if (sha256 !== undefined) return { algorithm: "sha256", hex: sha256 };
  if (sha1 !== undefined) return { algorithm: "sha1", hex: sha1 };
  const hex = call.header("x-checksum")?.trim().toLowerCase() ?? "";
  if (/^[0-9a-f]{64}$/.test(hex)) return { algorithm: "sha256", hex };
  if (/^[0-9a-f]{40}$/.test(hex)) return { algorithm: "sha1", hex };
  throw refuse({
    code: "request-invalid",
    because: "A deploy by checksum needs X-Checksum-Sha256 or X-Checksum-Sha1 to say which bytes are meant.",
  });
}
