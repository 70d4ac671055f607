import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";

/** A view of what was asked for; until it is here, or where it cannot be had, a page of the same name says so. */
export function LoadedPage<Answer>({
  title,
  what,
  query,
  children,
}: {
  readonly title: string;
  readonly what: string;
  readonly query: UseQueryResult<Answer>;
  readonly children: (answer: Answer) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  return (
    <Page title={title}>
      <Loaded query={query} what={what}>
        {() => null}
      </Loaded>
    </Page>
  );
}
