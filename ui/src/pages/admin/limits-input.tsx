import { Button, Group, Paper, Select, Stack } from "@mantine/core";
import type { Limit } from "../../../../src/cli/api-types.ts";
import { RepositoryInput } from "../../parts/repository-picker.tsx";
import { WordsField } from "./fields.tsx";

const ACTIONS: readonly { readonly value: Limit["action"]; readonly label: string }[] = [
  { value: "*", label: "everything its owner may" },
  { value: "read", label: "read and install" },
  { value: "publish", label: "publish" },
  { value: "overwrite", label: "replace files" },
  { value: "yank", label: "yank" },
  { value: "remove", label: "remove" },
  { value: "annotate", label: "set properties" },
  { value: "upload-test-result", label: "attach test results" },
  { value: "fill-cache", label: "fetch from upstreams" },
  { value: "administer", label: "administer" },
];

/** What a token is good for at most; each row allows something more. */
export function LimitsInput({
  value,
  onChange,
}: {
  readonly value: readonly Limit[];
  readonly onChange: (value: readonly Limit[]) => void;
}) {
  const change = (index: number, limit: Partial<Limit>) =>
    onChange(value.map((one, place) => (place === index ? { ...one, ...limit } : one)));
  return (
    <Stack gap="xs">
      {value.map((limit, index) => (
        <LimitRow
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name and are changed in place
          key={index}
          limit={limit}
          onChange={(part) => change(index, part)}
          onRemove={value.length === 1 ? null : () => onChange(value.filter((_, place) => place !== index))}
        />
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          onClick={() => onChange([...value, { action: "read", repository: "*", projects: null }])}
        >
          Allow something more
        </Button>
      </Group>
    </Stack>
  );
}

function LimitRow({
  limit: { action, repository, projects },
  onChange,
  onRemove,
}: {
  readonly limit: Limit;
  readonly onChange: (part: Partial<Limit>) => void;
  /** `null`: it is the only one. */
  readonly onRemove: (() => void) | null;
}) {
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Group grow align="flex-start">
          <Select
            label="May"
            data={ACTIONS.map(({ value, label }) => ({ value, label }))}
            allowDeselect={false}
            value={action}
            onChange={(text) => {
              const chosen = ACTIONS.find(({ value }) => value === text);
              if (chosen !== undefined) onChange({ action: chosen.value });
            }}
          />
          <RepositoryInput
            label="In repository"
            placeholder="owner/name, owner/* or *"
            value={repository}
            onChange={(typed) => onChange({ repository: typed })}
          />
        </Group>
        <WordsField
          label="Projects"
          placeholder="All; type one and press Enter"
          value={projects ?? []}
          onChange={(typed) => onChange({ projects: typed.length === 0 ? null : typed })}
        />
        {onRemove === null ? null : (
          <Group justify="flex-end">
            <Button size="xs" variant="subtle" color="red" onClick={onRemove}>
              Take this row out
            </Button>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

/** A limit in words. */
export function limitText({ action, repository, projects }: Limit): string {
  const deed = ACTIONS.find(({ value }) => value === action)?.label ?? action;
  const where = repository === "*" ? "everywhere" : `in ${repository}`;
  return projects === null ? `${deed} ${where}` : `${deed} ${where}, only ${projects.join(", ")}`;
}
