import type { AccessParts, Sealer } from "#access";
import { openSealer } from "#access";
import {
  type Group,
  type Instant,
  type JournalEntry,
  type JournalEvent,
  refuse,
  type Sealed,
  type Seq,
  type Token,
  type User,
  type UserName,
} from "#core";
import type { MetadataView } from "#stores";
import { memoryState } from "./memory-stores.ts";

/** Accounts and tokens in memory, a clock that tests move, and what access needs besides. */
export interface AccessWorld {
  readonly parts: AccessParts;
  readonly sealer: Sealer;
  now: Instant;
  /** Journals a fact: it is in the tables, and listeners have been told. */
  append(event: JournalEvent): void;
  saveUser(name: string, passwordHash: Sealed | null, change?: Partial<User>): User;
  /** How often facts were read; a remembered proof reads none. */
  readonly reads: number;
}

export const CHEAP = { memoryKibibytes: 8, passes: 1, parallelism: 1 };

export function accessWorld(change: Partial<AccessParts> = {}): AccessWorld {
  const users = new Map<string, User>();
  const groups = new Map<string, Group>();
  const tokens = new Map<string, Token>();
  const listeners = new Set<(entries: readonly JournalEntry[]) => void>();
  const sealer = openSealer(Buffer.alloc(32, 7));
  let seq = 0;
  let reads = 0;
  const view = { token: async (id: string) => tokens.get(id) ?? null } as MetadataView;
  const world: AccessWorld = {
    now: Date.UTC(2026, 10, 1) as Instant,
    sealer,
    get reads() {
      return reads;
    },
    append(event) {
      if (event.type === "user.saved") users.set(event.user.name, event.user);
      if (event.type === "group.saved") groups.set(event.group.name, event.group);
      if (event.type === "group.removed") groups.delete(event.name);
      if (event.type === "user.removed") users.delete(event.name);
      if (event.type === "token.issued") tokens.set(event.token.id, event.token);
      if (event.type === "token.revoked") tokens.delete(event.id);
      seq += 1;
      const entry = {
        seq: seq as Seq,
        at: world.now,
        by: { kind: "system", name: "test", tokenId: null },
        event,
      } as const;
      for (const listener of listeners) listener([entry]);
    },
    saveUser(name, passwordHash, more = {}) {
      const user: User = {
        name: name as UserName,
        email: null,
        title: null,
        description: null,
        customData: null,
        createdAt: world.now,
        modifiedAt: null,
        passwordHash,
        ...more,
      };
      world.append({ type: "user.saved", user });
      return user;
    },
    parts: {
      metadata: {
        read: (work) => {
          reads += 1;
          return work(view);
        },
        subscribe(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        catchUp() {},
      },
      state: memoryState(() => world.now),
      accounts: {
        async user(name) {
          reads += 1;
          return users.get(name) ?? null;
        },
        async issueToken(_principal, wish, replaces = () => false) {
          if (!users.has(wish.owner) && wish.standsFor === undefined)
            throw refuse({ code: "user-not-found", user: wish.owner });
          for (const old of [...tokens.values()].filter((one) => one.owner === wish.owner && replaces(one))) {
            world.append({ type: "token.revoked", id: old.id, owner: old.owner });
          }
          const token: Token = { ...wish, createdAt: world.now };
          world.append({ type: "token.issued", token });
          return token;
        },
        async standingOf(name) {
          const of = [...groups.values()].filter(({ members }) => members.includes(name));
          const isAdmin = users.get(name)?.isAdmin === true || of.some((group) => group.isAdmin);
          return { groups: of.map((group) => group.name), isAdmin };
        },
        async tokensOf(_principal, owner) {
          return [...tokens.values()].filter((token) => token.owner === owner);
        },
        async revokeToken(_principal, owner, id) {
          world.append({ type: "token.revoked", id, owner });
        },
        async renewToken(id, wish) {
          if (!tokens.has(id)) throw refuse({ code: "token-not-found", id });
          const token: Token = { ...wish, createdAt: world.now };
          world.append({ type: "token.revoked", id, owner: wish.owner });
          world.append({ type: "token.issued", token });
          return token;
        },
        async renewHash(name, before, after) {
          const user = users.get(name);
          if (user?.passwordHash !== before) return;
          world.append({ type: "user.saved", user: { ...user, passwordHash: after } });
        },
      },
      sealer,
      signUp: { policy: "loopback", isLoopbackOnly: true, isTerminal: true },
      now: () => world.now,
      hashingCost: CHEAP,
      ...change,
    },
  };
  return world;
}
