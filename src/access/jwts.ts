import { errors, jwtVerify, SignJWT } from "jose";
import type { Instant } from "#core";

/** What an access token says of itself to who reads it without asking us. */
export interface JwtClaims {
  readonly issuer: string;
  /** Ends in `/users/<name>`, where clients look for the name. */
  readonly subject: string;
  readonly audience: string;
  readonly scope: string;
}

/** Signs access tokens and reads those that were signed here. */
export interface Jwts {
  sign(
    id: string,
    claims: JwtClaims,
    times: { readonly at: Instant; readonly expiresAt: Instant | null },
  ): Promise<string>;
  /** `null`: not signed here. Whether it still counts, and until when, the table says. */
  read(text: string): Promise<{ readonly id: string; readonly subject: string } | null>;
}

const ALGORITHM = "HS256";
/** The end is looked up in the table; a clock reading that jose would take by itself must not decide. */
const ANY_TIME = new Date(0);

/** `key`: made from the installation's, for this alone. */
export function openJwts(key: Uint8Array): Jwts {
  return {
    sign(id, { issuer, subject, audience, scope }, { at, expiresAt }) {
      const jwt = new SignJWT({ scp: scope })
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
        .setIssuer(issuer)
        .setSubject(subject)
        .setAudience(audience)
        .setIssuedAt(seconds(at))
        .setJti(id);
      return (expiresAt === null ? jwt : jwt.setExpirationTime(seconds(expiresAt))).sign(key);
    },
    async read(text) {
      try {
        const { payload } = await jwtVerify(text, key, { algorithms: [ALGORITHM], currentDate: ANY_TIME });
        const { jti, sub } = payload;
        return jti === undefined || sub === undefined ? null : { id: jti, subject: sub };
      } catch (cause) {
        if (cause instanceof errors.JOSEError) return null;
        throw cause;
      }
    },
  };
}

function seconds(at: Instant): number {
  return Math.floor(at / 1000);
}
