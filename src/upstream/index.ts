/** The network outwards: one client for other servers, with limits, retries and breakers, and one fetch at a time per thing. */

export type { UpstreamLimits } from "./limits.ts";
export type { ProxySettings } from "./proxies.ts";
export type { SentForm, SentReply } from "./sending.ts";
export { type SingleFlight, singleFlight } from "./single-flight.ts";
export type { Upstream, UpstreamGet, UpstreamReply, UpstreamTarget } from "./upstream.ts";
export { UpstreamFailure } from "./upstream.ts";
export { type OriginFigures, openUpstreams, type Upstreams, type UpstreamsOptions } from "./upstreams.ts";
