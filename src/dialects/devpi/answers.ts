import { type Call, type Json, type JsonObject, RegistryError, type Reply, refuse } from "#core";

/** An answer in devpi's envelope: a typed result, and perhaps a message. */
export function resultReply(type: string, result: Json, options: { status?: number; message?: string } = {}): Reply {
  const { status = 200, message } = options;
  return { kind: "json", status, body: message === undefined ? { type, result } : { type, result, message } };
}

/** An answer that is a message only. */
export function messageReply(message: string, status = 200): Reply {
  return { kind: "json", status, body: { message } };
}

/** devpi's rule: JSON is wanted as soon as it is mentioned. */
export function asksJson(call: Call): boolean {
  return (call.header("accept") ?? "").includes("application/json");
}

/** A browser: wants HTML and does not mention JSON. */
export function asksHtml(call: Call): boolean {
  return !asksJson(call) && (call.header("accept") ?? "").includes("text/html");
}

/** Wants the simple index's JSON, which the format knows how to write. */
export function asksSimpleJson(call: Call): boolean {
  return !asksJson(call) && (call.header("accept") ?? "").includes("application/vnd.pypi.simple.");
}

// One word of the User-Agent is an installer's name and version; devpi's list. Each word is looked at by itself, so that
// a long header costs no backtracking.
const INSTALLER = /^(distribute|setuptools|pip|pex|uv)\//;

/** Whether an installer asks, which gets simple pages at addresses without `+simple` too. */
export function isInstaller(call: Call): boolean {
  return (call.header("user-agent") ?? "").split(" ").some((word) => INSTALLER.test(word));
}

/** For addresses that mean something only to who makes something there: everybody else finds nothing, not "wrong method". */
export function isPut(call: Call): boolean {
  return call.method === "PUT";
}

/** Whether devpi's own client asks. */
export function isDevpiClient(call: Call): boolean {
  return (call.header("user-agent") ?? "").startsWith("devpi-client/");
}

/** The body as a JSON object; refuses with devpi's words what is none. `whenEmpty`: what no body at all stands for. */
export async function objectOf(call: Call, whenEmpty: JsonObject | null = null): Promise<JsonObject> {
  const body = await bodyOf(call);
  if (body === undefined && whenEmpty !== null) return whenEmpty;
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as JsonObject;
  throw refuse({ code: "request-invalid", because: "Bad request: a JSON object is needed" });
}

/** The body as JSON; `undefined` when there is none. */
export async function bodyOf(call: Call): Promise<Json | undefined> {
  try {
    return await call.json();
  } catch (cause) {
    if (!(cause instanceof RegistryError) || cause.problem.code !== "request-invalid") throw cause;
    throw refuse({ code: "request-invalid", because: "Bad request: could not decode json" }, cause);
  }
}

/** `YYYY-MM-DDTHH:MM:SSZ`. */
export function timestamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
