import { Anchor, Badge, Button, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Group } from "../../../../src/cli/api-types.ts";
import { useGroups } from "../../parts/choices.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { Paged } from "../../parts/paged.tsx";
import { Empty } from "../../parts/states.tsx";
import { type Column, Rows } from "./rows.tsx";

export function Component() {
  return (
    <Page
      title="Groups"
      about="Accounts that are given rights together: a list of readers or publishers takes a group as :name."
      actions={
        <Button component={Link} to="/ui/new-group">
          New group
        </Button>
      }
    >
      <Loaded query={useGroups()} what="The groups">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no group yet">Make one, put accounts into it, and give rights to all at once.</Empty>
          ) : (
            <Paged items={items} what="groups">
              {(page) => <Rows label="Groups" columns={COLUMNS} items={page} keyOf={({ name }) => name} />}
            </Paged>
          )
        }
      </Loaded>
    </Page>
  );
}

const COLUMNS: readonly Column<Group>[] = [
  {
    title: "Name",
    cell: ({ name }) => (
      <Anchor component={Link} to={`/ui/groups/${encodeURIComponent(name)}`} size="sm" fw={600}>
        {name}
      </Anchor>
    ),
  },
  {
    title: "Members",
    cell: ({ members }) => {
      const shown = members.slice(0, 8).join(", ");
      return (
        <Text size="sm">{members.length > 8 ? `${shown} and ${members.length - 8} more` : shown || "Nobody"}</Text>
      );
    },
  },
  { title: "What for", cell: ({ description }) => <Text size="sm">{description}</Text> },
  {
    title: "Rights",
    cell: ({ isAdmin, joinsNew }) => (
      <>
        {isAdmin ? <Badge variant="light">administrators</Badge> : null}{" "}
        {joinsNew ? (
          <Badge variant="light" color="gray">
            new accounts join
          </Badge>
        ) : null}
      </>
    ),
  },
];
