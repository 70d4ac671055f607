import type { AccessTokenWish } from "#access";
import { type Instant, type JsonObject, refuse, type Token, type UserName } from "#core";
import { flagField, textField, wholeField } from "../json-fields.ts";
import type { ArtifactoryParts } from "../parts.ts";
import type { TokenScope } from "./token-scope.ts";

/** What a client asks for a token, its names and numbers read. */
export interface TokenRequest {
  /** `null`: whoever asks. */
  readonly username: string | null;
  readonly scope: string;
  /** `null`: without an end. */
  readonly seconds: number | null;
  readonly description: string;
  readonly audience: string;
  readonly isRefreshable: boolean;
  readonly withReference: boolean;
}

/** What the classic and the access API take where nothing is said. */
export interface TokenDefaults {
  readonly scope: string;
  readonly seconds: number;
}

export const YEAR_SECONDS = 365 * 24 * 60 * 60;
export const ACCESS_DEFAULTS: TokenDefaults = { scope: "applied-permissions/user", seconds: YEAR_SECONDS };
export const CLASSIC_DEFAULTS: TokenDefaults = { scope: "member-of-groups:* api:*", seconds: 60 * 60 };

/** Beyond it a clock reading is no whole number of milliseconds any more. */
const SECONDS_MAX = 100 * YEAR_SECONDS;
const DESCRIPTION_LENGTH_MAX = 1024;
const AUDIENCE_LENGTH_MAX = 255;
const NAME_LENGTH_MAX = 100;
const ANY_AUDIENCE = "*@*";

export function readTokenRequest(body: JsonObject, defaults: TokenDefaults): TokenRequest {
  const seconds = wholeField(body, "expires_in") ?? defaults.seconds;
  if (seconds > SECONDS_MAX) throw invalid(`'expires_in' is at most ${SECONDS_MAX} seconds; 0 is for no end`);
  if ((textField(body, "project_key") ?? "") !== "") {
    throw invalid("tokens for one project are not offered here; leave 'project_key' out");
  }
  return {
    username: textField(body, "username") || null,
    scope: textField(body, "scope") || defaults.scope,
    seconds: seconds === 0 ? null : seconds,
    description: shortText(body, "description", DESCRIPTION_LENGTH_MAX),
    audience: shortText(body, "audience", AUDIENCE_LENGTH_MAX) || ANY_AUDIENCE,
    isRefreshable: flagField(body, "refreshable") ?? false,
    withReference: flagField(body, "include_reference_token") ?? false,
  };
}

export function wishFrom(
  parts: ArtifactoryParts,
  owner: UserName,
  request: TokenRequest,
  standsFor: Token["standsFor"] | null,
  now: Instant,
): AccessTokenWish {
  const { scope, seconds, description, audience, isRefreshable, withReference } = request;
  const issuer = issuerOf(parts);
  return {
    name: nameFrom(description),
    standsFor: standsFor ?? null,
    expiresAt: seconds === null ? null : ((now + seconds * 1000) as Instant),
    claims: { issuer, subject: subjectOf(parts, owner), audience, scope },
    // As it was asked for: a refresh makes the same again.
    kept: { scope, seconds, description, audience, isRefreshable, withReference },
    isRefreshable,
    withReference,
  };
}

/** What a token that was made here was asked for with. */
export function requestBehind({ kept = {}, name }: Token): TokenRequest {
  return {
    username: null,
    scope: textField(kept, "scope") ?? ACCESS_DEFAULTS.scope,
    seconds: wholeField(kept, "seconds") ?? null,
    description: textField(kept, "description") ?? name,
    audience: textField(kept, "audience") ?? ANY_AUDIENCE,
    isRefreshable: flagField(kept, "isRefreshable") ?? false,
    withReference: flagField(kept, "withReference") ?? false,
  };
}

/** What a token stands for in place of its owner; `null`: for its owner. */
export function standsForOf(scope: TokenScope, hasAccount: boolean): Token["standsFor"] | null {
  switch (scope.kind) {
    case "admin":
      return { groups: [], isAdmin: true };
    case "groups":
      return { groups: scope.groups, isAdmin: false };
    case "user":
      // A name without an account may what everybody may who has signed in.
      return hasAccount ? null : { groups: [], isAdmin: false };
  }
}

export function issuerOf({ installationId }: ArtifactoryParts): string {
  return `jfac@${installationId}`;
}

/** jf cuts the name out of what follows `/users/`. */
export function subjectOf(parts: ArtifactoryParts, owner: UserName): string {
  return `${issuerOf(parts)}/users/${owner}`;
}

function nameFrom(description: string): string {
  const text = description.replace(/[\x00-\x1f\x7f]+/g, " ").trim();
  return text === "" ? "access token" : text.slice(0, NAME_LENGTH_MAX);
}

function shortText(body: JsonObject, name: string, lengthMax: number): string {
  const text = textField(body, name) ?? "";
  if (text.length > lengthMax) throw invalid(`the field '${name}' has at most ${lengthMax} characters`);
  return text;
}

function invalid(because: string): Error {
  return refuse({ code: "setting-invalid", because });
}
