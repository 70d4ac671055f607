import type { Instant } from "#core";
import type { RequestRecord } from "#http";

/** What was answered in one minute. */
export interface Minute {
  readonly at: Instant;
  readonly requests: number;
  /** Answered with 4xx. */
  readonly refusals: number;
  /** Answered with 5xx. */
  readonly failures: number;
  readonly sentBytes: number;
  /** Of all of them together. */
  readonly milliseconds: number;
}

/** A request that we failed; what lies behind it is in the log, under the same id. */
export type FailedRequest = Pick<RequestRecord, "at" | "id" | "method" | "path" | "status">;

export interface TrafficFigures {
  /** Since the process started. */
  readonly total: Omit<Minute, "at">;
  /** The last hour, oldest first; a minute without requests is not in it. */
  readonly minutes: readonly Minute[];
  /** The last ones, newest first. */
  readonly failed: readonly FailedRequest[];
}

/** What is answered here, remembered for an hour. */
export interface Traffic {
  note(record: RequestRecord): void;
  figures(now: Instant): TrafficFigures;
}

const MINUTE_MS = 60_000;
const MINUTES_KEPT = 60;
const FAILED_KEPT = 50;
/** A client may ask for a path as long as it likes. */
const PATH_LENGTH_MAX = 300;

type Tally = { -readonly [Field in keyof Minute]: Minute[Field] };

export function openTraffic(): Traffic {
  const total = emptyAt(0);
  const minutes: Tally[] = [];
  const failed: FailedRequest[] = [];

  function minuteOf(at: number): Tally {
    const start = at - (at % MINUTE_MS);
    const last = minutes.at(-1);
    // A clock that was set back counts on in the minute that is there.
    if (last !== undefined && last.at >= start) return last;
    const made = emptyAt(start);
    minutes.push(made);
    if (minutes.length > MINUTES_KEPT) minutes.shift();
    return made;
  }

  return {
    note(record) {
      count(total, record);
      count(minuteOf(record.at), record);
      if (record.status < 500) return;
      const { at, id, method, path, status } = record;
      failed.unshift({ at, id, method, path: path.slice(0, PATH_LENGTH_MAX), status });
      if (failed.length > FAILED_KEPT) failed.pop();
    },
    figures: (now) => ({
      total: { ...total },
      minutes: minutes.filter(({ at }) => at > now - MINUTES_KEPT * MINUTE_MS).map((minute) => ({ ...minute })),
      failed: [...failed],
    }),
  };
}

function emptyAt(at: number): Tally {
  return { at: at as Instant, requests: 0, refusals: 0, failures: 0, sentBytes: 0, milliseconds: 0 };
}

function count(tally: Tally, { status, sentBytes, milliseconds }: RequestRecord): void {
  tally.requests += 1;
  if (status >= 500) tally.failures += 1;
  else if (status >= 400) tally.refusals += 1;
  tally.sentBytes += sentBytes;
  tally.milliseconds += milliseconds;
}
