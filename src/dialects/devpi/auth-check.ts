import { type Call, type Reply, type Repository, refuse, repositoryName } from "#core";
import type { DialectRoute } from "#http";
import { isDevpiClient } from "./answers.ts";
import type { DevpiParts } from "./parts.ts";

/**
 * `GET /+authcheck`, which nginx' `auth_request` asks before it answers by itself: would the address in `X-Original-URI`
 * be answered to who asks? 200, 401 or 403, as devpi has it.
 */
export function authCheckRoutes(parts: DevpiParts): readonly DialectRoute[] {
  return [
    { scope: "root", method: "GET", path: "/+authcheck", isOpen: true, handle: (call) => authCheck(parts, call) },
  ];
}

async function authCheck(parts: DevpiParts, call: Call): Promise<Reply> {
  const path = originalPath(call);
  if (path === null) throw forbidden("the address in X-Original-URI is none of this server's");
  const segments = path.split("/").slice(1);
  if (isAlwaysOpen(segments)) return OK;
  const isStranger = call.principal.kind === "anonymous";
  if (parts.server.isLockedDown && isStranger)
    throw unauthorized(call, "this server answers nobody who has not signed in");
  const repository = await repositoryAt(parts, segments);
  if (repository === null || parts.registry.decide(call.principal, "read", repository).isAllowed) return OK;
  const because = `reading ${repository.name} is not permitted`;
  // devpi says 403 of files to everybody; elsewhere a challenge lets installers sign in.
  throw isStranger && !isFile(segments) ? unauthorized(call, because) : forbidden(because);
}

const OK: Reply = { kind: "done", status: 200, headers: { "cache-control": "no-store" } };
const ORIGIN = "http://original.invalid";

/** The path without the prefix of the public address; `null`: it cannot be read. */
function originalPath(call: Call): string | null {
  const url = URL.parse(call.header("x-original-uri") ?? "/", ORIGIN);
  if (url === null) return null;
  const prefix = URL.parse(call.publicUrl)?.pathname.replace(/\/$/, "") ?? "";
  const isBelow = prefix !== "" && url.pathname.startsWith(`${prefix}/`);
  try {
    return decodeURIComponent(isBelow ? url.pathname.slice(prefix.length) : url.pathname);
  } catch {
    return null;
  }
}

/** Discovery and login, and the health that machines ask for. */
function isAlwaysOpen([first = "", second, third]: readonly string[]): boolean {
  if (first === "+health") return true;
  if (first === "+login" || first === "+api" || first === "+authcheck") return second === undefined || second === "";
  return second === "+api" || third === "+api";
}

async function repositoryAt({ registry }: DevpiParts, [first = "", second = ""]: readonly string[]) {
  const name = repositoryName(first, second);
  const named: Repository | null = name === null ? null : await registry.repository(name);
  return named ?? (await registry.repositoryByKey(first));
}

function isFile([, second, third]: readonly string[]): boolean {
  return [second, third].some((segment) => segment === "+f" || segment === "+e");
}

/** devpi's client would forget its login at a 401, and tells people what a 403 says. */
function unauthorized(call: Call, because: string): Error {
  return isDevpiClient(call) ? forbidden(because) : refuse({ code: "not-signed-in", because });
}

function forbidden(because: string): Error {
  return refuse({ code: "not-permitted", action: "read", because });
}
