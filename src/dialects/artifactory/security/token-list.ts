import { type Call, isInCharge, isSignedIn, type JsonObject, type Reply, refuse, type Token } from "#core";
import { flagField } from "../json-fields.ts";
import type { ArtifactoryParts } from "../parts.ts";
import { flagIn } from "../query-flags.ts";
import { json } from "./answers.ts";
import { requireAccount } from "./rights.ts";
import { issuerOf, requestBehind, subjectOf } from "./token-wish.ts";

/** Administrators see everybody's tokens, others their own. */
export async function listTokens(parts: ArtifactoryParts, call: Call, api: "access" | "classic"): Promise<Reply> {
  const tokens = (await visibleTokens(parts, call)).filter((token) => isAskedFor(call, token));
  const show = api === "access" ? showToken : showClassicToken;
  return json(200, { tokens: tokens.map((token) => show(parts, token)) });
}

/** The token of that number; of what one may not see it is not told whether it is there. */
export async function visibleToken(parts: ArtifactoryParts, call: Call, id: string): Promise<Token> {
  const wanted = id === "me" && call.principal.kind === "token" ? call.principal.id : id;
  const token = (await visibleTokens(parts, call)).find((one) => one.id === wanted);
  if (token === undefined) throw refuse({ code: "token-not-found", id });
  return token;
}

/** Never the token itself. */
export function showToken(parts: ArtifactoryParts, token: Token): JsonObject {
  const { scope, description } = requestBehind(token);
  return { ...showClassicToken(parts, token), description, scope };
}

function showClassicToken(parts: ArtifactoryParts, token: Token): JsonObject {
  const { id, owner, createdAt, expiresAt } = token;
  return {
    token_id: id,
    subject: subjectOf(parts, owner),
    ...(expiresAt === null ? {} : { expiry: Math.floor(expiresAt / 1000) }),
    issued_at: Math.floor(createdAt / 1000),
    issuer: issuerOf(parts),
    refreshable: isRefreshable(token),
  };
}

async function visibleTokens({ registry: { accounts } }: ArtifactoryParts, call: Call): Promise<readonly Token[]> {
  const { principal } = call;
  if (!isSignedIn(principal)) throw refuse({ code: "not-signed-in", because: "sign in to see your tokens" });
  if (isInCharge(principal)) return accounts.allTokens(principal);
  return accounts.tokensOf(principal, requireAccount(call, "see your tokens"));
}

function isAskedFor(call: Call, token: Token): boolean {
  const { query } = call;
  const username = query.get("username");
  const description = query.get("description");
  const id = query.get("token_id");
  return (
    (username === null || username === token.owner) &&
    (description === null || requestBehind(token).description.includes(description)) &&
    (id === null || id === token.id) &&
    (query.get("refreshable") === null || flagIn(call, "refreshable", false) === isRefreshable(token))
  );
}

function isRefreshable({ kept = {} }: Token): boolean {
  return flagField(kept, "isRefreshable") ?? false;
}
