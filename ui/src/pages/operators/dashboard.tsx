import { SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ServerStatus, Usage } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { When } from "../../parts/dates.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { Section } from "./section.tsx";
import { FailedRequests, JobsTable, UpstreamsTable } from "./status-tables.tsx";
import { Storage } from "./storage.tsx";
import { Tiles } from "./tiles.tsx";
import { Traffic } from "./traffic.tsx";

const ASK_AGAIN_MS = 10_000;

/** How the server is: looked at again every few seconds. */
export function Dashboard() {
  const status = useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => ask<ServerStatus>("GET", ["status"], { signal }),
    refetchInterval: ASK_AGAIN_MS,
  });
  const usage = useQuery({
    queryKey: ["usage"],
    queryFn: ({ signal }) => ask<Usage>("GET", ["usage"], { signal }),
    staleTime: 60_000,
    // Who may not see how the server is may not see what it holds: one refusal is enough.
    enabled: status.data !== undefined,
  });
  return (
    <Page title="Dashboard" about={status.data === undefined ? undefined : <About status={status.data} />}>
      <Loaded query={status} what="The server's state">
        {(shown) => (
          <>
            <Tiles status={shown} />
            <Traffic traffic={shown.traffic} at={shown.at} />
            <Section title="Storage">
              <Loaded query={usage} what="What the repositories hold">
                {(held) => <Storage usage={held} />}
              </Loaded>
            </Section>
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
              <Section title="Upstreams">
                <UpstreamsTable upstreams={shown.upstreams} />
              </Section>
              <Section title="Recent errors">
                <FailedRequests requests={shown.failedRequests} />
              </Section>
            </SimpleGrid>
            <Section title="Jobs">
              <JobsTable jobs={shown.jobs} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function About({ status }: { readonly status: ServerStatus }) {
  return (
    <>
      Version {status.version}, up since <When at={status.startedAt} />;{" "}
      {status.lastWriteAt === null ? (
        "nothing was written yet."
      ) : (
        <>
          last change at <When at={status.lastWriteAt} />.
        </>
      )}
    </>
  );
}
