import type { Instant } from "#core";

/** One other server, with everything that keeps it from hurting us: timeouts, limits, retries, a circuit breaker. */
export interface Upstream {
  /**
   * GET of an address, absolute or relative to the upstream's own. Follows redirects (limited; credentials go only to
   * the upstream's own origin). Throws `UpstreamFailure` when the server cannot be reached, times out or the breaker is
   * open; any status it did answer is returned.
   */
  get(address: string, options?: UpstreamGet): Promise<UpstreamReply>;
  /** For metrics and the dashboard. */
  health(): {
    readonly isOpen: boolean;
    readonly failures: number;
    readonly lastFailureAt: Instant | null;
    readonly requests: number;
  };
}

export interface UpstreamGet {
  readonly headers?: Readonly<Record<string, string>>;
  /** `bytes=…` first and last byte, inclusive, or `-n` for the last n. */
  readonly range?: string;
  readonly signal?: AbortSignal;
  readonly method?: "GET" | "HEAD";
  /**
   * The bytes as they travel, also where the server calls them encoded: many label a `.tar.gz` as
   * `Content-Encoding: gzip`, and it is the file itself that is meant. Asks for no encoding.
   */
  readonly raw?: boolean;
  /** The whole answer, body included, must be here by then; `null`: however long it takes, as long as it does not stall. */
  readonly deadlineMilliseconds?: number | null;
}

export interface UpstreamReply {
  readonly status: number;
  /** The address that answered, after redirects. */
  readonly url: string;
  header(name: string): string | null;
  /** The length that was announced, of the bytes as `body` yields them; `null` when none was or it is encoded. */
  readonly contentLength: number | null;
  /** Decoded (gzip, deflate, br, zstd where asked). Throws `UpstreamFailure` when it stalls or is cut short. Must be read or cancelled. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body, refused beyond the limit. */
  bytes(sizeBytesMax: number): Promise<Uint8Array>;
  cancel(): void;
}

/** The network's refusals; the registry turns them into `upstream-unavailable` or into a stale copy. */
export class UpstreamFailure extends Error {
  override readonly name: string = "UpstreamFailure";
  readonly retryAfterSeconds: number;
  constructor(message: string, options: { readonly retryAfterSeconds?: number; readonly cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.retryAfterSeconds = options.retryAfterSeconds ?? 5;
  }
}

/** How to reach an upstream. */
export interface UpstreamTarget {
  /** Ends in `/`. */
  readonly url: string;
  /** `user:password`, opened. */
  readonly credentials: string | null;
  /** `http://…` or `https://…` of the proxy to ask through; `null` or not given: as the server is set. */
  readonly proxy?: string | null;
  /** The head of an answer may take so long; not given: as the server is set. */
  readonly timeoutMilliseconds?: number;
  /**
   * When the upstream has once given no answer, or one of a server in trouble, it is not asked again for so long. 0 or
   * not given: only what is learnt about its origin counts.
   */
  readonly restMilliseconds?: number;
}
