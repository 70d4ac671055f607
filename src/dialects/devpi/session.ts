import { type Call, type Json, RegistryError, type Reply, refuse } from "#core";
import type { DialectRoute, Target } from "#http";
import { objectOf, resultReply } from "./answers.ts";
import { quoted } from "./option-values.ts";
import { encodedPath } from "./pages.ts";
import type { DevpiParts } from "./parts.ts";

/**
 * What we say we can: `push` may leave documentation out or take only it, may register, and lists of `key=value` are
 * read here instead of in the client.
 */
const FEATURES = ["push-no-docs", "push-only-docs", "push-register-project", "server-keyvalue-parsing"];

/** Discovery and login. */
export function sessionRoutes(parts: DevpiParts): readonly DialectRoute[] {
  return [
    ...(["root", "owner", "repository"] as const).map(
      (scope): DialectRoute => ({
        scope,
        method: "GET",
        path: "/+api",
        isOpen: true,
        handle: (call, target) => discover(parts, call, target),
      }),
    ),
    { scope: "root", method: "POST", path: "/+login", isOpen: true, handle: (call) => login(parts, call) },
  ];
}

async function discover(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const result: Record<string, Json> = {
    login: `${call.publicUrl}/+login`,
    authstatus: authStatusOf(call),
    features: FEATURES,
  };
  if (target.repository !== null) {
    const repository = await parts.registry.repository(target.repository);
    if (repository === null) throw refuse({ code: "repository-not-found", repository: target.repository });
    const index = `${call.publicUrl}/${encodedPath(repository.name)}`;
    result["index"] = index;
    result["simpleindex"] = `${index}/+simple/`;
    if (repository.kind !== "remote") result["pypisubmit"] = `${index}/`;
  }
  return resultReply("apiconfig", result);
}

/** `devpi use` forgets its login as soon as this is not `ok`. */
function authStatusOf({ principal }: Call): Json {
  switch (principal.kind) {
    case "user":
      return ["ok", principal.name, principal.groups];
    case "token":
      return ["ok", principal.owner, principal.groups];
    default:
      return ["noauth", "", []];
  }
}

async function login(parts: DevpiParts, call: Call): Promise<Reply> {
  const { user, password } = await objectOf(call);
  if (typeof user !== "string" || typeof password !== "string") {
    throw refuse({ code: "request-invalid", because: "Bad request: no user/password specified" });
  }
  const session = await signedIn(parts, call, user, password);
  return resultReply(
    "proxyauth",
    { password: session.password, expiration: session.expiresInSeconds },
    { message: "login successful" },
  );
}

async function signedIn(parts: DevpiParts, call: Call, user: string, password: string) {
  try {
    return await parts.access.login(user, password, call.remoteAddress ?? "");
  } catch (cause) {
    if (!(cause instanceof RegistryError) || cause.problem.code !== "wrong-credentials") throw cause;
    // devpi's sentence, which scripts look for.
    throw refuse({ code: "wrong-credentials", because: `user ${quoted(user)} could not be authenticated` }, cause);
  }
}
