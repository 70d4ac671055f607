import type { Call, Reply } from "#core";
import type { DialectRoute, Target } from "#http";

/** What everything but the access API lies below. */
export const CONTEXT = "/artifactory";

/** The access API is a sibling of the context, and some clients ask for it below the context. */
const ACCESS_PREFIXES = ["/access/api", `${CONTEXT}/access/api`];
const OWN_PREFIXES = [CONTEXT, "/access", "/router"];

/** First segments below the context that are no repository's key. */
const RESERVED_KEYS: ReadonlySet<string> = new Set(["api", "access", "ui", "webapp", "list"]);

/** Whether an address, as it was sent, is this dialect's. */
export function isOwnAddress(path: string): boolean {
  return OWN_PREFIXES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

/** Whether an address belongs to the access API, whose errors have a shape of their own. */
export function isAccessAddress(path: string): boolean {
  return ACCESS_PREFIXES.some((prefix) => path.startsWith(`${prefix}/`));
}

/** For routes whose `:repo` stands right below the context: whether it can be a repository's key. */
export function hasKey(call: Call): boolean {
  return !RESERVED_KEYS.has(call.params["repo"] ?? "");
}

type Handle = (call: Call, target: Target) => Promise<Reply>;

/** A route below the context: `/api/system/ping`. */
export function route(method: DialectRoute["method"], path: string, handle: Handle): DialectRoute {
  return { scope: "root", method, path: `${CONTEXT}${path}`, handle };
}

/** A route of the access API, under both its prefixes: `/v1/tokens`. */
export function accessRoutes(method: DialectRoute["method"], path: string, handle: Handle): readonly DialectRoute[] {
  return ACCESS_PREFIXES.map((prefix) => ({ scope: "root", method, path: `${prefix}${path}`, handle }));
}

/** Where the client reaches the context, without a slash at the end: the specification's `BASE`. */
export function baseOf(call: Call): string {
  return `${call.publicUrl}${CONTEXT}`;
}
