import { useQueryClient } from "@tanstack/react-query";
import { ask } from "../api.ts";

/** Ends the session here and at the server, and forgets what it has shown. */
export function useSignOut(): () => void {
  const queries = useQueryClient();
  return () => {
    void ask("DELETE", ["session"]).finally(() => queries.resetQueries());
  };
}
