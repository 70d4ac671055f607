import { Anchor, Stack, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import type { Repository } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { SetMeUp } from "../../parts/set-me-up.tsx";
import { Failed, Loading } from "../../parts/states.tsx";

/** `/:owner/:name/-/set-up` */
export function Component() {
  const { owner = "", name = "" } = useParams();
  const repository = useQuery({
    queryKey: ["repository", owner, name],
    queryFn: ({ signal }) => ask<Repository>("GET", ["repositories", owner, name], { signal }),
  });
  return (
    <Stack>
      <title>{`Set me up with ${owner}/${name} · Vivarium`}</title>
      <div>
        <Anchor component={Link} to={`/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`} size="sm">
          {owner}/{name}
        </Anchor>
        <Title order={1} size="h2" className="breaks">
          Set me up with {owner}/{name}
        </Title>
      </div>
      {repository.isPending ? (
        <Loading what="The repository" />
      ) : repository.isError ? (
        <Failed error={repository.error} retry={() => void repository.refetch()} />
      ) : (
        <SetMeUp repository={repository.data} />
      )}
    </Stack>
  );
}
