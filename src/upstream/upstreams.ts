import type { Instant } from "#core";
import { DEFAULT_LIMITS, type UpstreamLimits } from "./limits.ts";
import { type Answer, named, type Origin, openOrigin } from "./origin.ts";
import { openConnections, type ProxySettings } from "./proxies.ts";
import { openReply } from "./reply.ts";
import { openSending } from "./send.ts";
import type { SentForm, SentReply } from "./sending.ts";
import { type Upstream, UpstreamFailure, type UpstreamGet, type UpstreamTarget } from "./upstream.ts";

/** All other servers, over shared connections. What is learnt about an origin counts for every target on it. */
export interface Upstreams extends AsyncDisposable {
  /** The same target gives the same upstream; cheap. */
  for(target: UpstreamTarget): Upstream;
  /**
   * Posts a form where a user wants it, once and without following redirects, and never to this machine itself unless
   * `sendHosts` allows it. Any status is an answer; throws `UpstreamFailure` when there is none.
   */
  send(form: SentForm): Promise<SentReply>;
  /** One row for each origin that was asked, for metrics. */
  figures(): readonly OriginFigures[];
}

export interface OriginFigures {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly requests: number;
  readonly underWay: number;
  /** In a row, up to now. */
  readonly failures: number;
  readonly isOpen: boolean;
  readonly lastFailureAt: Instant | null;
}

export interface UpstreamsOptions {
  readonly now: () => Instant;
  /** From 0 up to, not including, 1; spreads repetitions. */
  readonly random: () => number;
  readonly userAgent: string;
  readonly proxy?: ProxySettings;
  readonly limits?: Partial<UpstreamLimits>;
  /** Hosts (`name` or `name:port`) that forms may be sent to although they are on this machine. */
  readonly sendHosts?: readonly string[];
}

/** Opens the way outwards. Disposing it cuts what is under way. */
export function openUpstreams(options: UpstreamsOptions): Upstreams {
  const limits: UpstreamLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const connections = openConnections(options.proxy ?? {}, limits);
  // What users have us send must not take an upstream away from everybody, so it has an account of its own.
  const sending = openSending(options, limits);
  const origins = new Map<string, Origin>();
  const targets = new Map<string, Upstream>();

  function originOf(url: URL): Origin {
    const known = origins.get(url.origin);
    if (known !== undefined) {
      // Last in the map is last used.
      origins.delete(url.origin);
      origins.set(url.origin, known);
      return known;
    }
    for (const [name, origin] of origins) {
      if (origins.size < limits.originsMax) break;
      if (origin.underWay === 0) origins.delete(name);
    }
    const origin = openOrigin({ dispatcher: connections.to(url), now: options.now, random: options.random, limits });
    origins.set(url.origin, origin);
    return origin;
  }

  function openTarget(target: UpstreamTarget): Upstream {
    const home = new URL(target.url);
    const authorization =
      target.credentials === null ? null : `Basic ${Buffer.from(target.credentials, "utf8").toString("base64")}`;

    function headersFor(url: URL, get: UpstreamGet): Record<string, string> {
      return {
        "user-agent": options.userAgent,
        "accept-encoding": get.raw === true || get.range !== undefined ? "identity" : "gzip",
        ...(get.range === undefined ? {} : { range: `bytes=${get.range.replace(/^bytes=/, "")}` }),
        ...get.headers,
        // Whoever the upstream redirects to, or links to elsewhere, is not told its password.
        ...(authorization !== null && url.origin === home.origin ? { authorization } : {}),
      };
    }

    return {
      async get(address, get = {}) {
        const method = get.method ?? "GET";
        const start = addressOf(address, home);
        const patience = openPatience({ url: start, method }, get, limits);
        try {
          let url = start;
          for (let hops = 0; ; hops += 1) {
            const question = { url, method, headers: headersFor(url, get), signal: patience.signal };
            const answer = await originOf(url).ask(question);
            const next = redirectOf(answer, url);
            if (next === null) {
              const raw = get.raw === true || get.range !== undefined;
              return openReply(answer, { ...question, raw }, patience.end);
            }
            answer.release();
            await answer.data.body.dump().catch(() => {});
            if (hops >= limits.redirectsMax) {
              throw new UpstreamFailure(`${named(question)}: more than ${limits.redirectsMax} redirects`);
            }
            if (url.protocol === "https:" && next.protocol !== "https:") {
              throw new UpstreamFailure(`${named(question)}: redirects from https to an address without encryption`);
            }
            url = next;
          }
        } catch (error) {
          patience.end();
          throw error;
        }
      },
      health() {
        const { breaker, requests } = originOf(home);
        return { isOpen: breaker.isOpen, failures: breaker.failures, lastFailureAt: breaker.lastFailureAt, requests };
      },
    };
  }

  return {
    for(target) {
      const key = `${target.credentials ?? ""}\0${target.url}`;
      const known = targets.get(key);
      if (known !== undefined) return known;
      for (const oldest of targets.keys()) {
        if (targets.size < limits.originsMax) break;
        targets.delete(oldest);
      }
      const upstream = openTarget(target);
      targets.set(key, upstream);
      return upstream;
    },
    send: (form) => sending.send(form),
    figures: () =>
      [...origins].map(([origin, { breaker, requests, underWay }]) => ({
        origin,
        requests,
        underWay,
        failures: breaker.failures,
        isOpen: breaker.isOpen,
        lastFailureAt: breaker.lastFailureAt,
      })),
    async [Symbol.asyncDispose]() {
      await Promise.all([connections[Symbol.asyncDispose](), sending[Symbol.asyncDispose]()]);
    },
  };
}

/** The caller's signal and the deadline, as one signal; `end` stops the clock. */
function openPatience(
  question: { readonly url: URL; readonly method: string },
  get: UpstreamGet,
  limits: UpstreamLimits,
): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const leave = (): void => controller.abort(get.signal?.reason);
  if (get.signal?.aborted === true) leave();
  get.signal?.addEventListener("abort", leave, { once: true });
  const deadline = get.deadlineMilliseconds === undefined ? limits.deadlineMilliseconds : get.deadlineMilliseconds;
  const timer =
    deadline === null
      ? null
      : setTimeout(
          () => controller.abort(new UpstreamFailure(`${named(question)}: took longer than ${deadline} ms`)),
          deadline,
        );
  return {
    signal: controller.signal,
    end() {
      if (timer !== null) clearTimeout(timer);
      get.signal?.removeEventListener("abort", leave);
    },
  };
}

/** Where to ask. Credentials inside an address are dropped: the target's own are the only ones that are ever sent. */
function addressOf(address: string, base: URL): URL {
  const url = URL.parse(address, base);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new UpstreamFailure(`an address below ${base.origin} is not one of http or https`);
  }
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
}

function redirectOf({ data }: Answer, url: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(data.statusCode)) return null;
  const location = data.headers["location"];
  return typeof location === "string" ? addressOf(location, url) : null;
}
