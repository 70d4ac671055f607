import { randomInt } from "node:crypto";

/** Chance that can be had again: the same seed, the same numbers. */
export interface Chance {
  readonly seed: number;
  /** At least `from`, less than `to`. */
  between(from: number, to: number): number;
}

/** The seed comes from `FAULTS_SEED`, else it is a new one; tests print it. */
export function openChance(env: Readonly<Record<string, string | undefined>>): Chance {
  const seed = env["FAULTS_SEED"] === undefined ? randomInt(2 ** 31) : Number(env["FAULTS_SEED"]);
  let state = seed >>> 0;
  /** mulberry32 */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return { seed, between: (from, to) => from + Math.floor(next() * (to - from)) };
}
