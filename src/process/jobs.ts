import type { Instant } from "#core";

/** Work that comes again by itself, and how it went the last time. */
export interface Job {
  readonly name: string;
  readonly everySeconds: number;
  readonly isRunning: boolean;
  /** When it began the last time; `null`: not yet. */
  readonly lastAt: Instant | null;
  readonly lastMilliseconds: number | null;
  /** What it did, in a few words; `null` before its first end. */
  readonly outcome: string | null;
  readonly hasFailed: boolean;
}

/** Keeps one job's tale. */
export interface JobTale {
  began(): void;
  ended(outcome: string): void;
  /** What lies behind it is told in the log. */
  failed(): void;
}

/** What is done now and then without being asked. */
export interface Jobs {
  follow(name: string, everyMilliseconds: number): JobTale;
  all(): readonly Job[];
}

export function openJobs(now: () => Instant): Jobs {
  const jobs = new Map<string, Job>();
  return {
    follow(name, everyMilliseconds) {
      const start: Job = {
        name,
        everySeconds: everyMilliseconds / 1000,
        isRunning: false,
        lastAt: null,
        lastMilliseconds: null,
        outcome: null,
        hasFailed: false,
      };
      const change = (fields: Partial<Job>) => jobs.set(name, { ...(jobs.get(name) ?? start), ...fields });
      const end = (outcome: string, hasFailed: boolean) => {
        const lastAt = jobs.get(name)?.lastAt ?? now();
        change({ isRunning: false, lastMilliseconds: Math.max(0, now() - lastAt), outcome, hasFailed });
      };
      change({});
      return {
        began: () => void change({ isRunning: true, lastAt: now() }),
        ended: (outcome) => end(outcome, false),
        failed: () => end("failed; the log says why", true),
      };
    },
    all: () => [...jobs.values()],
  };
}
