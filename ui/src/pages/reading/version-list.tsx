import { Anchor, Badge, Group, Text } from "@mantine/core";
import { Link } from "react-router";
import type { VersionSummary } from "../../../../src/cli/api-types.ts";
import { When } from "../../parts/dates.tsx";
import { Paged } from "../../parts/paged.tsx";
import { visible } from "../../parts/visible.ts";
import { Rows } from "../admin/rows.tsx";
import { type ProjectPlace, pathTo } from "./queries.ts";

/** All versions, newest first. */
export function VersionList({
  place,
  versions,
  shown,
}: {
  readonly place: ProjectPlace;
  readonly versions: readonly VersionSummary[];
  readonly shown: string;
}) {
  const nameOf = ({ version, yanked }: VersionSummary) => (
    <Group gap="xs">
      <Anchor
        component={Link}
        to={pathTo(place.owner, place.name, place.project, version)}
        {...(version === shown ? { "aria-current": "page" as const, fw: 700 } : {})}
      >
        {visible(version)}
      </Anchor>
      {yanked === null ? null : (
        <Badge color="yellow" variant="light" tt="none">
          yanked
        </Badge>
      )}
      {yanked === null || yanked === "" ? null : (
        <Text size="sm" c="dimmed">
          {visible(yanked)}
        </Text>
      )}
    </Group>
  );
  return (
    <Paged items={versions} what="versions">
      {(page) => (
        <Rows
          label="Versions"
          items={page}
          keyOf={({ version }) => version}
          minWidth={320}
          columns={[
            { title: "Version", cell: nameOf },
            {
              title: "Published",
              cell: ({ publishedAt }) => (publishedAt === null ? "not known" : <When at={publishedAt} />),
            },
            { title: "Files", cell: ({ files }) => files.toLocaleString("en") },
          ]}
        />
      )}
    </Paged>
  );
}
