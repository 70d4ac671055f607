import type { Instant, Json, JsonObject } from "#core";

/** JSON of another program, read by what is expected of it. */

export function objectIn(value: Json | undefined): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

export function listIn(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

export function textIn(value: Json | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Lower-case algorithm to lower-case hex; what is no such pair is left out. */
export function digestsIn(value: Json | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [algorithm, hex] of Object.entries(objectIn(value) ?? {})) {
    if (typeof hex === "string" && /^[0-9a-fA-F]{32,128}$/.test(hex))
      found[algorithm.toLowerCase()] = hex.toLowerCase();
  }
  return found;
}

/** `sha256=…`, devpi's `hash_spec`. */
export function hashSpecIn(value: Json | undefined): Record<string, string> {
  const text = textIn(value);
  const equals = text?.indexOf("=") ?? -1;
  return text === null || equals < 0 ? {} : digestsIn({ [text.slice(0, equals)]: text.slice(equals + 1) });
}

/** An HTTP date or an ISO moment; `null`: neither. */
export function instantIn(value: Json | undefined): Instant | null {
  const moment = Date.parse(textIn(value) ?? "");
  return Number.isNaN(moment) ? null : (moment as Instant);
}
