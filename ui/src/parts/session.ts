import { useQuery } from "@tanstack/react-query";
import type { WhoAmI } from "../../../src/cli/api-types.ts";
import { ask } from "../api.ts";

/** Who the server takes us for. */
export function useMe() {
  return useQuery({ queryKey: ["whoami"], queryFn: ({ signal }) => ask<WhoAmI>("GET", ["whoami"], { signal }) });
}
