import type { Instant } from "#core";
import { openBreaker } from "./breaker.ts";
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

  function originOf(url: URL, way: Way): Origin {
    // How it looks through another proxy, or to somebody who waits less long, says nothing about the others.
    const key = [url.origin, way.proxy ?? "", way.timeoutMilliseconds ?? ""].join(" ");
    const known = origins.get(key);
    if (known !== undefined) {
      // Last in the map is last used.
      origins.delete(key);
      origins.set(key, known);
      return known;
    }
    for (const [name, origin] of origins) {
      if (origins.size < limits.originsMax) break;
      if (origin.underWay === 0) origins.delete(name);
    }
    const origin = openOrigin({
      dispatcher: connections.to(url, way.proxy ?? null),
      now: options.now,
      random: options.random,
      limits: { ...limits, answerMilliseconds: way.timeoutMilliseconds ?? limits.answerMilliseconds },
    });
    origins.set(key, origin);
    return origin;
  }

  function openTarget(target: UpstreamTarget): Upstream {
    const home = new URL(target.url);
    const restMilliseconds = target.restMilliseconds ?? 0;
    const breaker = restMilliseconds === 0 ? null : openBreaker({ now: options.now, failuresMax: 1, restMilliseconds });
    const authorization =
      target.credentials === null ? null : `Basic ${Buffer.from(target.credentials, "utf8").toString("base64")}`;

    function headersFor(url: URL, get: UpstreamGet): Record<string, string> {
      return {
        "user-agent": options.userAgent,
        "accept-encoding": get.raw === true || get.range !== undefined ? "identity" : "gzip",
        ...(get.range === undefined ? {} : { range: `bytes=${get.range.replace(/^bytes=/, "")}` }),
        // Whoever the upstream redirects to, or links to elsewhere, is told neither its password nor a token.
        ...(url.origin === home.origin
          ? { ...get.headers, ...(authorization === null ? {} : { authorization }) }
          : withoutAuthorization(get.headers)),
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
            const question = {
              url,
              method,
              headers: headersFor(url, get),
              signal: patience.signal,
              // Another server, where its files are or that it sends us to, is not the upstream.
              breaker: url.origin === home.origin ? breaker : null,
            };
            const answer = await originOf(url, target).ask(question);
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
        const { breaker: shared, requests } = originOf(home, target);
        const isOpen = shared.isOpen || breaker?.isOpen === true;
        return { isOpen, failures: shared.failures, lastFailureAt: shared.lastFailureAt, requests };
      },
    };
  }

  return {
    for(target) {
      const { url, credentials, proxy = null, timeoutMilliseconds = null, restMilliseconds = 0 } = target;
      const key = JSON.stringify([url, credentials, proxy, timeoutMilliseconds, restMilliseconds]);
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
    figures: () => [...Map.groupBy(origins, ([key]) => key.split(" ", 1)[0] ?? "")].map(rowOf),
    async [Symbol.asyncDispose]() {
      await Promise.all([connections[Symbol.asyncDispose](), sending[Symbol.asyncDispose]()]);
    },
  };
}

/** How an origin is asked. */
type Way = Pick<UpstreamTarget, "proxy" | "timeoutMilliseconds">;

/** An origin is one row, in however many ways it is asked. */
function rowOf([origin, ways]: readonly [string, readonly (readonly [string, Origin])[]]): OriginFigures {
  const all = ways.map(([, way]) => way);
  const last = Math.max(...all.map(({ breaker }) => breaker.lastFailureAt ?? 0));
  return {
    origin,
    requests: all.reduce((sum, { requests }) => sum + requests, 0),
    underWay: all.reduce((sum, { underWay }) => sum + underWay, 0),
    failures: Math.max(...all.map(({ breaker }) => breaker.failures)),
    isOpen: all.some(({ breaker }) => breaker.isOpen),
    lastFailureAt: last === 0 ? null : (last as Instant),
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

function withoutAuthorization(headers: UpstreamGet["headers"] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"));
}

function redirectOf({ data }: Answer, url: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(data.statusCode)) return null;
  const location = data.headers["location"];
  return typeof location === "string" ? addressOf(location, url) : null;
}
