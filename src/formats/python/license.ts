import exceptionIds from "spdx-exceptions/index.json" with { type: "json" };
import parseSpdx from "spdx-expression-parse";
import retiredIds from "spdx-license-ids/deprecated.json" with { type: "json" };
import licenseIds from "spdx-license-ids/index.json" with { type: "json" };

const EXPRESSION_LENGTH_MAX = 1000;
const KNOWN: ReadonlyMap<string, string> = new Map(
  [...licenseIds, ...retiredIds, ...exceptionIds].map((id) => [id.toLowerCase(), id]),
);

/**
 * The expression with its identifiers spelled as SPDX does and its operators in capitals; `null` when it is no SPDX
 * expression. PEP 639: case does not matter in what people write; `LicenseRef-…` is allowed.
 */
export function licenseExpression(text: string): string | null {
  if (text.length > EXPRESSION_LENGTH_MAX) return null;
  const spelled = text.trim().replace(/[A-Za-z0-9.-]+/g, (word) => KNOWN.get(word.toLowerCase()) ?? spellWord(word));
  try {
    parseSpdx(spelled);
    return spelled;
  } catch {
    // The parser throws for whatever it cannot read; there is nothing else it could mean.
    return null;
  }
}

/**
 * Whether `text` may be the path of a license file (PEP 639): relative, `/` between the parts, no `..`, no glob, no
 * backslash.
 */
export function isLicensePath(text: string): boolean {
  if (text === "" || /[\\*?[\]{}\x00-\x1f\x7f]/.test(text) || /^[a-z]:/i.test(text)) return false;
  return text.split("/").every((part) => part !== "" && part !== ".." && part !== ".");
}

function spellWord(word: string): string {
  if (/^(?:and|or|with)$/i.test(word)) return word.toUpperCase();
  return word.replace(/^licenseref-/i, "LicenseRef-");
}
