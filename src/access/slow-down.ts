import { type Instant, refuse } from "#core";

/**
 * Makes guessing passwords slow. Failures are counted per account from one address, per address, and per account from
 * anywhere; beyond a number of them each further try has to wait, twice as long each time. Only checks of passwords are
 * counted: tokens and sessions cannot be guessed, and what is remembered as right is not checked.
 */
export interface SlowDown {
  /**
   * Begins a try; it counts as failed until it is taken back, so that many tries at once do not slip through.
   * Throws `too-many-attempts` when it must not be made now.
   */
  begin(user: string, remoteAddress: string): Attempt;
}

export interface Attempt {
  /** The password was right. */
  succeeded(): void;
  /** It was not checked at all (the server is overloaded). */
  takenBack(): void;
}

interface Rule {
  readonly freeTries: number;
  readonly waitSecondsMax: number;
}

/** Loose per address, because whole offices and proxies share one; loosest per account, so that strangers do not lock it. */
const RULES = {
  pair: { freeTries: 5, waitSecondsMax: 60 },
  address: { freeTries: 50, waitSecondsMax: 60 },
  account: { freeTries: 100, waitSecondsMax: 30 },
} as const satisfies Record<string, Rule>;

const FORGOTTEN_AFTER_MILLISECONDS = 15 * 60 * 1000;
const ENTRIES_MAX = 20_000;

interface Count {
  failures: number;
  blockedUntil: number;
  lastAt: number;
}

export function openSlowDown(now: () => Instant): SlowDown {
  const counts = new Map<string, Count>();

  function countOf(key: string): Count {
    const known = counts.get(key);
    const isKnown = known !== undefined && now() - known.lastAt < FORGOTTEN_AFTER_MILLISECONDS;
    const count = isKnown ? known : { failures: 0, blockedUntil: 0, lastAt: now() };
    // Put at the end again: the one that has been quiet longest is forgotten first.
    counts.delete(key);
    counts.set(key, count);
    if (counts.size > ENTRIES_MAX) counts.delete(counts.keys().next().value ?? "");
    return count;
  }

  return {
    begin(user, remoteAddress) {
      const network = networkOf(remoteAddress);
      const touched = [
        { rule: RULES.pair, count: countOf(JSON.stringify([user, network])) },
        { rule: RULES.address, count: countOf(JSON.stringify([null, network])) },
        { rule: RULES.account, count: countOf(JSON.stringify([user, null])) },
      ];
      const blockedUntil = Math.max(...touched.map(({ count }) => count.blockedUntil));
      if (blockedUntil > now()) {
        const retryAfterSeconds = Math.ceil((blockedUntil - now()) / 1000);
        throw refuse({ code: "too-many-attempts", retryAfterSeconds });
      }
      const marks = touched.map(({ rule, count }) => mark(count, rule, now()));
      const takeBack = () => {
        for (const undo of marks) undo();
      };
      return {
        succeeded() {
          takeBack();
          // Who knows the password is not the one who guesses from here.
          const pair = touched[0]?.count;
          if (pair !== undefined) pair.failures = 0;
        },
        takenBack: takeBack,
      };
    },
  };
}

/** Counts one failure; returns how to take it back, with the wait that it caused. */
function mark(count: Count, rule: Rule, now: number): () => void {
  count.failures += 1;
  count.lastAt = now;
  const beyond = count.failures - rule.freeTries;
  const blockedUntil = now + 1000 * Math.min(rule.waitSecondsMax, 2 ** Math.min(beyond, 10));
  if (beyond >= 0) count.blockedUntil = blockedUntil;
  return () => {
    count.failures = Math.max(0, count.failures - 1);
    if (beyond >= 0 && count.blockedUntil === blockedUntil) count.blockedUntil = 0;
  };
}

/** IPv6 hands whole networks to one customer, so the first 64 bits count. */
function networkOf(address: string): string {
  const plain = address
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, "")
    .replace(/%.*$/, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::", 2);
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  return [...groups, ...Array<string>(zeros).fill("0"), ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
