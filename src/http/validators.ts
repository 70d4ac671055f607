import type { Instant } from "#core";

/** What the client has already, from its conditional headers. */
export interface Conditions {
  readonly ifNoneMatch: string | null;
  readonly ifModifiedSince: string | null;
  readonly ifRange: string | null;
}

/** Of the representation that would be sent. */
export interface Validators {
  /** As sent: with quotes. */
  readonly etag: string | null;
  readonly lastModified: Instant | null;
}

/** Whether the client's copy is the one we would send, so that 304 is enough (RFC 9110, 13.2.2). */
export function isNotModified(conditions: Conditions, { etag, lastModified }: Validators): boolean {
  const { ifNoneMatch, ifModifiedSince } = conditions;
  if (ifNoneMatch !== null) return etag !== null && matchesAny(ifNoneMatch, etag);
  if (ifModifiedSince === null || lastModified === null) return false;
  const since = Date.parse(ifModifiedSince);
  // The header has whole seconds.
  return !Number.isNaN(since) && Math.floor(lastModified / 1000) * 1000 <= since;
}

/** Whether a part may be sent: the client's other parts are of these very bytes. */
export function mayResume(ifRange: string | null, { etag, lastModified }: Validators): boolean {
  if (ifRange === null) return true;
  const value = ifRange.trim();
  // A weak validator is not good enough for joining parts.
  if (value.startsWith('"') || value.startsWith("W/")) return value === etag;
  const date = Date.parse(value);
  return lastModified !== null && !Number.isNaN(date) && Math.floor(lastModified / 1000) * 1000 === date;
}

/** Weak comparison: `W/` in front does not matter for a GET. */
function matchesAny(header: string, etag: string): boolean {
  if (header === etag) return true;
  if (header.trim() === "*") return true;
  return [...header.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, tag]) => tag === etag);
}
