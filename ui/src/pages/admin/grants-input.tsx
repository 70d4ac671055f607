import { Autocomplete, Button, Checkbox, Group, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { Permission } from "../../../../src/cli/api-types.ts";

export type Grants = Permission["users"];
type Granted = Grants[string][number];

const ACTIONS: readonly { readonly action: Granted; readonly label: string }[] = [
  { action: "read", label: "Read" },
  { action: "annotate", label: "Set properties" },
  { action: "publish", label: "Publish" },
  { action: "remove", label: "Remove" },
  { action: "administer", label: "Administer" },
];

/** Who may do what: a row for each, a box for each action. */
export function GrantsInput({
  label,
  what,
  names,
  value,
  onChange,
}: {
  readonly label: string;
  /** One of them: "account". */
  readonly what: string;
  readonly names: readonly string[];
  readonly value: Grants;
  readonly onChange: (value: Grants) => void;
}) {
  const [added, setAdded] = useState("");
  const add = () => {
    const name = added.trim();
    if (name !== "" && value[name] === undefined) onChange({ ...value, [name]: ["read"] });
    setAdded("");
  };
  return (
    <Stack gap="xs">
      {Object.keys(value).length === 0 ? (
        <Text size="sm" c="dimmed">
          No {what} yet.
        </Text>
      ) : (
        <GrantsTable label={label} what={what} value={value} onChange={onChange} />
      )}
      <Group align="flex-end" gap="xs">
        <Autocomplete
          label={`Add ${what === "account" ? "an account" : `a ${what}`}`}
          data={names.filter((name) => value[name] === undefined)}
          value={added}
          onChange={setAdded}
          limit={50}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || added.trim() === "") return;
            event.preventDefault();
            add();
          }}
        />
        <Button variant="default" onClick={add} disabled={added.trim() === ""}>
          Add
        </Button>
      </Group>
    </Stack>
  );
}

function GrantsTable({
  label,
  what,
  value,
  onChange,
}: {
  readonly label: string;
  readonly what: string;
  readonly value: Grants;
  readonly onChange: (value: Grants) => void;
}) {
  function set(name: string, action: Granted, isGranted: boolean) {
    const before = value[name] ?? [];
    const after = isGranted ? [...before, action] : before.filter((one) => one !== action);
    onChange({ ...value, [name]: after });
  }
  return (
    <Table.ScrollContainer
      minWidth={600}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": label } }}
    >
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{what === "account" ? "Account" : "Group"}</Table.Th>
            {ACTIONS.map(({ action, label: title }) => (
              <Table.Th key={action} scope="col">
                {title}
              </Table.Th>
            ))}
            <Table.Th scope="col">
              <span className="visually-hidden">Take out</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {Object.entries(value).map(([name, granted]) => (
            <GrantsRow
              key={name}
              name={name}
              granted={granted}
              onSet={(action, isGranted) => set(name, action, isGranted)}
              onRemove={() => onChange(Object.fromEntries(Object.entries(value).filter(([one]) => one !== name)))}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function GrantsRow({
  name,
  granted,
  onSet,
  onRemove,
}: {
  readonly name: string;
  readonly granted: readonly Granted[];
  readonly onSet: (action: Granted, isGranted: boolean) => void;
  readonly onRemove: () => void;
}) {
  return (
    <Table.Tr>
      <Table.Th scope="row" className="breaks">
        {name}
      </Table.Th>
      {ACTIONS.map(({ action, label }) => (
        <Table.Td key={action}>
          <Checkbox
            aria-label={`${name}: ${label}`}
            checked={granted.includes(action)}
            onChange={(event) => onSet(action, event.currentTarget.checked)}
          />
        </Table.Td>
      ))}
      <Table.Td>
        <Button size="xs" variant="subtle" color="red" onClick={onRemove}>
          Take out<span className="visually-hidden"> {name}</span>
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
