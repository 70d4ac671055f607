import { Anchor, Badge, Group, Progress, Stack, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Usage } from "../../../../src/cli/api-types.ts";
import { When } from "../../parts/dates.tsx";
import { Paged } from "../../parts/paged.tsx";
import { sizeText } from "../../parts/sizes.ts";
import { Empty } from "../../parts/states.tsx";
import { numberText, shareText } from "./figures.ts";

type Held = Usage["items"][number];

const KINDS = {
  local: { label: "Hosted", colour: "teal.7" },
  remote: { label: "Cached from upstreams", colour: "blue.7" },
} as const;

/** What is held, by kind and by repository, the largest first. */
export function Storage({ usage }: { readonly usage: Usage }) {
  const held = usage.items.filter(({ kind }) => kind !== "virtual").toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  if (held.length === 0) return <Empty title="No repository holds anything yet" />;
  const total = sum(held);
  return (
    <Stack gap="sm">
      <ByKind held={held} total={total} />
      <Paged items={held} what="repositories">
        {(page) => (
          <Table.ScrollContainer minWidth={560}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Repository</Table.Th>
                  <Table.Th>Kind</Table.Th>
                  <Table.Th ta="right">Files</Table.Th>
                  <Table.Th ta="right">Size</Table.Th>
                  <Table.Th ta="right">Share</Table.Th>
                  <Table.Th ta="right">Limit</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {page.map((row) => (
                  <Row key={row.repository} row={row} total={total} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Paged>
      <Text size="xs" c="dimmed">
        Counted at <When at={usage.at} />. Virtual repositories hold nothing themselves.
      </Text>
    </Stack>
  );
}

function ByKind({ held, total }: { readonly held: readonly Held[]; readonly total: number }) {
  const kinds = (["local", "remote"] as const).map((kind) => ({
    ...KINDS[kind],
    kind,
    sizeBytes: sum(held.filter((row) => row.kind === kind)),
  }));
  return (
    <Stack gap={6}>
      <Progress.Root size="lg" aria-hidden>
        {kinds.map(({ kind, colour, sizeBytes }) => (
          <Progress.Section key={kind} value={total === 0 ? 0 : (sizeBytes / total) * 100} color={colour} />
        ))}
      </Progress.Root>
      <Group gap="lg">
        {kinds.map(({ kind, label, colour, sizeBytes }) => (
          <Group key={kind} gap={6}>
            <Badge size="xs" circle color={colour} aria-hidden />
            <Text size="sm">
              {label}: {sizeText(sizeBytes)} ({shareText(sizeBytes, total)})
            </Text>
          </Group>
        ))}
      </Group>
    </Stack>
  );
}

function Row({ row, total }: { readonly row: Held; readonly total: number }) {
  return (
    <Table.Tr>
      <Table.Td className="breaks">
        <Anchor component={Link} to={`/${row.repository}`}>
          {row.repository}
        </Anchor>
      </Table.Td>
      <Table.Td>{row.kind}</Table.Td>
      <Table.Td ta="right">{numberText(row.files)}</Table.Td>
      <Table.Td ta="right">{sizeText(row.sizeBytes)}</Table.Td>
      <Table.Td ta="right">{shareText(row.sizeBytes, total)}</Table.Td>
      <Table.Td ta="right">
        {row.quotaBytes === null
          ? "none"
          : `${shareText(row.sizeBytes, row.quotaBytes)} of ${sizeText(row.quotaBytes)}`}
      </Table.Td>
    </Table.Tr>
  );
}

function sum(rows: readonly Held[]): number {
  return rows.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
}
