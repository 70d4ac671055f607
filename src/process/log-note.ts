import type { Instant } from "#core";
import type { Level, LogFacts } from "./log.ts";

/** A line of the log that is about no request. */
export interface Note {
  readonly at: Instant;
  readonly level: Level;
  readonly message: string;
  readonly facts: LogFacts;
  /** `undefined`: nothing lies behind it. */
  readonly cause: unknown;
}

const CAUSES_MAX = 4;

/** An error and what lies behind it, without fields that libraries hang on errors: those may hold headers. */
export interface CauseFacts {
  readonly type: string;
  readonly message: string;
  readonly stack: string | null;
  readonly cause: CauseFacts | null;
}

/** Refusals that we foresaw: where in the code they arose says nothing to anybody. */
const FORESEEN = ["UpstreamFailure", "RegistryError"];

export function describeCause(cause: unknown, depth = 0): CauseFacts {
  if (!(cause instanceof Error)) return { type: typeof cause, message: String(cause), stack: null, cause: null };
  const hasMore = cause.cause !== undefined && depth < CAUSES_MAX;
  return {
    type: cause.name,
    message: cause.message,
    stack: FORESEEN.includes(cause.name) || "syscall" in cause ? null : (cause.stack ?? null),
    cause: hasMore ? describeCause(cause.cause, depth + 1) : null,
  };
}
