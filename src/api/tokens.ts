import { type FormatName, type Instant, type Limit, parseRepositoryName, refuse, userName } from "#core";
import type { Registry } from "#registry";
import { type Operation, operation } from "./operation.ts";
import { requireSelfOrRoot } from "./rights.ts";
import type { Bodies } from "./schemas.ts";
import { userIn } from "./users.ts";
import { tokenView } from "./views.ts";

const EVERYTHING: readonly Limit[] = [{ action: "*", repository: "*", projects: null }];
const FORMAT = "python" as FormatName;

/** Named tokens, which stand for their owner's password within limits. */
export const tokenOperations: readonly Operation[] = [
  operation({
    id: "listTokens",
    method: "GET",
    path: "/users/:user/tokens",
    summary: "The tokens of an account, without their secrets",
    answer: "Tokens",
    refusals: ["not-signed-in", "not-permitted", "user-not-found"],
    async handle(parts, call) {
      const { name } = await userIn(parts, call);
      requireSelfOrRoot(call.principal, name, "manage-tokens");
      const tokens = await parts.registry.accounts.tokensOf(call.principal, name);
      return { items: tokens.map(tokenView) };
    },
  }),
  operation({
    id: "issueToken",
    method: "POST",
    path: "/users/:user/tokens",
    summary: "Make a token. Its secret is shown in this answer and never again",
    body: "NewToken",
    answer: "IssuedToken",
    status: 201,
    refusals: ["not-signed-in", "not-permitted", "user-not-found", "setting-invalid"],
    async handle(parts, call, wish) {
      const { name: owner } = await userIn(parts, call);
      requireSelfOrRoot(call.principal, owner, "manage-tokens");
      const { token, secret } = await parts.access.issueToken(call.principal, owner, {
        name: wish.name,
        limits: wish.limits?.map((limit) => limitOf(parts.registry, limit)) ?? EVERYTHING,
        expiresAt: expiryOf(wish.expiresAt, call.now),
      });
      return { token: tokenView(token), secret };
    },
  }),
  operation({
    id: "revokeToken",
    method: "DELETE",
    path: "/users/:user/tokens/:id",
    summary: "Revoke a token; it stops working at once",
    refusals: ["not-signed-in", "not-permitted", "user-not-found", "token-not-found"],
    async handle(parts, call) {
      const { name } = await userIn(parts, call);
      requireSelfOrRoot(call.principal, name, "manage-tokens");
      await parts.registry.accounts.revokeToken(call.principal, name, call.params["id"] ?? "");
      return null;
    },
  }),
];

/** A token that is dead when it is made is a mistake in the date. */
function expiryOf(text: string | null, now: Instant): Instant | null {
  if (text === null) return null;
  const expiresAt = Date.parse(text) as Instant;
  if (expiresAt > now) return expiresAt;
  throw refuse({ code: "setting-invalid", because: `the token would never be good: ${text} is in the past` });
}

/** A limit that means nothing is refused: a typing error in it would make a token that silently does not work. */
function limitOf(registry: Registry, limit: NonNullable<Bodies["NewToken"]["limits"]>[number]): Limit {
  const { action, repository, projects } = limit;
  const owner = repository.endsWith("/*") ? repository.slice(0, -2) : null;
  const isName = repository === "*" || parseRepositoryName(repository) !== null;
  if (!isName && (owner === null || userName(owner) === null)) {
    const because = `'${repository}' is no repository: a token is limited to owner/name, owner/* or *`;
    throw refuse({ code: "setting-invalid", because });
  }
  const normal = projects?.map((project) => {
    const name = registry.format(FORMAT).normalize(project);
    if (name === null) throw refuse({ code: "setting-invalid", because: `'${project}' is no project name` });
    return name;
  });
  return { action, repository, projects: normal ?? null };
}
