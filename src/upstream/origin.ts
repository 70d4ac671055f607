import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Dispatcher } from "undici";
import type { Instant } from "#core";
import { type Breaker, openBreaker, type Pass } from "./breaker.ts";
import type { UpstreamLimits } from "./limits.ts";
import { UpstreamFailure } from "./upstream.ts";

/** One other server (scheme, host, port), whichever targets are on it: its breaker, its limit, its figures. */
export interface Origin {
  readonly breaker: Breaker;
  readonly requests: number;
  readonly underWay: number;
  /**
   * Asks, and asks again where that is harmless. Throws `UpstreamFailure` when there is no answer, and the signal's
   * reason when the caller aborts. The answer's body is the caller's, who also ends the answer's `pass`.
   */
  ask(question: Question): Promise<Answer>;
}

export interface Question {
  readonly url: URL;
  readonly method: "GET" | "HEAD" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Sent once: such a question is never asked again, because nobody knows what the first attempt has done. */
  readonly body?: AsyncIterable<Uint8Array>;
  /** Of who asks, beside the origin's. */
  readonly breaker?: Breaker | null;
}

export interface Answer {
  readonly data: Dispatcher.ResponseData;
  readonly pass: Pass;
  /** To be called once, when the body is over or given up. */
  release(): void;
}

export interface OriginParts {
  readonly dispatcher: Dispatcher;
  readonly now: () => Instant;
  readonly random: () => number;
  readonly limits: UpstreamLimits;
}

/** Opens the account of one origin. */
export function openOrigin({ dispatcher, now, random, limits }: OriginParts): Origin {
  const breaker = openBreaker({ now, failuresMax: limits.failuresMax, restMilliseconds: limits.restMilliseconds });
  let requests = 0;
  let underWay = 0;

  async function ask(question: Question): Promise<Answer> {
    if (underWay >= limits.requestsMax) {
      throw new UpstreamFailure(
        `${named(question)}: ${limits.requestsMax} requests to that server are waiting already`,
      );
    }
    const own = question.breaker?.enter();
    if (own === null) throw assumedOffline(question);
    const pass = breaker.enter();
    if (pass === null) {
      own?.leave();
      throw new UpstreamFailure(
        `${named(question)}: not asked, because the server failed ${breaker.failures} times in a row; it is tried again soon`,
        { retryAfterSeconds: breaker.retryAfterSeconds },
      );
    }
    underWay += 1;
    let isReleased = false;
    const release = (): void => {
      if (!isReleased) underWay -= 1;
      isReleased = true;
    };
    try {
      const data = await askPatiently(question);
      // An answer, but of a server that is not well. A 500 may be about this one page, and must not close the others.
      const isTrouble = isServerTrouble(data.statusCode) && data.statusCode !== 500;
      if (isTrouble) pass.fail();
      else pass.answer();
      // A body that breaks off later does not take the whole server away for minutes.
      if (isTrouble) own?.fail();
      else own?.succeed();
      return { data, pass, release };
    } catch (error) {
      release();
      const hasLeft = question.signal.aborted && !(question.signal.reason instanceof UpstreamFailure);
      for (const one of [pass, own]) {
        if (hasLeft) one?.leave();
        else one?.fail();
      }
      throw error;
    }
  }

  async function askPatiently(question: Question): Promise<Dispatcher.ResponseData> {
    for (let attempt = 0; ; attempt += 1) {
      const isLast = attempt >= limits.retries || question.method === "POST";
      try {
        const data = await askOnce(question);
        if (isLast || !isServerTrouble(data.statusCode) || data.headers["retry-after"] !== undefined) return data;
        await data.body.dump().catch(() => {});
      } catch (error) {
        if (question.signal.aborted) throw question.signal.reason;
        if (isLast || !isWorthRepeating(error)) throw failureOf(question, error);
      }
      const pause = limits.retryMilliseconds * 2 ** attempt * (1 + random() / 2);
      await wait(pause, undefined, { signal: question.signal }).catch(() => {
        throw question.signal.reason;
      });
    }
  }

  async function askOnce({ url, method, headers, signal, body }: Question): Promise<Dispatcher.ResponseData> {
    requests += 1;
    const attempt = new AbortController();
    const patience = body === undefined ? limits.answerMilliseconds : limits.sendMilliseconds;
    const timer = setTimeout(() => attempt.abort(new AnswerTimeout(`no answer within ${patience} ms`)), patience);
    try {
      return await dispatcher.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers,
        ...(body === undefined ? {} : { body: Readable.from(body, { objectMode: false }) }),
        // The caller's abort stays with the body, the timer ends with the head.
        signal: AbortSignal.any([signal, attempt.signal]),
        // Our own timer also covers the wait for a connection, which these do not.
        headersTimeout: 0,
        bodyTimeout: limits.stallMilliseconds,
        highWaterMark: BODY_BUFFER_BYTES,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    breaker,
    get requests() {
      return requests;
    },
    get underWay() {
      return underWay;
    },
    ask,
  };
}

/** What may have arrived and not yet been taken; large pieces make fewer turns. */
const BODY_BUFFER_BYTES = 512 * 1024;

function assumedOffline(question: Question): UpstreamFailure {
  const seconds = question.breaker?.retryAfterSeconds ?? 1;
  return new UpstreamFailure(
    `${named(question)}: not asked, because the server gave no answer; it is assumed to be offline for ${seconds} s more`,
    { retryAfterSeconds: seconds },
  );
}

class AnswerTimeout extends Error {
  override readonly name: string = "AnswerTimeout";
  readonly code: string = "ANSWER_TIMEOUT";
}

function isServerTrouble(status: number): boolean {
  return status === 500 || status === 502 || status === 503 || status === 504;
}

/** The connection did not come about, or broke before an answer (a kept one that the server closed). A timeout is not repeated: it took long enough. */
function isWorthRepeating(error: unknown): boolean {
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE", "EAI_AGAIN", "UND_ERR_SOCKET"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return codeOf(error.cause);
}

/** The question as messages name it: neither credentials nor the query, where signed addresses carry theirs. */
export function named({ url, method }: { readonly url: URL; readonly method: string }): string {
  return `${method} ${url.origin}${url.pathname}`;
}

export function failureOf(question: { readonly url: URL; readonly method: string }, error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = codeOf(error);
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: "the connection was refused",
    ECONNRESET: "the connection was cut",
    ENOTFOUND: "there is no server of that name",
    EAI_AGAIN: "the name of the server could not be looked up",
    UND_ERR_CONNECT_TIMEOUT: "the server could not be reached in time",
    ANSWER_TIMEOUT: "the server did not answer in time",
    UND_ERR_BODY_TIMEOUT: "the server stopped in the middle of its answer",
    UND_ERR_SOCKET: "the server closed the connection in the middle",
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer was shorter than announced",
  };
  const reason = reasons[code] ?? (error instanceof Error ? error.message : "an unknown error");
  return new UpstreamFailure(`${named(question)}: ${reason}${code === "" ? "" : ` (${code})`}`, { cause: error });
}
