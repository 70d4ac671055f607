import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failed, Loading } from "./states.tsx";

/**
 * What was asked for, or why it is not here. What has been shown stays when asking again fails, so that a form keeps what
 * was typed into it.
 */
export function Loaded<Answer>({
  query,
  what,
  children,
}: {
  readonly query: UseQueryResult<Answer>;
  readonly what: string;
  readonly children: (answer: Answer) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Loading what={what} />;
}
