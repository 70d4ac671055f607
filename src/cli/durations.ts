import type { Instant } from "#core";
import { usage } from "./typed.ts";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

/** `90` (seconds), `30m`, `12h`, `90d`, `2w`, `1y`. */
export function durationSeconds(option: string, text: string): number {
  const [, count = "", unit = "s"] = /^(\d{1,9})([smhdwy]?)$/.exec(text) ?? [];
  if (count === "") throw usage(`--${option} ${text}: a time looks like 90 (seconds), 30m, 12h, 90d, 2w or 1y`);
  return Number(count) * (SECONDS[unit === "" ? "s" : unit] ?? 1);
}

/** `90d` from now, `2027-01-31` (its beginning, UTC), a full RFC 3339 time, or `never`; `null`: never. */
export function expiry(option: string, text: string, now: Instant): string | null {
  if (text === "never") return null;
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const at = isDate || isInstant ? Date.parse(text) : now + 1000 * spanSeconds(option, text);
  if (Number.isNaN(at)) throw usage(`--${option} ${text}: there is no such day`);
  if (at <= now) throw usage(`--${option} ${text}: that has passed`);
  if (at > LAST_INSTANT) throw usage(`--${option} ${text}: that is too far away; write never`);
  return new Date(at).toISOString();
}

/** RFC 3339 writes years with four digits. */
const LAST_INSTANT = Date.UTC(9999, 11, 31);

function spanSeconds(option: string, text: string): number {
  // A bare number is seconds elsewhere; here it is more likely a slip for days.
  if (/^\d{1,9}[smhdwy]$/.test(text)) return durationSeconds(option, text);
  throw usage(`--${option} ${text}: write a span (12h, 90d, 2w, 1y), a day (2027-01-31), or never`);
}
