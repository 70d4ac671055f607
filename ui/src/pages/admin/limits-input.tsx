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
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name and are changed in place
        <Paper key={index} withBorder p="sm">
          <Stack gap="xs">
            <Group grow align="flex-start">
              <Select
                label="May"
                data={ACTIONS.map(({ value: action, label }) => ({ value: action, label }))}
                allowDeselect={false}
                value={limit.action}
                onChange={(text) => {
                  const action = ACTIONS.find((one) => one.value === text);
                  if (action !== undefined) change(index, { action: action.value });
                }}
              />
              <RepositoryInput
                label="In repository"
                placeholder="owner/name, owner/* or *"
                value={limit.repository}
                onChange={(repository) => change(index, { repository })}
              />
            </Group>
            <WordsField
              label="Projects"
              placeholder="All; type one and press Enter"
              value={limit.projects ?? []}
              onChange={(projects) => change(index, { projects: projects.length === 0 ? null : projects })}
            />
            {value.length === 1 ? null : (
              <Group justify="flex-end">
                <Button
                  size="xs"
                  variant="subtle"
                  color="red"
                  onClick={() => onChange(value.filter((_, place) => place !== index))}
                >
                  Take this row out
                </Button>
              </Group>
            )}
          </Stack>
        </Paper>
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

/** A limit in words. */
export function limitText({ action, repository, projects }: Limit): string {
  const deed = ACTIONS.find(({ value }) => value === action)?.label ?? action;
  const where = repository === "*" ? "everywhere" : `in ${repository}`;
  return projects === null ? `${deed} ${where}` : `${deed} ${where}, only ${projects.join(", ")}`;
}
