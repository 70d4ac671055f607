import { Badge, Code, Stack, Table, Text } from "@mantine/core";
import type { ServerStatus } from "../../../../src/cli/api-types.ts";
import { When } from "../../parts/dates.tsx";
import { durationText, numberText } from "./figures.ts";

type Upstream = ServerStatus["upstreams"][number];
type Job = ServerStatus["jobs"][number];

/** Whether the servers that remotes read from answer. */
export function UpstreamsTable({ upstreams }: { readonly upstreams: readonly Upstream[] }) {
  if (upstreams.length === 0) return <Nothing>No upstream was asked since the start.</Nothing>;
  return (
    <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {upstreams.map((upstream) => (
        <li key={upstream.origin}>
          <Text className="breaks" fw={600} component="span" mr="xs">
            {upstream.origin}
          </Text>
          <UpstreamBadge upstream={upstream} />
          <Text size="sm" c="dimmed">
            {numberText(upstream.requests)} requests, {numberText(upstream.underWay)} under way
            {upstream.failures === 0 ? "" : `; ${numberText(upstream.failures)} failures in a row`}
            {upstream.lastFailureAt === null ? null : (
              <>
                ; last failure at <When at={upstream.lastFailureAt} />
              </>
            )}
          </Text>
        </li>
      ))}
    </Stack>
  );
}

function UpstreamBadge({ upstream }: { readonly upstream: Upstream }) {
  if (upstream.isResting) return <Badge color="red.9">left alone for a while</Badge>;
  return upstream.failures > 0 ? <Badge color="orange.9">failing</Badge> : <Badge>answers</Badge>;
}

/** What was answered with 5xx, and under which id the log tells why. */
export function FailedRequests({ requests }: { readonly requests: ServerStatus["failedRequests"] }) {
  if (requests.length === 0) return <Nothing>None since the start.</Nothing>;
  return (
    <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {requests.map(({ at, id, method, path, status }) => (
        <li key={id}>
          <Badge color="red.9" mr="xs">
            {status}
          </Badge>
          <Code className="breaks">
            {method} {path}
          </Code>
          <Text size="sm" c="dimmed">
            <When at={at} />; in the log under <Code>{id}</Code>
          </Text>
        </li>
      ))}
    </Stack>
  );
}

/** What the server does now and then without being asked. */
export function JobsTable({ jobs }: { readonly jobs: readonly Job[] }) {
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Job</Table.Th>
            <Table.Th>Every</Table.Th>
            <Table.Th>Last began</Table.Th>
            <Table.Th>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <Table.Tr key={job.name}>
              <Table.Td>{capitalised(job.name)}</Table.Td>
              <Table.Td>{durationText(job.everySeconds)}</Table.Td>
              <Table.Td>{job.lastAt === null ? "not yet" : <When at={job.lastAt} />}</Table.Td>
              <Table.Td>
                <JobState job={job} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function JobState({ job }: { readonly job: Job }) {
  if (job.isRunning) return <Badge color="blue.9">running</Badge>;
  if (job.hasFailed) return <Badge color="red.9">{job.outcome}</Badge>;
  if (job.outcome === null) return <>waits for its time</>;
  return (
    <>
      {job.outcome}
      {job.lastMilliseconds === null ? "" : `, in ${numberText(job.lastMilliseconds)} ms`}
    </>
  );
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function Nothing({ children }: { readonly children: string }) {
  return <Text c="dimmed">{children}</Text>;
}
