import { ok } from "node:assert";
import { refuse } from "#core";
import type { Received } from "../format.ts";
import { quoted } from "./broken-file.ts";
import type { UploadForm } from "./upload-form.ts";
import { invalid } from "./upload-refusals.ts";

/** The form's fields, what `Received.hex` calls them, and how many hex digits they have. */
const DIGESTS = [
  { field: "sha256_digest", name: "sha256", length: 64 },
  { field: "blake2_256_digest", name: "blake2b_256", length: 64 },
  { field: "md5_digest", name: "md5", length: 32 },
] as const;

/** UPL-2: each digest that was sent must be the file's, in any case; none needs to be sent. */
export function checkDigests(form: UploadForm, filename: string, received: Received): void {
  for (const { field, name, length } of DIGESTS) {
    const sent = form.one(field)?.toLowerCase();
    if (sent === undefined) continue;
    if (sent.length !== length || !/^[0-9a-f]+$/.test(sent)) {
      throw invalid(`The upload of ${quoted(filename)} has a malformed '${field}': expected ${length} hex digits.`);
    }
    const actual = received.hex[name];
    ok(actual !== undefined, `the registry computes ${name} of what it receives`);
    if (sent !== actual) {
      throw refuse({ code: "digest-mismatch", filename, expected: `${name}=${sent}`, actual: `${name}=${actual}` });
    }
  }
}
