import { Paper, SimpleGrid, Text } from "@mantine/core";
import type { ServerStatus } from "../../../../src/cli/api-types.ts";
import { sizeText } from "../../parts/sizes.ts";
import { durationText, numberText, shareText } from "./figures.ts";

/** The figures that one looks at first. */
export function Tiles({ status }: { readonly status: ServerStatus }) {
  const { minutes } = status.traffic;
  const requests = minutes.reduce((sum, minute) => sum + minute.requests, 0);
  const failures = minutes.reduce((sum, minute) => sum + minute.failures, 0);
  const milliseconds = minutes.reduce((sum, minute) => sum + minute.milliseconds, 0);
  const upSeconds = (Date.parse(status.at) - Date.parse(status.startedAt)) / 1000;
  return (
    <SimpleGrid component="dl" cols={{ base: 2, sm: 3, lg: 4 }} spacing="sm" m={0}>
      <Tile
        name="Requests in the last hour"
        figure={numberText(requests)}
        more={requests === 0 ? "none yet" : `${(milliseconds / requests).toFixed(1)} ms each`}
      />
      <Tile
        name="Failed in the last hour"
        figure={numberText(failures)}
        more={`${numberText(status.traffic.failures)} since the start`}
        isBad={failures > 0}
      />
      {status.caches.map(({ name, hits, misses, stale, sizeBytes }) => (
        <Tile
          key={name}
          name={CACHES[name]}
          figure={shareText(hits + stale, hits + misses + stale)}
          more={
            sizeBytes === null
              ? `${numberText(hits + stale)} of ${numberText(hits + misses + stale)}`
              : `${sizeText(sizeBytes)} in memory`
          }
        />
      ))}
      <Tile
        name="Files hosted here"
        figure={numberText(status.stored.files)}
        more={`${sizeText(status.stored.sizeBytes)} in ${numberText(status.stored.projects)} projects`}
      />
      <Tile
        name="Free on the disk"
        figure={status.disk === null ? "unknown" : sizeText(status.disk.freeBytes)}
        more={status.disk === null ? "the file system does not tell" : `of ${sizeText(status.disk.sizeBytes)}`}
        isBad={status.disk !== null && status.disk.freeBytes < status.disk.sizeBytes / 20}
      />
      <Tile
        name="Up for"
        figure={durationText(upSeconds)}
        more={`${sizeText(status.process.memoryBytes)} of memory, ${durationText(status.process.cpuSeconds)} of processor`}
      />
    </SimpleGrid>
  );
}

const CACHES: Readonly<Record<ServerStatus["caches"][number]["name"], string>> = {
  answers: "Answered from memory",
  pages: "Pages found ready",
  remotes: "Upstream answers found here",
};

function Tile({
  name,
  figure,
  more,
  isBad = false,
}: {
  readonly name: string;
  readonly figure: string;
  readonly more: string;
  readonly isBad?: boolean;
}) {
  return (
    <Paper withBorder p="sm" component="div">
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text
        component="dd"
        m={0}
        fz={24}
        fw={600}
        {...(isBad ? { c: "light-dark(var(--mantine-color-red-9), var(--mantine-color-red-4))" } : {})}
      >
        {figure}
      </Text>
      <Text component="dd" m={0} size="xs" c="dimmed">
        {more}
      </Text>
    </Paper>
  );
}
