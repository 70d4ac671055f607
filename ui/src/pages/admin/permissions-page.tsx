import { Anchor, Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Permission, Permissions } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { Paged } from "../../parts/paged.tsx";
import { Empty } from "../../parts/states.tsx";
import { type Column, Rows } from "./rows.tsx";

export function Component() {
  const permissions = useQuery({
    queryKey: ["permissions"],
    queryFn: ({ signal }) => ask<Permissions>("GET", ["permissions"], { signal }),
  });
  return (
    <Page
      title="Permissions"
      about="Each says who may do what on which paths of which repositories, on top of what the repositories’ own lists of readers and publishers say."
      actions={
        <>
          <Button component={Link} to="/ui/why" variant="default">
            What can she do here?
          </Button>
          <Button component={Link} to="/ui/new-permission">
            New permission
          </Button>
        </>
      }
    >
      <Loaded query={permissions} what="The permissions">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no permission yet">
              Often none is needed: a repository’s readers and publishers say who may. Make one for rights on parts of a
              repository, or on many repositories at once.
            </Empty>
          ) : (
            <Paged items={items} what="permissions">
              {(page) => <Rows label="Permissions" columns={COLUMNS} items={page} keyOf={({ name }) => name} />}
            </Paged>
          )
        }
      </Loaded>
    </Page>
  );
}

const COLUMNS: readonly Column<Permission>[] = [
  {
    title: "Name",
    cell: ({ name }) => (
      <Anchor component={Link} to={`/ui/permissions/${encodeURIComponent(name)}`} size="sm" fw={600}>
        {name}
      </Anchor>
    ),
  },
  {
    title: "Where",
    cell: ({ repositories, includes, excludes }) => (
      <>
        <Text size="sm">{repositories.join(", ")}</Text>
        <Text size="sm" c="dimmed">
          {includes.length === 0 ? "every path" : includes.join(", ")}
          {excludes.length === 0 ? "" : ` but not ${excludes.join(", ")}`}
        </Text>
      </>
    ),
  },
  {
    title: "Who",
    cell: ({ users, groups }) => (
      <>
        {[...wordsOf(users, ""), ...wordsOf(groups, ":")].map((text) => (
          <Text size="sm" key={text}>
            {text}
          </Text>
        ))}
      </>
    ),
  },
];

function wordsOf(grants: Permission["users"], prefix: string): readonly string[] {
  return Object.entries(grants).map(([name, actions]) => `${prefix}${name}: ${actions.join(", ") || "nothing"}`);
}
