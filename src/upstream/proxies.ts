import type { LookupFunction } from "node:net";
import { Agent, type Dispatcher, ProxyAgent } from "undici";

/** The addresses of proxies, from the configuration; `null` or not given: none. */
export interface ProxySettings {
  readonly httpProxy?: string | null;
  readonly httpsProxy?: string | null;
  /** As `NO_PROXY` is written: host names, `.suffix`, `host:port`, `*`; separated by commas or blanks. */
  readonly noProxy?: string | null;
}

/** The connections to all servers: direct ones and those through a proxy. */
export interface Connections extends AsyncDisposable {
  to(origin: URL): Dispatcher;
}

/** Opens connection pools; nothing is connected before it is asked for. */
export function openConnections(
  proxy: ProxySettings,
  limits: { readonly connectMilliseconds: number; readonly connectionsMax: number },
  /** Looks up the names of servers that are reached directly; the system's own way when not given. */
  lookup?: LookupFunction,
): Connections {
  const options = {
    connections: limits.connectionsMax,
    connect: { timeout: limits.connectMilliseconds },
    // Pages are asked for in bursts with pauses between; the server's own `Keep-Alive` hint still wins when it is shorter.
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 120_000,
  };
  const direct = new Agent(lookup === undefined ? options : { ...options, connect: { ...options.connect, lookup } });
  // An `http:` address is asked of the proxy itself: many proxies allow tunnels to port 443 only.
  const through = (uri: string | null | undefined): ProxyAgent | null =>
    uri === null || uri === undefined || uri === "" ? null : new ProxyAgent({ ...options, uri, proxyTunnel: false });
  const http = through(proxy.httpProxy);
  const https = through(proxy.httpsProxy);
  const exceptions = readNoProxy(proxy.noProxy ?? "");

  return {
    to(origin) {
      const agent = origin.protocol === "https:" ? https : http;
      return agent === null || isExcepted(origin, exceptions) ? direct : agent;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([direct, http, https].map((agent) => agent?.destroy()));
    },
  };
}

interface Exception {
  readonly host: string;
  readonly port: string | null;
}

function readNoProxy(text: string): readonly Exception[] {
  return text
    .split(/[,\s]+/)
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [, host = entry, port = null] = /^(.+):(\d+)$/.exec(entry) ?? [];
      return { host: host.toLowerCase().replace(/^\*?\./, ""), port };
    });
}

function isExcepted(origin: URL, exceptions: readonly Exception[]): boolean {
  const host = origin.hostname.toLowerCase();
  const port = origin.port === "" ? (origin.protocol === "https:" ? "443" : "80") : origin.port;
  return exceptions.some(
    (exception) =>
      exception.host === "*" ||
      ((exception.port === null || exception.port === port) &&
        (host === exception.host || host.endsWith(`.${exception.host}`))),
  );
}
