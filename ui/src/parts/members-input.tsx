import { ActionIcon, Badge, Button, Group, Input, Paper, Stack, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconX } from "@tabler/icons-react";
import { type ReactNode, useRef, useState } from "react";
import { useRepositories } from "./choices.ts";
import { RepositoryPicker } from "./repository-picker.tsx";

interface MembersProps {
  readonly label: string;
  readonly description: ReactNode;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
  readonly error?: ReactNode;
  /** The repository itself, which cannot be its own member. */
  readonly except: string | null;
}

/** Repositories in order of trust: added at the end, moved by buttons or by Alt with an arrow key. */
export function MembersInput({ label, description, value, onChange, error, except }: MembersProps) {
  const [told, setTold] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const kinds = new Map((useRepositories().data?.items ?? []).map(({ name, kind }) => [name, kind]));

  function move(from: number, to: number) {
    const name = value[from];
    if (name === undefined || to < 0 || to >= value.length) return;
    const others = value.filter((_, index) => index !== from);
    onChange([...others.slice(0, to), name, ...others.slice(to)]);
    setTold(`${name} is now ${to + 1} of ${value.length}`);
    // The row keeps the keyboard, wherever it went.
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>("[data-row]")[to]?.focus());
  }

  return (
    <Input.Wrapper label={label} description={description} error={error} labelElement="div">
      <Stack gap="xs" mt={4}>
        {value.length === 0 ? (
          <Text size="sm" c="dimmed">
            None yet.
          </Text>
        ) : null}
        <ol ref={list} aria-label={label} style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {value.map((name, index) => (
            <li key={name}>
              <MemberRow
                name={name}
                kind={kinds.get(name) ?? null}
                place={index + 1}
                count={value.length}
                onMove={(by) => move(index, index + by)}
                onRemove={() => onChange(value.filter((one) => one !== name))}
              />
            </li>
          ))}
        </ol>
        <AddMember
          label={`Add to ${label.toLowerCase()}`}
          among={(name) => name !== except && !value.includes(name)}
          onAdd={(name) => onChange([...value, name])}
        />
        <output className="visually-hidden">{told}</output>
      </Stack>
    </Input.Wrapper>
  );
}

function AddMember({
  label,
  among,
  onAdd,
}: {
  readonly label: string;
  readonly among: (name: string) => boolean;
  readonly onAdd: (name: string) => void;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Group align="flex-end" gap="xs">
      <RepositoryPicker label={label} value={chosen} onChange={setChosen} among={({ name }) => among(name)} />
      <Button
        variant="default"
        disabled={chosen === null}
        onClick={() => {
          if (chosen !== null) onAdd(chosen);
          setChosen(null);
        }}
      >
        Add
      </Button>
    </Group>
  );
}

function MemberRow({
  name,
  kind,
  place,
  count,
  onMove,
  onRemove,
}: {
  readonly name: string;
  readonly kind: string | null;
  readonly place: number;
  readonly count: number;
  readonly onMove: (by: number) => void;
  readonly onRemove: () => void;
}) {
  return (
    <Paper
      withBorder
      p={4}
      pl="sm"
      mb={4}
      data-row
      tabIndex={-1}
      onKeyDown={(event) => {
        const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
        if (!event.altKey || by === 0) return;
        event.preventDefault();
        onMove(by);
      }}
    >
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text className="breaks" size="sm">
          {place}. {name}
        </Text>
        <Group gap={4} wrap="nowrap">
          {kind === null ? null : (
            <Badge variant="default" size="sm">
              {kind}
            </Badge>
          )}
          <ActionIcon variant="subtle" aria-label={`Move ${name} up`} disabled={place === 1} onClick={() => onMove(-1)}>
            <IconArrowUp size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            aria-label={`Move ${name} down`}
            disabled={place === count}
            onClick={() => onMove(1)}
          >
            <IconArrowDown size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon variant="subtle" color="red" aria-label={`Take ${name} out`} onClick={onRemove}>
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
    </Paper>
  );
}
