import { useQueryClient } from "@tanstack/react-query";
import type { User, WhoAmI } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";

/** Opens a session and forgets what a stranger was shown. Answers who one is now. */
export function useSignIn(): (user: string, password: string) => Promise<WhoAmI> {
  const queries = useQueryClient();
  return async (user, password) => {
    await ask("POST", ["session"], { body: { user, password } });
    const me = await ask<WhoAmI>("GET", ["whoami"]);
    queries.setQueryData(["whoami"], me);
    // What others may see is no longer what is shown; who one is, is known already.
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "whoami" });
    return me;
  };
}

/** Whether nobody has changed root since the server was first started: then its password is still the first one. */
export function isUntouched(root: User): boolean {
  return root.modifiedAt === null;
}
