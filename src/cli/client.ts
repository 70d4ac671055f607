import type { Problem, WhoAmI } from "./api-types.ts";
import { authorization } from "./credentials.ts";
import { CommandFailure, EXIT, type Io } from "./io.ts";
import { one, type Typed, usage } from "./typed.ts";

/** Speaks our API. Whatever goes wrong is thrown as the line that the user reads. */
export interface Client {
  /** `path` in segments below `/api/v1`, not encoded. The answer is what docs/openapi.json promises. */
  ask<Answer>(method: Method, path: readonly string[], body?: unknown, query?: Query): Promise<Answer>;
  /** A GET; `null`: the server has no such thing. */
  find<Answer>(path: readonly string[]): Promise<Answer | null>;
  /** The account that the server takes us for; thrown where it is none. */
  account(): Promise<string>;
}

type Query = Readonly<Record<string, string>>;
type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export const URL_DEFAULT = "http://localhost:3141";
const ANSWER_MILLISECONDS_MAX = 60_000;

/** A client for the server and the account that were typed, or are in the environment. Nothing is sent yet. */
export function clientFor(io: Io, typed: Typed): Client {
  const base = (): string => serverUrl(one(typed, "url") ?? (io.env["VIVARIUM_URL"] || URL_DEFAULT));
  let proof: Promise<string | null> | null = null;
  async function replyTo(method: Method, path: readonly string[], body?: unknown, query: Query = {}) {
    const url = base();
    const search = new URLSearchParams(query).toString();
    const address = `${url}/api/v1/${path.map(segment).join("/")}${search === "" ? "" : `?${search}`}`;
    proof ??= authorization(io, typed, url);
    const proven = await proof;
    const headers: Record<string, string> = { accept: "application/json" };
    if (proven !== null) headers["authorization"] = proven;
    if (body !== undefined) headers["content-type"] = "application/json";
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return { reply: await send(io, url, address, { method, headers, ...sent }), url, isNobody: proven === null };
  }
  const client: Client = {
    async ask<Answer>(method: Method, path: readonly string[], body?: unknown, query?: Query) {
      const { reply, url, isNobody } = await replyTo(method, path, body, query);
      return (await read(reply, url, isNobody)) as Answer;
    },
    async find<Answer>(path: readonly string[]) {
      const { reply, url, isNobody } = await replyTo("GET", path);
      if (reply.status === 404 && isProblem(jsonIn(await reply.clone().text()))) return null;
      return (await read(reply, url, isNobody)) as Answer;
    },
    async account() {
      const { user } = await client.ask<WhoAmI>("GET", ["whoami"]);
      if (user !== null) return user;
      throw new CommandFailure(EXIT.refused, `you are nobody at ${base()}: ${SIGN_IN}`);
    },
  };
  return client;
}

const SIGN_IN = "sign in with --user NAME, or set VIVARIUM_TOKEN";

/** Without a slash at the end. */
function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw usage(`'${text}' is not the address of a server: it looks like ${URL_DEFAULT}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw usage("the server's address must not hold a password: give --user, and the password as asked");
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function segment(text: string): string {
  // These would not stay a segment: the address would mean something else.
  if (text === "" || text === "." || text === "..") throw usage(`'${text}' is no name`);
  return encodeURIComponent(text);
}

async function send(io: Io, url: string, address: string, init: RequestInit): Promise<Response> {
  try {
    // A redirect would carry the command, and perhaps the password, somewhere nobody named.
    return await io.fetch(address, {
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MILLISECONDS_MAX),
    });
  } catch (cause) {
    throw new CommandFailure(EXIT.unreachable, whyNoAnswer(url, cause), { cause });
  }
}

function whyNoAnswer(url: string, error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") {
    return `${url} did not answer within ${ANSWER_MILLISECONDS_MAX / 1000} seconds: look at its log, or try again`;
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ECONNREFUSED") {
    return `nothing answers at ${url}: start the server with 'vivarium serve', or name another with --url or VIVARIUM_URL`;
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `the host of ${url} is not known: check --url and VIVARIUM_URL`;
  }
  if (code.startsWith("CERT_") || code.includes("SELF_SIGNED") || code.includes("UNABLE_TO_VERIFY")) {
    return `the certificate of ${url} is not trusted (${code}): name your authority's file in NODE_EXTRA_CA_CERTS`;
  }
  const why = cause instanceof Error && cause.message !== "" ? cause.message : "no reason was given";
  return `${url} cannot be reached: ${code === "" ? why : code}; check --url and VIVARIUM_URL`;
}

/** The JSON of an answer, or the refusal in it; `null` where the answer has no body. */
async function read(reply: Response, url: string, isNobody: boolean): Promise<unknown> {
  if (reply.status >= 300 && reply.status < 400) {
    const to = reply.headers.get("location") ?? "somewhere else";
    throw new CommandFailure(EXIT.unreachable, `${url} sends us to ${to}: if you trust that, name it with --url`);
  }
  const body = await reply.text().catch((cause: unknown) => {
    throw new CommandFailure(EXIT.unreachable, `${url} broke off its answer: look at its log, or try again`, { cause });
  });
  if (reply.status === 204) return null;
  const value = jsonIn(body);
  if (reply.ok && value !== undefined) return value;
  if (isProblem(value)) {
    const hint = reply.status === 401 && isNobody ? ` (${SIGN_IN})` : "";
    throw new CommandFailure(EXIT.refused, `${value.detail}${hint}`);
  }
  throw new CommandFailure(
    EXIT.unreachable,
    `what answers at ${url} is not Vivarium (status ${reply.status}): check --url and VIVARIUM_URL`,
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "detail" in value && typeof value.detail === "string";
}
