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
  /** Forgets what was proven by an account and its tokens and sessions. */
  outdate(account: UserName): void;
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
  /** Of the principal that was proven; `null`: not proven yet. */
  groups: readonly string[] | null;
}

export function openProofMemory(randomBytes: (count: number) => Uint8Array): ProofMemory {
  const secret = randomBytes(32);
  const proofs = new Map<string, Remembered>();
  const watchers = new Map<string, Set<Watcher>>();
  const watcherOf = new WeakMap<Watch, Watcher>();

  function forget(key: string): void {
    proofs.get(key)?.watch.end();
    proofs.delete(key);
  }

  function outdate(account: string): void {
    for (const watcher of watchers.get(account) ?? []) watcher.isCurrent = false;
    watchers.delete(account);
  }

  /** Who was in the group, and who may be found in it while they are being proven; its new members are others' to name. */
  function outdateGroup(name: string): void {
    for (const [account, set] of watchers) {
      for (const watcher of set) {
        if (watcher.groups !== null && !watcher.groups.includes(name)) continue;
        watcher.isCurrent = false;
        set.delete(watcher);
      }
      if (set.size === 0) watchers.delete(account);
    }
  }

  return {
    keyOf({ authorization, devpiAuth, apiKey = null, session = null }) {
      const hmac = createHmac("sha256", secret);
      // Header values hold no line breaks.
      if (apiKey !== null) hmac.update(`k${apiKey}\n`);
      if (session !== null) hmac.update(`s${session}\n`);
      return hmac
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
      const watcher: Watcher = { isCurrent: true, groups: null };
      const set = watchers.get(account) ?? new Set();
      watchers.set(account, set.add(watcher));
      const watch: Watch = {
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
      watcherOf.set(watch, watcher);
      return watch;
    },
    keep(key, principal, watch, validUntil) {
      forget(key);
      const watcher = watcherOf.get(watch);
      if (watcher !== undefined) watcher.groups = groupsOf(principal);
      const proof: Proof = { principal, validUntil, isCurrent: () => watch.isCurrent };
      proofs.set(key, { proof, watch });
      // The oldest goes first: it is the next to lapse anyway.
      if (proofs.size > REMEMBERED_MAX) forget(proofs.keys().next().value ?? "");
      return proof;
    },
    outdate,
    tell(entries) {
      for (const { event } of entries) {
        switch (event.type) {
          case "user.saved":
            outdate(event.user.name);
            break;
          case "user.removed":
            outdate(event.name);
            break;
          case "group.saved":
            outdateGroup(event.group.name);
            for (const member of event.group.members) outdate(member);
            break;
          case "group.removed":
            outdateGroup(event.name);
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

function groupsOf(principal: Principal): readonly string[] {
  return principal.kind === "user" || principal.kind === "token" ? principal.groups : [];
}
