import {
  type BrowserSession,
  clearCookieLine,
  readSessionCookie,
  type Session,
  sessionCookieIn,
  sessionIdOf,
  setCookieLine,
} from "#access";
import { type Call, refuse, type UserName } from "#core";
import { type ApiParts, type Operation, operation, type SetHeader } from "./operation.ts";
import { requireSignedIn } from "./rights.ts";
import type { Answers } from "./schemas.ts";
import { instantView } from "./views.ts";

/** Signing in and out with a browser, and who has signed in as me where. */
export const sessionOperations: readonly Operation[] = [
  operation({
    id: "beginSession",
    method: "POST",
    path: "/session",
    summary: "Sign in with a browser: the session is in a cookie that no script can read. Programs use tokens instead",
    body: "NewSession",
    answer: "Session",
    status: 201,
    isOpen: true,
    refusals: ["wrong-credentials", "too-many-attempts"],
    async handle({ access }, call, { user, password }, setHeader) {
      const session = await access.sessions.begin(user, password, originOf(call));
      giveCookie(call, session, setHeader);
      const found = (await access.sessions.list(session.user)).find(({ id }) => id === session.id);
      if (found === undefined) throw refuse({ code: "session-not-found", id: session.id });
      return sessionView(session.user, found, session.id);
    },
  }),
  operation({
    id: "endSession",
    method: "DELETE",
    path: "/session",
    summary: "Sign out: ends the session of the browser that asks, if it has one",
    isOpen: true,
    async handle({ access }, call, _body, setHeader) {
      const { principal } = call;
      const id = currentIdOf(call);
      if (principal.kind === "user" && id !== null) await access.sessions.end(principal.name, id);
      setHeader("set-cookie", clearCookieLine(call.publicUrl));
      return null;
    },
  }),
  operation({
    id: "listSessions",
    method: "GET",
    path: "/sessions",
    summary: "Where somebody is signed in as you, the newest first",
    answer: "Sessions",
    refusals: ["not-signed-in", "not-permitted"],
    async handle({ access }, call) {
      const user = personIn(call);
      const current = currentIdOf(call);
      return { items: (await access.sessions.list(user)).map((session) => sessionView(user, session, current)) };
    },
  }),
  operation({
    id: "endSessionOf",
    method: "DELETE",
    path: "/sessions/:id",
    summary: "End one of your sessions; it takes effect at once",
    refusals: ["not-signed-in", "not-permitted", "session-not-found"],
    async handle({ access }, call) {
      const { id = "" } = call.params;
      if (!(await access.sessions.end(personIn(call), id))) throw refuse({ code: "session-not-found", id });
      return null;
    },
  }),
];

/**
 * A changed password ends all sessions in browsers, also of who may have learnt the old one. Whoever has just changed
 * their own from a page is not signed out by it.
 */
export async function keepSession(
  { access }: ApiParts,
  call: Call,
  user: UserName,
  setHeader: SetHeader,
): Promise<void> {
  const { principal } = call;
  if (principal.kind !== "user" || principal.name !== user || currentIdOf(call) === null) return;
  giveCookie(call, await access.sessions.renew(user, originOf(call)), setHeader);
}

function giveCookie(call: Call, session: BrowserSession, setHeader: SetHeader): void {
  setHeader("set-cookie", setCookieLine(session, call.publicUrl, session.secondsMax));
}

/** The session that the call was proven by; `null`: it was proven otherwise. */
function currentIdOf(call: Call): string | null {
  // With any of these the cookie is not looked at.
  const others = ["authorization", "x-devpi-auth", "x-jfrog-art-api"];
  if (others.some((name) => call.header(name) !== null)) return null;
  const cookie = sessionCookieIn(call.header("cookie"), call.publicUrl);
  const session = cookie === null ? null : readSessionCookie(cookie);
  return session === null ? null : sessionIdOf(session.secret);
}

/** Whoever finds a token must not learn where its owner is, nor sign them out. */
function personIn({ principal }: Call): UserName {
  requireSignedIn(principal);
  if (principal.kind === "user") return principal.name;
  throw refuse({
    code: "not-permitted",
    action: "manage-users",
    because: "sessions are shown to and ended by the person themself only; sign in with the password",
  });
}

function originOf(call: Call): { readonly address: string; readonly userAgent: string | null } {
  return { address: call.remoteAddress ?? "", userAgent: call.header("user-agent") };
}

function sessionView(user: UserName, session: Session, current: string | null): Answers["Session"] {
  const { id, kind, address, userAgent } = session;
  return {
    ...{ id, user, kind, userAgent },
    begunAt: instantView(session.begunAt),
    lastSeenAt: instantView(session.lastSeenAt),
    expiresAt: instantView(session.expiresAt),
    address: address === "" ? null : address,
    isCurrent: id === current,
  };
}
