import { useQuery } from "@tanstack/react-query";
import type { Limit, Why } from "../../../src/cli/api-types.ts";
import { ask } from "../api.ts";
import { useMe } from "./session.ts";

/**
 * Whether one may do something in a repository, so that a button is shown where it would work; the server decides again
 * when it is pressed. `false` while it is not known.
 */
export function useMay(action: Limit["action"], repository: string, project?: string): boolean {
  const user = useMe().data?.user ?? null;
  const why = useQuery({
    queryKey: ["why", user, action, repository, project ?? null],
    enabled: user !== null,
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      ask<Why>("GET", ["why"], { query: { user: user ?? undefined, action, repository, project }, signal }),
  });
  return why.data?.isAllowed === true;
}
