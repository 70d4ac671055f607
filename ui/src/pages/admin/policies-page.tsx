import { Anchor, Badge, Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Policies, Policy } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { Paged } from "../../parts/paged.tsx";
import { sizeText } from "../../parts/sizes.ts";
import { Empty } from "../../parts/states.tsx";
import { type Column, Rows } from "./rows.tsx";

export function Component() {
  const policies = useQuery({
    queryKey: ["policies"],
    queryFn: ({ signal }) => ask<Policies>("GET", ["policies"], { signal }),
  });
  return (
    <Page
      title="Retention policies"
      about="What is cleared away by itself: old builds, copies that nobody reads, all but the newest versions. Each can be tried before it does anything."
      actions={
        <Button component={Link} to="/ui/new-policy">
          New policy
        </Button>
      }
    >
      <Loaded query={policies} what="The policies">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no policy yet">
              Nothing is cleared away by itself. Make a policy and preview it.
            </Empty>
          ) : (
            <Paged items={items} what="policies">
              {(page) => <Rows label="Policies" columns={COLUMNS} items={page} keyOf={({ name }) => name} />}
            </Paged>
          )
        }
      </Loaded>
    </Page>
  );
}

const COLUMNS: readonly Column<Policy>[] = [
  {
    title: "Name",
    cell: ({ name, description }) => (
      <>
        <Anchor component={Link} to={`/ui/policies/${encodeURIComponent(name)}`} size="sm" fw={600}>
          {name}
        </Anchor>
        <Text size="sm" c="dimmed">
          {description}
        </Text>
      </>
    ),
  },
  { title: "Where", cell: ({ repositories }) => repositories.join(", ") },
  { title: "Clears", cell: (policy) => <Text size="sm">{conditionsOf(policy)}</Text> },
  {
    title: "When",
    cell: ({ isEnabled, everyHours }) =>
      isEnabled && everyHours !== null ? (
        <Badge variant="light">every {everyHours} h</Badge>
      ) : (
        <Badge variant="light" color="gray">
          when asked
        </Badge>
      ),
  },
];

/** The conditions in words. */
function conditionsOf(policy: Policy): string {
  const { olderThanDays, unusedForDays, keepVersions, onlyPreReleases, largerThanBytes } = policy;
  const words = [
    olderThanDays === null ? "" : `older than ${olderThanDays} days`,
    unusedForDays === null ? "" : `unused for ${unusedForDays} days`,
    keepVersions === null ? "" : `all but the newest ${keepVersions} versions`,
    onlyPreReleases ? "pre-releases only" : "",
    largerThanBytes === null ? "" : `larger than ${sizeText(largerThanBytes)}`,
  ];
  return words.filter((text) => text !== "").join(", ") || "by properties";
}
