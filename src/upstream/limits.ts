/** How long we wait for other servers and how much we ask of them. */
export interface UpstreamLimits {
  readonly connectMilliseconds: number;
  /** From asking, the wait for a free connection included, to the head of the answer. */
  readonly answerMilliseconds: number;
  /** From the first byte that we send of a form, its file included, to the head of the answer. */
  readonly sendMilliseconds: number;
  /** Between two pieces of a body. */
  readonly stallMilliseconds: number;
  /** For a whole answer whose asker named no deadline of its own. */
  readonly deadlineMilliseconds: number | null;
  /** More attempts after a failed one; only where nothing of an answer has been used yet. */
  readonly retries: number;
  /** Before the first repetition; doubles, and is spread by up to a half. */
  readonly retryMilliseconds: number;
  readonly redirectsMax: number;
  /** To one origin. */
  readonly connectionsMax: number;
  /** Under way or waiting for a connection, to one origin. */
  readonly requestsMax: number;
  /** In a row; then the origin is left alone for `restMilliseconds`. */
  readonly failuresMax: number;
  readonly restMilliseconds: number;
  /** Origins and targets that are remembered at a time; the longest unused ones without requests are forgotten. */
  readonly originsMax: number;
}

/**
 * pip waits 15 s and uv 30 s for a page, so we must have given up, and answered with a stale copy, before that.
 */
export const DEFAULT_LIMITS: UpstreamLimits = {
  connectMilliseconds: 4_000,
  answerMilliseconds: 10_000,
  sendMilliseconds: 600_000,
  stallMilliseconds: 20_000,
  deadlineMilliseconds: null,
  retries: 2,
  retryMilliseconds: 40,
  redirectsMax: 5,
  connectionsMax: 64,
  requestsMax: 1_000,
  failuresMax: 5,
  restMilliseconds: 10_000,
  originsMax: 1_000,
};
