import { readSession } from "./tokens.ts";

/** A browser's session as its cookie carries it: whose it is, and the text that proves it. */
export interface CookieSession {
  readonly user: string;
  readonly secret: string;
}

const NAME = "vivarium_session";
const VALUE_LENGTH_MAX = 2048;

/** Whether a `Cookie` header may hold a session of ours, by a quick look. */
export function mayHoldSession(header: string): boolean {
  return header.includes(NAME);
}

/** The value of the session's cookie among a request's; `null`: there is none. `publicUrl`: where we are reached. */
export function sessionCookieIn(header: string | null, publicUrl: string): string | null {
  if (header === null || !mayHoldSession(header)) return null;
  const start = `${cookieName(publicUrl)}=`;
  for (const pair of header.split(";")) {
    const text = pair.trim();
    if (text.startsWith(start)) return text.slice(start.length);
  }
  return null;
}

/** What a cookie's value says; `null`: nothing of ours. Passwords and tokens are never taken from there. */
export function readSessionCookie(value: string): CookieSession | null {
  if (value.length > VALUE_LENGTH_MAX || !/^[\w-]+$/.test(value)) return null;
  const text = Buffer.from(value, "base64url").toString();
  const colon = text.lastIndexOf(":");
  if (colon < 1 || readSession(text.slice(colon + 1)) === null) return null;
  return { user: text.slice(0, colon), secret: text.slice(colon + 1) };
}

/** The header line that gives a browser its session. */
export function setCookieLine({ user, secret }: CookieSession, publicUrl: string, seconds: number): string {
  return cookieLine(Buffer.from(`${user}:${secret}`).toString("base64url"), publicUrl, seconds);
}

/** The header line that takes it back. */
export function clearCookieLine(publicUrl: string): string {
  return cookieLine("", publicUrl, 0);
}

/** No script reads it, and no page of another site makes a browser send it. */
function cookieLine(value: string, publicUrl: string, seconds: number): string {
  const { protocol, pathname } = new URL(publicUrl);
  const path = pathname.replace(/\/+$/, "") || "/";
  const secure = protocol === "https:" ? "; Secure" : "";
  return `${cookieName(publicUrl)}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

/** Names that begin so can be set over HTTPS only, the first by this very host only (RFC 6265bis, 4.1.3). */
function cookieName(publicUrl: string): string {
  const { protocol, pathname } = new URL(publicUrl);
  if (protocol !== "https:") return NAME;
  return pathname === "/" ? `__Host-${NAME}` : `__Secure-${NAME}`;
}
