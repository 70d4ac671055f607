import { type Call, type Reply, refuse, type UserName } from "#core";
import type { DialectRoute } from "#http";
import { route } from "../addresses.ts";
import type { ArtifactoryParts } from "../parts.ts";
import { flagIn } from "../query-flags.ts";
import { existingUser } from "./accounts.ts";
import { json, text } from "./answers.ts";
import { requireAccount, requireAdministrator } from "./rights.ts";

/** API keys: one per account, made, read and withdrawn by its owner. */
export function apiKeyRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  const PATH = "/api/security/apiKey";
  return [
    route("GET", PATH, (call) => show(parts, call)),
    route("POST", PATH, (call) => create(parts, call)),
    route("PUT", PATH, (call) => renew(parts, call)),
    route("GET", "/api/security/encryptedPassword", (call) => standIn(parts, call)),
    route("DELETE", PATH, (call) => withdraw(parts, call)),
    route("DELETE", `${PATH}/:name`, (call) => withdrawOf(parts, call)),
  ];
}

async function show({ access }: ArtifactoryParts, call: Call): Promise<Reply> {
  const key = await access.apiKeys.find(call.principal, requireAccount(call, "see your API key"));
  return json(200, key === null ? {} : { apiKey: key });
}

/**
 * Artifactory: the password in a form that can be kept and is taken in its place, which jf asks for before it keeps one.
 * The API key is that.
 */
async function standIn({ access }: ArtifactoryParts, call: Call): Promise<Reply> {
  const account = requireAccount(call, "get what stands in for your password");
  const { apiKeys } = access;
  return text(200, (await apiKeys.find(call.principal, account)) ?? (await apiKeys.issue(call.principal, account)));
}

async function create({ access }: ArtifactoryParts, call: Call): Promise<Reply> {
  const account = requireAccount(call, "make an API key");
  if ((await access.apiKeys.find(call.principal, account)) !== null) {
    const because = `Api key already exists for user '${account}'; PUT replaces it`;
    throw refuse({ code: "setting-invalid", because });
  }
  return json(201, { apiKey: await access.apiKeys.issue(call.principal, account) });
}

async function renew({ access }: ArtifactoryParts, call: Call): Promise<Reply> {
  const account = requireAccount(call, "make an API key");
  return json(200, { apiKey: await access.apiKeys.issue(call.principal, account) });
}

async function withdraw(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  if (!flagIn(call, "deleteAll", false)) return withdrawn(parts, call, requireAccount(call, "withdraw your API key"));
  requireAdministrator(call, "withdraw everybody's API keys");
  let count = 0;
  for (const { name } of await parts.registry.accounts.users()) {
    if (await parts.access.apiKeys.withdraw(call.principal, name)) count += 1;
  }
  return json(200, { info: `All API keys (${count}) have been successfully revoked.` });
}

async function withdrawOf(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, "withdraw others' API keys");
  return withdrawn(parts, call, (await existingUser(parts, call.params["name"] ?? "")).name);
}

async function withdrawn({ access }: ArtifactoryParts, call: Call, account: UserName): Promise<Reply> {
  await access.apiKeys.withdraw(call.principal, account);
  return json(200, { info: `API key for user: '${account}' has been successfully revoked.` });
}
