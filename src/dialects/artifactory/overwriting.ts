import { ANONYMOUS_USER, accountOf, type Call, keyOf, RegistryError, type Repository, refuse } from "#core";

/**
 * A refusal to replace what is there, in the words by which older twine skips it; `null`: it was refused for something
 * else. `path`: of the file, where that is known.
 */
export function overwriting(error: unknown, call: Call, { name }: Repository, path?: string): Error | null {
  if (!(error instanceof RegistryError) || error.problem.code !== "not-permitted") return null;
  const { action } = error.problem;
  if (action !== "overwrite" && action !== "remove") return null;
  const user = accountOf(call.principal) ?? ANONYMOUS_USER;
  const what = path === undefined ? keyOf(name) : `${keyOf(name)}:${path}`;
  const because = `Not enough permissions to overwrite artifact '${what}' (user '${user}' needs DELETE permission).`;
  return refuse({ code: "not-permitted", action, because }, error);
}
