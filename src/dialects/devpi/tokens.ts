import { describeLimits } from "#access";
import {
  type Call,
  type Json,
  type JsonObject,
  newRepository,
  RegistryError,
  type Reply,
  type Repository,
  type RepositoryName,
  refuse,
  type UserName,
  userName,
} from "#core";
import type { DialectRoute, Target } from "#http";
import { messageReply, objectOf, resultReply } from "./answers.ts";
import { invalid, plain } from "./option-values.ts";
import type { DevpiParts } from "./parts.ts";

/** devpi-tokens' addresses: `POST /<user>/+token-create`, `GET /<user>/+tokens`, `DELETE /<user>/+tokens/<id>`. */
export function tokenRoutes(parts: DevpiParts): readonly DialectRoute[] {
  const forbidden = (work: (call: Call, target: Target) => Promise<Reply>) => (call: Call, target: Target) =>
    withoutChallenge(() => work(call, target));
  return [
    {
      scope: "owner",
      method: "POST",
      path: "/+token-create",
      handle: forbidden((call, target) => create(parts, call, target)),
    },
    { scope: "owner", method: "GET", path: "/+tokens", handle: forbidden((call, target) => list(parts, call, target)) },
    {
      scope: "owner",
      method: "DELETE",
      path: "/+tokens/:id",
      handle: forbidden((call, target) => remove(parts, call, target)),
    },
  ];
}

/** Seconds of a leap year and ten to spare, as devpi-tokens counts it. */
const YEAR_SECONDS = 366 * 24 * 60 * 60 + 10;

async function create(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const owner = ownerIn(target);
  const given = await objectOf(call, {});
  // Who may not is told so before what is wrong with the wish.
  await parts.registry.accounts.tokensOf(call.principal, owner);
  const caveats = Object.entries({ expires: null, ...given })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => caveatOf(parts, call, key, value));
  const { secret } = await parts.access.issueMacaroon(call.principal, owner, caveats);
  return resultReply("token-info", { token: secret });
}

async function list(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const tokens = await parts.registry.accounts.tokensOf(call.principal, ownerIn(target));
  const shown = tokens.map(({ id, limits, expiresAt }): [string, JsonObject] => [
    id,
    { restrictions: describeLimits(limits, expiresAt) },
  ]);
  return resultReply("tokens-info", { tokens: Object.fromEntries(shown) });
}

async function remove(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const id = call.params["id"] ?? "";
  await parts.registry.accounts.revokeToken(call.principal, ownerIn(target), id);
  return messageReply(`token ${id} deleted`);
}

function caveatOf(parts: DevpiParts, call: Call, key: string, value: Json): string {
  switch (key) {
    case "expires":
      return `expires=${expiryOf(parts, call, value)}`;
    case "not_before":
      return `not_before=${secondsOf(value) ?? fail(`Invalid value '${plain(value)}' for not before`)}`;
    case "allowed":
    case "indexes":
    case "projects":
      return `${key}=${itemsOf(key, value).join(",")}`;
    default:
      throw invalid(`Unknown restriction '${key}'.`);
  }
}

function expiryOf(parts: DevpiParts, call: Call, value: Json): string {
  const now = Math.floor(call.now / 1000);
  if (value === null) return String(now + YEAR_SECONDS);
  if (value === "never") {
    if (mayOutliveYear(parts, call)) return value;
    throw notAllowed("Not allowed to create token with no expiration");
  }
  const seconds = secondsOf(value) ?? fail(`Invalid value '${plain(value)}' for expiration`);
  if (seconds <= now) throw invalid("Can't set expiration before current time");
  if (seconds > now + YEAR_SECONDS && !mayOutliveYear(parts, call)) {
    throw notAllowed("Not allowed to set expiration to more than one year");
  }
  return String(seconds);
}

/** Who administers other people's indexes: root, or those that `--restrict-modify` names. */
function mayOutliveYear({ registry }: DevpiParts, call: Call): boolean {
  const format = "python" as Repository["format"];
  const others = newRepository("root/tokens" as RepositoryName, { kind: "local" }, { format, createdAt: call.now });
  return registry.decide(call.principal, "administer", others).isAllowed;
}

function itemsOf(key: string, value: Json): readonly string[] {
  if (!Array.isArray(value)) throw invalid(`The ${key} restriction must be a list`);
  return value
    .map((item: Json, index) => {
      if (typeof item !== "string") {
        throw invalid(`Item at position ${index + 1} is not a string in ${key} list`);
      }
      if (item === "") throw invalid(`Empty item at position ${index + 1} in ${key} list`);
      if (item.includes(",")) throw invalid(`Item at position ${index + 1} has a comma in ${key} list`);
      return item;
    })
    .sort();
}

function secondsOf(value: Json): number | null {
  const seconds = typeof value === "string" && /^\s*\d{1,12}\s*$/.test(value) ? Number(value) : value;
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds >= 0 ? Math.trunc(seconds) : null;
}

function ownerIn(target: Target): UserName {
  const owner = target.owner === null ? null : userName(target.owner);
  if (owner === null) throw refuse({ code: "user-not-found", user: target.owner ?? "" });
  return owner;
}

/** devpi asks nobody to sign in here: it answers 403. */
async function withoutChallenge(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof RegistryError) || cause.problem.code !== "not-signed-in") throw cause;
    throw notAllowed(cause.problem.because);
  }
}

function notAllowed(because: string): Error {
  return refuse({ code: "not-permitted", action: "manage-tokens", because });
}

function fail(because: string): never {
  throw invalid(because);
}
