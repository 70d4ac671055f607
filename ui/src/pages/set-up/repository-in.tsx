import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import type { Repository } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";

/** A page about the repository in the address, with the way back to it. */
export function RepositoryIn({
  title,
  children,
}: {
  readonly title: string;
  readonly children: (repository: Repository) => ReactNode;
}) {
  const { owner = "", name = "" } = useParams();
  const query = useQuery({
    queryKey: ["repository", owner, name],
    queryFn: ({ signal }) => ask<Repository>("GET", ["repositories", owner, name], { signal }),
  });
  return (
    <Page
      title={`${title} ${owner}/${name}`}
      about={
        <Anchor
          component={Link}
          to={`/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`}
          inherit
          underline="always"
        >
          What is in the repository
        </Anchor>
      }
    >
      <Loaded query={query} what="The repository">
        {children}
      </Loaded>
    </Page>
  );
}
