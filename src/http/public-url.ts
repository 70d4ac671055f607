import { BlockList, isIP } from "node:net";

/** What a request says about where it comes from, and through what. */
export interface Hop {
  /** Of the socket; `null`: a unix socket, or none. */
  readonly peer: string | null;
  header(name: string): string | null;
}

/** Where clients reach the server, and who they are: by setting, by listed proxies, by `Host` (house.md 1.6). */
export interface Whereabouts {
  /** Without a slash at the end. */
  publicUrl(hop: Hop): string;
  /** The path part of {@link publicUrl}: empty, or `/prefix`. Costs nothing where no proxy is listed. */
  prefix(hop: Hop): string;
  /** The client's own address: the last one in the chain that no listed proxy has. */
  remoteAddress(hop: Hop): string;
}

export function whereabouts(settings: {
  readonly publicUrl: string | null;
  readonly trustedProxies: readonly string[];
}): Whereabouts {
  const isTrusted = trust(settings.trustedProxies);
  const peerAddress = remembering(plainAddress);
  const fixed = settings.publicUrl === null ? null : settings.publicUrl.replace(/\/+$/, "");
  const fixedPrefix = fixed === null ? null : pathOf(fixed);

  function told(hop: Hop): string | null {
    if (settings.trustedProxies.length === 0 || !isTrusted(hop.peer)) return null;
    return outsideUrl(hop) ?? forwardedUrl(hop);
  }

  return {
    publicUrl: (hop) => fixed ?? told(hop) ?? `http://${hostOr(hop.header("host"), "localhost")}`,
    prefix(hop) {
      if (fixedPrefix !== null) return fixedPrefix;
      if (settings.trustedProxies.length === 0) return "";
      const url = told(hop);
      return url === null ? "" : pathOf(url);
    },
    remoteAddress(hop) {
      const peer = peerAddress(hop.peer);
      if (settings.trustedProxies.length === 0 || !isTrusted(hop.peer)) return peer;
      // Each proxy adds the address it was called from at the end; what stands before a stranger's is the stranger's word.
      const chain = forwardedFor(hop).map(plainAddress);
      return chain.findLast((address) => !isTrusted(address)) ?? chain[0] ?? peer;
    },
  };
}

/** devpi's header: the whole address, path prefix included. */
function outsideUrl(hop: Hop): string | null {
  const text = hop.header("x-outside-url");
  if (text === null || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** RFC 7239, else the `X-Forwarded-…` family; of several values the last, which the nearest proxy wrote. */
function forwardedUrl(hop: Hop): string | null {
  const forwarded = lastForwarded(hop.header("forwarded"));
  const scheme = forwarded.get("proto") ?? lastOf(hop.header("x-forwarded-proto"));
  const named = forwarded.get("host") ?? lastOf(hop.header("x-forwarded-host"));
  const prefix = lastOf(hop.header("x-forwarded-prefix"))?.replace(/\/+$/, "") ?? "";
  if (scheme === null && named === null && prefix === "") return null;
  const host = hostOr(named, hostOr(hop.header("host"), "localhost"));
  const port = named === null || /:\d+$/.test(host) ? null : lastOf(hop.header("x-forwarded-port"));
  const isSecure = scheme?.toLowerCase() === "https";
  const isUsual = port === null || port === (isSecure ? "443" : "80") || !/^\d{1,5}$/.test(port);
  return `${isSecure ? "https" : "http"}://${host}${isUsual ? "" : `:${port}`}${isPrefix(prefix) ? prefix : ""}`;
}

function lastForwarded(header: string | null): ReadonlyMap<string, string> {
  const pairs = [...(header?.split(",").at(-1) ?? "").matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|([^;\s"]+))/g)];
  return new Map(pairs.map(([, name = "", quoted, plain]) => [name.toLowerCase(), quoted ?? plain ?? ""]));
}

function forwardedFor(hop: Hop): readonly string[] {
  const forwarded = hop.header("forwarded");
  if (forwarded !== null) {
    return [...forwarded.matchAll(/\bfor\s*=\s*(?:"([^"]*)"|([^;,\s"]+))/gi)].map(
      ([, quoted, plain]) => quoted ?? plain ?? "",
    );
  }
  const chain = hop.header("x-forwarded-for") ?? hop.header("x-real-ip");
  return chain === null
    ? []
    : chain
        .split(",")
        .map((address) => address.trim())
        .filter((address) => address !== "");
}

function lastOf(header: string | null): string | null {
  const last = header?.split(",").at(-1)?.trim() ?? "";
  return last === "" ? null : last;
}

/** A host that could not be one must not get into an address that we write. */
function hostOr(host: string | null, otherwise: string): string {
  return host !== null && /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host) ? host : otherwise;
}

function isPrefix(path: string): boolean {
  return /^(?:\/[\w.~@+-]+)+$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path);
}

function pathOf(url: string): string {
  return new URL(url).pathname.replace(/\/+$/, "");
}

/** IPv4 as IPv4, without the port that some proxies write, without brackets; `local` where there is no address. */
function plainAddress(text: string | null): string {
  if (text === null || text === "") return "local";
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? [];
  const [, beforePort] = /^([\d.]+):\d+$/.exec(text) ?? [];
  const address = (bracketed ?? beforePort ?? text).replace(/^::ffff:(?=[\d.]+$)/i, "");
  return isIP(address) === 0 ? address.slice(0, 64) : address;
}

/** Most requests come from where the one before came from. */
function remembering(read: (text: string | null) => string): (text: string | null) => string {
  let last: string | null = null;
  let answer = read(last);
  return (text) => {
    if (text !== last) {
      answer = read(text);
      last = text;
    }
    return answer;
  };
}

function trust(entries: readonly string[]): (peer: string | null) => boolean {
  const list = new BlockList();
  for (const entry of entries.filter((one) => one !== "unix")) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  const trustsUnix = entries.includes("unix");
  return (peer) => {
    const address = plainAddress(peer);
    if (address === "local") return trustsUnix;
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
  };
}
