import { Anchor, Badge, Button, Group, SegmentedControl, Stack, Table, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { Repository } from "../../../../src/cli/api-types.ts";
import { useRepositories } from "../../parts/choices.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { Paged } from "../../parts/paged.tsx";
import { useMe } from "../../parts/session.ts";
import { Empty } from "../../parts/states.tsx";
import type { Kind } from "./repository-values.ts";

export function Component() {
  const repositories = useRepositories();
  const isSignedIn = (useMe().data?.user ?? null) !== null;
  const make = isSignedIn ? (
    <Button component={Link} to="/ui/repositories/new">
      New repository
    </Button>
  ) : undefined;
  return (
    <Page
      title="Repositories"
      about="All that you may see: local ones hold packages, remote ones copy another server, virtual ones show several as one."
      {...(make === undefined ? {} : { actions: make })}
    >
      <Loaded query={repositories} what="The repositories">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no repository that you may see">
              {isSignedIn ? "Make the first one." : "Sign in, or ask whoever runs this server for access."}
            </Empty>
          ) : (
            <RepositoryList items={items} />
          )
        }
      </Loaded>
    </Page>
  );
}

const KINDS = [
  { value: "all", label: "All" },
  { value: "local", label: "Local" },
  { value: "remote", label: "Remote" },
  { value: "virtual", label: "Virtual" },
];

function RepositoryList({ items }: { readonly items: readonly Repository[] }) {
  const [text, setText] = useState("");
  const [kind, setKind] = useState("all");
  const wanted = text.trim().toLowerCase();
  const found = items.filter(
    (one) =>
      (kind === "all" || one.kind === kind) &&
      `${one.name} ${one.title ?? ""} ${one.description ?? ""}`.toLowerCase().includes(wanted),
  );
  return (
    <Stack>
      <Group align="flex-end">
        <TextInput
          label="Find a repository"
          placeholder="Name, title or description"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          style={{ flex: 1, minWidth: 200 }}
        />
        <SegmentedControl aria-label="Kind" data={KINDS} value={kind} onChange={setKind} />
      </Group>
      <Text size="sm" c="dimmed" aria-live="polite">
        {found.length} of {items.length}
      </Text>
      {found.length === 0 ? (
        <Empty title="None fits">Look for another name, or among all kinds.</Empty>
      ) : (
        <Paged items={found} what="repositories">
          {(page) => <RepositoryTable items={page} />}
        </Paged>
      )}
    </Stack>
  );
}

function RepositoryTable({ items }: { readonly items: readonly Repository[] }) {
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Kind</Table.Th>
            <Table.Th>What it is</Table.Th>
            <Table.Th>
              <span className="visually-hidden">Settings</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((repository) => (
            <Table.Tr key={repository.name}>
              <Table.Td className="breaks">
                <Anchor component={Link} to={`/${repository.name}`} size="sm" fw={600}>
                  {repository.name}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <Badge variant="light" color={COLORS[repository.kind]}>
                  {repository.kind}
                </Badge>
              </Table.Td>
              <Table.Td className="breaks">
                <Text size="sm">{repository.title ?? ""}</Text>
                <Text size="sm" c="dimmed">
                  {labelOf(repository)}
                </Text>
              </Table.Td>
              <Table.Td>
                <Anchor
                  component={Link}
                  to={`/${repository.name}/-/settings`}
                  size="sm"
                  aria-label={`Settings of ${repository.name}`}
                >
                  Settings
                </Anchor>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const COLORS: Readonly<Record<Kind, string>> = { local: "teal", remote: "blue", virtual: "grape" };

function labelOf(repository: Repository): string {
  switch (repository.kind) {
    case "local":
      return repository.mutability === "immutable" ? "Files stay as they are published" : "Files may be replaced";
    case "remote":
      return repository.url ?? "No upstream yet";
    case "virtual":
      return repository.members.length === 0 ? "No members yet" : repository.members.join(", ");
  }
}
