import { createHash } from "node:crypto";
import type { Instant, JsonObject, User, UserName } from "#core";
import type { SharedState, StateEntry } from "#stores";
import { newSession, readSession } from "./tokens.ts";

/**
 * Sign-ins: a text that stands for the password for some hours, for devpi's clients and for browsers. Shared by all
 * nodes; only hashes are kept. A session ends with the account and does not pass to one made anew; a browser's also ends
 * when the password is changed, while devpi's clients go on with theirs.
 */
export interface Sessions {
  begin(user: User, origin: SessionOrigin): Promise<BegunSession>;
  /** When the session of this user ends; `null`: there is none. That it was used is noted. */
  expiryOf(user: User, text: string): Promise<Instant | null>;
  /** Those that have not ended, the one that began last first. */
  list(user: User): Promise<readonly Session[]>;
  /** Whether there was such a session. */
  end(user: User, id: string): Promise<boolean>;
}

/** Where somebody signed in, as the request said. */
export interface SessionOrigin {
  readonly kind: "browser" | "client";
  /** Empty: not known. */
  readonly address: string;
  readonly userAgent: string | null;
}

export interface BegunSession {
  readonly id: string;
  readonly text: string;
  readonly expiresAt: Instant;
}

/** What its owner is shown of a session. */
export interface Session extends SessionOrigin {
  readonly id: string;
  readonly begunAt: Instant;
  /** To the minute or so. */
  readonly lastSeenAt: Instant;
  readonly expiresAt: Instant;
}

export const SESSION_SECONDS = 10 * 60 * 60;
/** A browser's session goes on while it is used, but not for ever. */
export const BROWSER_SESSION_SECONDS_MAX = 7 * 24 * 60 * 60;

const SPACE = "session";
const SHOWN_MAX = 1000;
const SEEN_EVERY_MILLISECONDS = 60_000;
const USER_AGENT_LENGTH_MAX = 300;
const ID_LENGTH = 16;

export function openSessions(parts: {
  readonly state: SharedState;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly now: () => Instant;
}): Sessions {
  const { state, randomBytes, now } = parts;

  /** Goes on from now, and a look at the list shows it. */
  async function noteSeen(entry: StateEntry, kept: Kept): Promise<Instant | null> {
    const at = now();
    if (at - kept.lastSeenAt < SEEN_EVERY_MILLISECONDS) return entry.expiresAt;
    const expiresAt = kept.kind === "browser" ? laterEnd(kept.begunAt, at) : entry.expiresAt;
    try {
      // Whoever ends the session meanwhile wins: what is gone is not written again.
      const isWritten = await state.swap(SPACE, entry.key, entry.version, {
        value: { ...kept, lastSeenAt: at },
        expiresAt,
      });
      if (isWritten) return expiresAt;
    } catch {
      // A full disk or a busy moment must not sign anybody out; the next request notes it.
    }
    return entry.expiresAt;
  }

  return {
    async begin(user, { kind, address, userAgent }) {
      const { text, hash } = newSession(randomBytes);
      const at = now();
      const expiresAt = (at + SESSION_SECONDS * 1000) as Instant;
      const kept: Kept = {
        // The account's creation tells it from a namesake that is made later.
        accountMadeAt: user.createdAt,
        passwordMark: kind === "browser" ? passwordMarkOf(user) : null,
        kind,
        begunAt: at,
        lastSeenAt: at,
        address,
        userAgent: userAgent === null ? null : userAgent.slice(0, USER_AGENT_LENGTH_MAX),
      };
      await state.put(SPACE, keyOf(user.name, hash), { value: { ...kept }, expiresAt });
      return { id: hash.slice(0, ID_LENGTH), text, expiresAt };
    },
    async expiryOf(user, text) {
      const hash = readSession(text);
      if (hash === null) return null;
      const entry = await state.get(SPACE, keyOf(user.name, hash));
      const kept = entry === null ? null : keptFor(user, entry);
      return entry === null || kept === null ? null : noteSeen(entry, kept);
    },
    async list(user) {
      const entries = await state.list(SPACE, { keyPrefix: keyOf(user.name, ""), after: null, limit: SHOWN_MAX });
      return entries
        .flatMap((entry) => {
          const kept = keptFor(user, entry);
          return kept === null || entry.expiresAt === null ? [] : [sessionOf(entry.key, kept, entry.expiresAt)];
        })
        .sort((a, b) => b.begunAt - a.begunAt);
    },
    async end(user, id) {
      if (!/^[0-9a-f]{16}$/.test(id)) return false;
      const [entry] = await state.list(SPACE, { keyPrefix: keyOf(user.name, id), after: null, limit: 1 });
      if (entry === undefined) return false;
      await state.delete(SPACE, entry.key);
      return keptFor(user, entry) !== null;
    },
  };
}

/** By which a session is named to its owner; `null`: the text is no session's. It cannot be turned back. */
export function sessionIdOf(text: string): string | null {
  return readSession(text)?.slice(0, ID_LENGTH) ?? null;
}

interface Kept extends SessionOrigin {
  readonly accountMadeAt: Instant;
  /** `null`: it outlives the password. */
  readonly passwordMark: string | null;
  readonly begunAt: Instant;
  readonly lastSeenAt: Instant;
}

/** `null`: it was begun for an earlier account of this name, or with an earlier password. */
function keptFor(user: User, { value, expiresAt }: StateEntry): Kept | null {
  if (typeof value !== "object" || value === null || !("accountMadeAt" in value)) return null;
  const begunAt = ((expiresAt ?? 0) - SESSION_SECONDS * 1000) as Instant;
  // We wrote it; an earlier release wrote no more than when the account was made.
  const kept = { ...UNTOLD, begunAt, lastSeenAt: begunAt, ...(value as JsonObject & Pick<Kept, "accountMadeAt">) };
  if (kept.accountMadeAt !== user.createdAt) return null;
  return kept.passwordMark === null || kept.passwordMark === passwordMarkOf(user) ? kept : null;
}

const UNTOLD = { passwordMark: null, kind: "client", address: "", userAgent: null } as const;

function sessionOf(key: string, kept: Kept, expiresAt: Instant): Session {
  const { kind, address, userAgent, begunAt, lastSeenAt } = kept;
  const id = key.slice(key.indexOf("/") + 1).slice(0, ID_LENGTH);
  return { id, kind, address, userAgent, begunAt, lastSeenAt, expiresAt };
}

function laterEnd(begunAt: Instant, at: Instant): Instant {
  return Math.min(at + SESSION_SECONDS * 1000, begunAt + BROWSER_SESSION_SECONDS_MAX * 1000) as Instant;
}

/** Another one after each change of the password, and of no use to anybody. */
function passwordMarkOf({ passwordHash }: User): string {
  return createHash("sha256")
    .update(passwordHash ?? "")
    .digest("base64url")
    .slice(0, 22);
}

/** User names hold no slash. */
function keyOf(user: UserName, hash: string): string {
  return `${user}/${hash}`;
}
