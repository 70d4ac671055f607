import { Anchor, Badge, Button, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { User } from "../../../../src/cli/api-types.ts";
import { useUsers } from "../../parts/choices.ts";
import { When } from "../../parts/dates.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { Paged } from "../../parts/paged.tsx";
import { useMe } from "../../parts/session.ts";
import { Empty } from "../../parts/states.tsx";
import { type Column, Rows } from "./rows.tsx";

export function Component() {
  const isAdmin = useMe().data?.isAdmin === true;
  const make = (
    <Button component={Link} to="/ui/new-user">
      New account
    </Button>
  );
  return (
    <Page title="Accounts" about="People and programs that sign in here." {...(isAdmin ? { actions: make } : {})}>
      <Loaded query={useUsers()} what="The accounts">
        {({ items }) => <UserList items={items} />}
      </Loaded>
    </Page>
  );
}

const COLUMNS: readonly Column<User>[] = [
  {
    title: "Name",
    cell: ({ name }) => (
      <Anchor component={Link} to={`/ui/users/${encodeURIComponent(name)}`} size="sm" fw={600}>
        {name}
      </Anchor>
    ),
  },
  {
    title: "What is known",
    cell: ({ title, email }) => (
      <>
        <Text size="sm">{title}</Text>
        <Text size="sm" c="dimmed">
          {email}
        </Text>
      </>
    ),
  },
  {
    title: "Rights",
    cell: ({ isAdmin, hasPassword }) => (
      <>
        {isAdmin === true ? <Badge variant="light">administrator</Badge> : null}
        {hasPassword === false ? (
          <Badge variant="light" color="gray">
            no password
          </Badge>
        ) : null}
      </>
    ),
  },
  { title: "Since", cell: ({ createdAt }) => <When at={createdAt} only="day" /> },
];

function UserList({ items }: { readonly items: readonly User[] }) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = items.filter(({ name, title, email }) =>
    `${name} ${title ?? ""} ${email ?? ""}`.toLowerCase().includes(wanted),
  );
  return (
    <Stack>
      <TextInput
        label="Find an account"
        placeholder="Name, title or e-mail address"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maw={400}
      />
      {found.length === 0 ? (
        <Empty title="Nobody is called so">Look for a part of the name.</Empty>
      ) : (
        <Paged items={found} what="accounts">
          {(page) => <Rows label="Accounts" columns={COLUMNS} items={page} keyOf={({ name }) => name} />}
        </Paged>
      )}
    </Stack>
  );
}
