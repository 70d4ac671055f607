/** Who is asking: passwords, tokens, sessions, the slow-down after failures, and whether strangers may sign up. */

export type {
  Access,
  AccountBook,
  ApiKeys,
  BrowserSession,
  Proof,
  RequestCredentials,
  SessionBook,
  SignUpRequest,
  SignUpSettings,
} from "./access.ts";
export type { AccessTokenWish, IssuedAccessToken } from "./access-token-issue.ts";
export { describeLimits } from "./caveats.ts";
export { hashForDevpi, hashFromDevpi } from "./foreign-hashes.ts";
export type { JwtClaims } from "./jwts.ts";
export { readOrMakeKey } from "./key-file.ts";
export { type AccessParts, openAccess } from "./open-access.ts";
export { KEY_BYTES, openSealer, type Sealer } from "./sealer.ts";
export {
  clearCookieLine,
  mayHoldSession,
  readSessionCookie,
  sessionCookieIn,
  setCookieLine,
} from "./session-cookie.ts";
export { type Session, sessionIdOf } from "./sessions.ts";
export { signUpRequestOf } from "./sign-up.ts";
