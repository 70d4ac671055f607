import { Button, Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { Repository } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { FormFailure } from "../../parts/form-failure.tsx";
import { useAction } from "../../parts/use-action.ts";

const OWNER = "root";
const PUBLIC = "root/pypi";

/** Makes a local repository, in one step and with what most want. */
export function FirstRepository({
  known,
  onMade,
}: {
  readonly known: readonly Repository[];
  readonly onMade: (made: Repository) => void;
}) {
  const hasPublic = known.some(({ name }) => name === PUBLIC);
  const form = useForm({
    initialValues: { name: "dev", showsPublic: hasPublic, isOpen: true },
    validate: { name: (name) => (name.trim() === "" ? "A name, such as dev" : null) },
  });
  const action = useAction({
    work: ({ name, showsPublic, isOpen }: typeof form.values) =>
      ask<Repository>("PUT", ["repositories", OWNER, name.trim()], {
        body: {
          kind: "local",
          bases: showsPublic ? [PUBLIC] : [],
          readers: [isOpen ? ":ANONYMOUS:" : ":AUTHENTICATED:"],
        },
      }),
    done: (made) => `${made.name} is made`,
    refresh: [["repositories"]],
  });
  return (
    <form noValidate onSubmit={form.onSubmit((values) => action.mutate(values, { onSuccess: onMade }))}>
      <Stack maw={480}>
        <TextInput
          label="Name"
          description="It stands in every address, after its owner."
          leftSection={<Text size="sm">{OWNER}/</Text>}
          leftSectionWidth={52}
          {...form.getInputProps("name")}
        />
        {hasPublic ? (
          <Switch
            label="Installs public packages, too"
            description={`What is not here comes from ${PUBLIC}; a name that you hold is never looked for there.`}
            {...form.getInputProps("showsPublic", { type: "checkbox" })}
          />
        ) : null}
        <Switch
          label="Everybody who reaches this server may install"
          description="Otherwise whoever has an account. Publishing always needs one that may."
          {...form.getInputProps("isOpen", { type: "checkbox" })}
        />
        <FormFailure error={action.error} />
        <Group>
          <Button type="submit" loading={action.isPending}>
            Make the repository
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
