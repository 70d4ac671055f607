import type { UpstreamLimits } from "./limits.ts";
import { type Origin, openOrigin } from "./origin.ts";
import { isOwnHost, openForeignLookup, refusal } from "./own-addresses.ts";
import { type Connections, openConnections } from "./proxies.ts";
import { openReply } from "./reply.ts";
import { encodeForm, type SentForm, type SentReply, wordsOf } from "./sending.ts";
import { UpstreamFailure } from "./upstream.ts";
import type { UpstreamsOptions } from "./upstreams.ts";

/** Enough to find the words of an answer in. */
const ANSWER_BYTES_MAX = 256 * 1024;

/** Opens the way by which users have forms sent to other servers. Nothing is connected before something is sent. */
export function openSending(
  options: UpstreamsOptions,
  limits: UpstreamLimits,
): { send(form: SentForm): Promise<SentReply> } & AsyncDisposable {
  const { sendHosts = [], proxy = {} } = options;
  const guarded = openConnections(proxy, limits, openForeignLookup());
  const open = openConnections(proxy, limits);
  const origins = new Map<string, Origin>();

  function originOf(url: URL, connections: Connections): Origin {
    const known = origins.get(url.origin);
    if (known !== undefined) return known;
    for (const [name, origin] of origins) {
      if (origins.size < limits.originsMax) break;
      if (origin.underWay === 0) origins.delete(name);
    }
    const origin = openOrigin({ dispatcher: connections.to(url), now: options.now, random: options.random, limits });
    origins.set(url.origin, origin);
    return origin;
  }

  function connectionsTo(url: URL): Connections {
    const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
    if (sendHosts.includes(url.hostname) || sendHosts.includes(`${url.hostname}:${port}`)) return open;
    if (isOwnHost(url.hostname) === true) throw refusal(url.hostname);
    return guarded;
  }

  return {
    async send(form) {
      const url = addressOf(form.url);
      const connections = connectionsTo(url);
      const boundary = `vivarium-${digits(options.random)}${digits(options.random)}`;
      const { contentType, sizeBytes, body } = encodeForm(form, boundary);
      const question = {
        url,
        method: "POST" as const,
        headers: {
          "user-agent": options.userAgent,
          authorization: `Basic ${Buffer.from(form.credentials, "utf8").toString("base64")}`,
          "content-type": contentType,
          "content-length": String(sizeBytes),
          "accept-encoding": "gzip",
        },
        signal: form.signal ?? new AbortController().signal,
        body,
      };
      const answer = await originOf(url, connections).ask(question);
      const reply = openReply(answer, { ...question, raw: false }, () => undefined);
      const text = await textOf(reply);
      return { status: reply.status, text: wordsOf(text, reply.header("content-type") ?? "") };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([guarded[Symbol.asyncDispose](), open[Symbol.asyncDispose]()]);
    },
  };
}

/** An answer that is too long or breaks off has been given all the same: its status counts. */
async function textOf(reply: ReturnType<typeof openReply>): Promise<string> {
  try {
    return Buffer.from(await reply.bytes(ANSWER_BYTES_MAX)).toString("utf8");
  } catch {
    return "";
  }
}

function addressOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new UpstreamFailure("the address to send to is not one of http or https");
  }
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
}

function digits(random: () => number): string {
  return random().toString(36).slice(2).padEnd(11, "0");
}
