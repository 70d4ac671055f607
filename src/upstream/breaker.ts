import type { Instant } from "#core";

/** Keeps us from asking a server that does not answer, and finds out when it does again. */
export interface Breaker {
  /** Admits a request; `null` while the server is given a rest, or while one probe is finding out how it is. */
  enter(): Pass | null;
  /** How long the rest still lasts, at least one second. */
  readonly retryAfterSeconds: number;
  readonly isOpen: boolean;
  /** In a row, up to now. */
  readonly failures: number;
  readonly lastFailureAt: Instant | null;
}

/** One admitted request. The first of `succeed`, `fail` and `leave` ends it, later calls do nothing. */
export interface Pass {
  /** The head of an answer is here. Enough for a probe; for others the body may still fail. */
  answer(): void;
  succeed(): void;
  fail(): void;
  /** Nothing was learnt: the caller went away. */
  leave(): void;
}

/** Opens after `failuresMax` failures in a row, for `restMilliseconds`; then lets one request through to see. */
export function openBreaker(options: {
  readonly now: () => Instant;
  readonly failuresMax: number;
  readonly restMilliseconds: number;
}): Breaker {
  let failures = 0;
  let lastFailureAt: Instant | null = null;
  let restsUntil: number | null = null;
  let isProbing = false;

  function pass(isProbe: boolean): Pass {
    let isOver = false;
    const end = (then: () => void): void => {
      if (isOver) return;
      isOver = true;
      if (isProbe) isProbing = false;
      then();
    };
    const succeed = (): void =>
      end(() => {
        failures = 0;
        restsUntil = null;
      });
    return {
      answer: () => {
        if (isProbe) succeed();
      },
      succeed,
      fail: () =>
        end(() => {
          failures += 1;
          lastFailureAt = options.now();
          if (failures >= options.failuresMax) restsUntil = lastFailureAt + options.restMilliseconds;
        }),
      leave: () => end(() => {}),
    };
  }

  return {
    enter() {
      if (restsUntil === null) return pass(false);
      if (isProbing || options.now() < restsUntil) return null;
      isProbing = true;
      return pass(true);
    },
    get retryAfterSeconds() {
      return Math.max(1, Math.ceil(((restsUntil ?? 0) - options.now()) / 1000));
    },
    get isOpen() {
      return restsUntil !== null;
    },
    get failures() {
      return failures;
    },
    get lastFailureAt() {
      return lastFailureAt;
    },
  };
}
