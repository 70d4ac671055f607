import { useQuery } from "@tanstack/react-query";
import type { Groups, Repositories, Users } from "../../../src/cli/api-types.ts";
import { ask } from "../api.ts";

/** All repositories that one may read. */
export function useRepositories() {
  return useQuery({
    queryKey: ["repositories"],
    queryFn: ({ signal }) => ask<Repositories>("GET", ["repositories"], { signal }),
  });
}

/** All accounts, for who has signed in. */
export function useUsers() {
  return useQuery({ queryKey: ["users"], queryFn: ({ signal }) => ask<Users>("GET", ["users"], { signal }) });
}

/** All groups, for administrators; others are refused, and type names by heart. */
export function useGroups() {
  return useQuery({
    queryKey: ["groups"],
    queryFn: ({ signal }) => ask<Groups>("GET", ["groups"], { signal }),
  });
}
