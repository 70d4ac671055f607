import { Button, Group, Select, SimpleGrid, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { EVENT_KINDS, EVENT_NAMES } from "./events.ts";
import { EMPTY_QUESTION, type Question } from "./journal-question.ts";

const KINDS = [
  { group: "Kinds", items: [...EVENT_KINDS] },
  { group: "Events", items: Object.entries(EVENT_NAMES).map(([value, label]) => ({ value, label })) },
];

/** Narrows the journal down. */
export function JournalFilters({
  question,
  onAsk,
}: {
  readonly question: Question;
  readonly onAsk: (question: Question) => void;
}) {
  const form = useForm<Record<keyof Question, string>>({ initialValues: { ...question } });
  return (
    <form
      aria-label="Filters of the journal"
      onSubmit={form.onSubmit((values) => onAsk(trimmed(values)))}
      onReset={() => {
        form.setValues({ ...EMPTY_QUESTION });
        onAsk(EMPTY_QUESTION);
      }}
    >
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
        <TextInput label="Who" placeholder="alice" {...form.getInputProps("user")} />
        <TextInput label="Repository" placeholder="owner/name" {...form.getInputProps("repository")} />
        <TextInput label="Project" {...form.getInputProps("project")} />
        <Select
          label="What happened"
          placeholder="Anything"
          data={KINDS}
          searchable
          clearable
          clearButtonProps={{ "aria-label": "Anything may have happened" }}
          {...form.getInputProps("type")}
          value={form.values.type === "" ? null : form.values.type}
          onChange={(value) => form.setFieldValue("type", value ?? "")}
        />
        <TextInput label="From" type="datetime-local" {...form.getInputProps("since")} />
        <TextInput label="Until" type="datetime-local" {...form.getInputProps("until")} />
      </SimpleGrid>
      <Group mt="sm">
        <Button type="submit">Show</Button>
        <Button type="reset" variant="default">
          Show everything
        </Button>
      </Group>
    </form>
  );
}

function trimmed(question: Question): Question {
  return Object.fromEntries(Object.entries(question).map(([field, value]) => [field, value.trim()])) as Question;
}
