import { type RequestCredentials, sessionCookieIn } from "#access";
import { type Call, refuse } from "#core";
import type { Visit } from "./visits.ts";

/** Sent by our own pages with everything. No form can set it, and no script of another site may. */
const PAGES_HEADER = "x-vivarium-ui";

/** What a request says about who sends it. The cookie counts only where nothing else was said. */
export function credentialsOf({ intake: { peek }, remoteAddress, publicUrl }: Visit): Required<RequestCredentials> {
  const authorization = peek("authorization");
  const devpiAuth = peek("x-devpi-auth");
  const apiKey = peek("x-jfrog-art-api");
  const isSilent = authorization === null && devpiAuth === null && apiKey === null;
  const cookie = isSilent ? peek("cookie") : null;
  const session = cookie === null ? null : sessionCookieIn(cookie, publicUrl());
  return { authorization, devpiAuth, apiKey, session, remoteAddress };
}

/** Whether a page of ours has sent the request. */
export function isFromPages(header: Call["header"]): boolean {
  return header(PAGES_HEADER) === "1";
}

/**
 * A browser sends its cookie with whatever a page makes it send, so a request that changes something by the cookie alone
 * must show that it comes from a page of ours.
 */
export function refuseForgery({ method, proof, intake: { peek } }: Visit): void {
  if (method === "GET" || method === "HEAD" || proof === null || proof.principal.kind === "anonymous") return;
  const site = peek("sec-fetch-site");
  if (isFromPages(peek) && (site === null || site === "same-origin")) return;
  const because =
    "the session of a browser changes something from the pages of this server only (with the header X-Vivarium-UI: 1); " +
    "other programs sign in with a token";
  throw refuse({ code: "request-invalid", because });
}
