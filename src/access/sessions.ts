import type { Instant, User, UserName } from "#core";
import type { SharedState } from "#stores";
import { newSession, readSession } from "./tokens.ts";

/** devpi's logins: a text that stands for the password for some hours. Shared by all nodes; only hashes are kept. */
export interface Sessions {
  begin(user: User): Promise<{ readonly text: string; readonly expiresAt: Instant }>;
  /** When the session of this user ends; `null`: there is none. It does not outlive the account, nor pass to one made anew. */
  expiryOf(user: User, text: string): Promise<Instant | null>;
}

export const SESSION_SECONDS = 10 * 60 * 60;

const SPACE = "session";

export function openSessions(parts: {
  readonly state: SharedState;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly now: () => Instant;
}): Sessions {
  const { state, randomBytes, now } = parts;
  return {
    async begin(user) {
      const { text, hash } = newSession(randomBytes);
      const expiresAt = (now() + SESSION_SECONDS * 1000) as Instant;
      // The account's creation tells it from a namesake that is made later.
      await state.put(SPACE, keyOf(user.name, hash), { value: { accountMadeAt: user.createdAt }, expiresAt });
      return { text, expiresAt };
    },
    async expiryOf(user, text) {
      const hash = readSession(text);
      if (hash === null) return null;
      const entry = await state.get(SPACE, keyOf(user.name, hash));
      const value = entry?.value;
      if (entry === null || typeof value !== "object" || value === null || !("accountMadeAt" in value)) return null;
      return value["accountMadeAt"] === user.createdAt ? entry.expiresAt : null;
    },
  };
}

/** User names hold no slash. */
function keyOf(user: UserName, hash: string): string {
  return `${user}/${hash}`;
}
