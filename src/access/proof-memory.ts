import { createHmac } from "node:crypto";
import type { Instant, JournalEntry, Principal, UserName } from "#core";
import type { Proof, RequestCredentials } from "./access.ts";

/**
 * Checked credentials, remembered for a while so that a busy client does not cost a password hash per request. Keyed
 * by an HMAC with a key that this process made for itself: nothing here is of use to who reads the memory of a core dump.
 */
export interface ProofMemory {
  /** Names the credentials of a request; not reversible. */
  keyOf(credentials: RequestCredentials): string;
  /** A proof that still holds; `null`: check again. */
  find(key: string, now: Instant): Proof | null;
  /**
   * Watches an account from before it is read until the proof is kept, so that a change in between is not missed.
   */
  watch(account: UserName): Watch;
  keep(key: string, principal: Principal, watch: Watch, validUntil: Instant): Proof;
  /** Forgets what was proven by accounts and tokens that have changed. */
  tell(entries: readonly JournalEntry[]): void;
}

/** Whether an account and its tokens are as they were when the watch began. */
export interface Watch {
  readonly account: UserName;
  readonly isCurrent: boolean;
  /** No longer needed; the proof that was kept with it watches on. */
  end(): void;
}

const REMEMBERED_MAX = 10_000;

interface Remembered {
  readonly proof: Proof;
  readonly watch: Watch;
}

interface Watcher {
  isCurrent: boolean;
}

export function openProofMemory(randomBytes: (count: number) => Uint8Array): ProofMemory {
  const secret = randomBytes(32);
  const proofs = new Map<string, Remembered>();
  const watchers = new Map<string, Set<Watcher>>();

  function forget(key: string): void {
    proofs.get(key)?.watch.end();
    proofs.delete(key);
  }

  function outdate(account: string): void {
    for (const watcher of watchers.get(account) ?? []) watcher.isCurrent = false;
    watchers.delete(account);
  }

  return {
    keyOf({ authorization, devpiAuth }) {
      return createHmac("sha256", secret)
        .update(devpiAuth === null ? `a${authorization ?? ""}` : `d${devpiAuth}\n${authorization ?? ""}`)
        .digest("base64");
    },
    find(key, now) {
      const known = proofs.get(key);
      if (known === undefined) return null;
      if (known.proof.isCurrent() && known.proof.validUntil > now) return known.proof;
      forget(key);
      return null;
    },
    watch(account) {
      const watcher: Watcher = { isCurrent: true };
      const set = watchers.get(account) ?? new Set();
      watchers.set(account, set.add(watcher));
      return {
        account,
        get isCurrent() {
          return watcher.isCurrent;
        },
        end() {
          set.delete(watcher);
          if (set.size === 0 && watchers.get(account) === set) watchers.delete(account);
          // Nobody will tell it any more, so it must not claim to know.
          watcher.isCurrent = false;
        },
      };
    },
    keep(key, principal, watch, validUntil) {
      forget(key);
      const proof: Proof = { principal, validUntil, isCurrent: () => watch.isCurrent };
      proofs.set(key, { proof, watch });
      // The oldest goes first: it is the next to lapse anyway.
      if (proofs.size > REMEMBERED_MAX) forget(proofs.keys().next().value ?? "");
      return proof;
    },
    tell(entries) {
      for (const { event } of entries) {
        switch (event.type) {
          case "user.saved":
            outdate(event.user.name);
            break;
          case "user.removed":
            outdate(event.name);
            break;
          case "token.revoked":
            outdate(event.owner);
            break;
          default:
            // A new token makes nothing wrong that was right.
            break;
        }
      }
    },
  };
}
