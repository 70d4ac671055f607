import type { IssuedAccessToken } from "#access";
import {
  accountOf,
  actorOf,
  type Call,
  isInCharge,
  isSignedIn,
  type JsonObject,
  type Reply,
  refuse,
  type Token,
  type UserName,
  userName,
} from "#core";
import type { DialectRoute } from "#http";
import { accessRoutes, route } from "../addresses.ts";
import { textField } from "../json-fields.ts";
import type { ArtifactoryParts } from "../parts.ts";
import { json, text } from "./answers.ts";
import { formOf } from "./form.ts";
import { listTokens, showToken, visibleToken } from "./token-list.ts";
import { readScope, type TokenScope } from "./token-scope.ts";
import {
  ACCESS_DEFAULTS,
  CLASSIC_DEFAULTS,
  readTokenRequest,
  requestBehind,
  standsForOf,
  type TokenDefaults,
  type TokenRequest,
  wishFrom,
  YEAR_SECONDS,
} from "./token-wish.ts";

/** Access tokens: made, refreshed, listed and revoked, by the access API and the classic one. */
export function tokenRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  return [
    ...accessRoutes("POST", "/v1/tokens", (call) => create(parts, call, ACCESS_DEFAULTS)),
    ...accessRoutes("GET", "/v1/tokens", (call) => listTokens(parts, call, "access")),
    ...accessRoutes("GET", "/v1/tokens/:id", (call) => show(parts, call)),
    ...accessRoutes("DELETE", "/v1/tokens/revoke", (call) => revoke(parts, call)),
    ...accessRoutes("DELETE", "/v1/tokens/:id", (call) => removeById(parts, call)),
    route("POST", "/api/security/token", (call) => create(parts, call, CLASSIC_DEFAULTS)),
    route("GET", "/api/security/token", (call) => listTokens(parts, call, "classic")),
    route("POST", "/api/security/token/revoke", (call) => revoke(parts, call)),
  ].map((own) => (isOpenToStrangers(own) ? { ...own, isOpen: true } : own));
}

/** Who refreshes has nothing else to show than the refresh token. */
function isOpenToStrangers({ method, path }: DialectRoute): boolean {
  return method === "POST" && !path.endsWith("/revoke");
}

async function create(parts: ArtifactoryParts, call: Call, defaults: TokenDefaults): Promise<Reply> {
  const body = await formOf(call);
  switch (textField(body, "grant_type") ?? "client_credentials") {
    case "client_credentials":
    case "password":
      return issue(parts, call, body, defaults);
    case "refresh_token":
      return renew(parts, call, body);
    default: {
      const because = "'grant_type' must be client_credentials or refresh_token";
      throw refuse({ code: "request-invalid", because });
    }
  }
}

async function issue(parts: ArtifactoryParts, call: Call, body: JsonObject, defaults: TokenDefaults): Promise<Reply> {
  if (!isSignedIn(call.principal)) throw refuse({ code: "not-signed-in", because: "sign in to make a token" });
  const request = readTokenRequest(body, defaults);
  const scope = readScope(request.scope);
  const owner = ownerFor(call, request);
  if (!isInCharge(call.principal)) requireOwn(call, owner, request, scope);
  await checkGroups(parts, scope);
  const hasAccount = (await parts.registry.accounts.user(owner)) !== null;
  const wish = wishFrom(parts, owner, request, standsForOf(scope, hasAccount), call.now);
  return issued(request, await parts.access.issueAccessToken(call.principal, owner, wish));
}

async function renew(parts: ArtifactoryParts, call: Call, body: JsonObject): Promise<Reply> {
  const refresh = textField(body, "refresh_token") ?? "";
  if (refresh === "") throw refuse({ code: "request-invalid", because: "the field 'refresh_token' is missing" });
  const shown = textField(body, "access_token") ?? "";
  const old = shown === "" ? null : await parts.access.tokenBehind(shown);
  const wishOf = (token: Token) => {
    if (shown !== "" && old?.id !== token.id) {
      const because = "the refresh token belongs to another access token than the one that came with it";
      throw refuse({ code: "request-invalid", because });
    }
    return wishFrom(parts, token.owner, requestBehind(token), token.standsFor ?? null, call.now);
  };
  const made = await parts.access.renewAccessToken(refresh, wishOf);
  return issued(requestBehind(made.token), made);
}

function issued({ scope, seconds }: TokenRequest, { token, jwt, reference, refresh }: IssuedAccessToken): Reply {
  return json(200, {
    token_id: token.id,
    access_token: jwt,
    ...(refresh === null ? {} : { refresh_token: refresh }),
    ...(reference === null ? {} : { reference_token: reference }),
    expires_in: seconds ?? 0,
    scope,
    token_type: "Bearer",
    username: token.owner,
  });
}

async function show(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  return json(200, showToken(parts, await visibleToken(parts, call, call.params["id"] ?? "")));
}

async function removeById(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const { owner, id } = await visibleToken(parts, call, call.params["id"] ?? "");
  await parts.registry.accounts.revokeToken(call.principal, owner, id);
  return text(200, "Token revoked");
}

/** By the token itself or its number. What is no token any more is revoked enough. */
async function revoke(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  if (!isSignedIn(call.principal)) throw refuse({ code: "not-signed-in", because: "sign in to revoke a token" });
  const body = await formOf(call);
  const secret = textField(body, "token") ?? "";
  const id = textField(body, "token_id") ?? "";
  if (secret === "" && id === "") {
    throw refuse({ code: "request-invalid", because: "either 'token' or 'token_id' must say which token" });
  }
  const token = secret === "" ? await visibleToken(parts, call, id) : await parts.access.tokenBehind(secret);
  if (token !== null) await parts.registry.accounts.revokeToken(call.principal, token.owner, token.id);
  return text(200, "Token revoked successfully, or token did not exist");
}

function ownerFor({ principal }: Call, { username }: TokenRequest): UserName {
  const wanted = username ?? actorOf(principal).name;
  const name = userName(wanted);
  if (name !== null) return name;
  throw refuse({ code: "setting-invalid", because: `'${wanted}' cannot be a user name` });
}

/** Everybody makes tokens for themself that can do what they can and end within a year. */
function requireOwn({ principal }: Call, owner: UserName, { seconds }: TokenRequest, scope: TokenScope): void {
  const because =
    accountOf(principal) !== owner
      ? "only administrators make tokens for others"
      : scope.kind !== "user"
        ? "only administrators make tokens that stand for groups or administrators"
        : seconds === null || seconds > YEAR_SECONDS
          ? "only administrators make tokens that live longer than a year"
          : null;
  if (because !== null)
    throw refuse({ code: "not-permitted", action: "manage-tokens", because: `Forbidden: ${because}` });
}

async function checkGroups({ registry }: ArtifactoryParts, scope: TokenScope): Promise<void> {
  if (scope.kind !== "groups") return;
  for (const name of scope.groups) {
    if ((await registry.governing.group(name)) === null) {
      throw refuse({ code: "setting-invalid", because: `there is no group '${name}' for the token to stand for` });
    }
  }
}
