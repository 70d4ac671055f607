import { Alert, Autocomplete, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import type { Why } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { useUsers } from "../../parts/choices.ts";
import { FormFailure } from "../../parts/form-failure.tsx";
import { Page } from "../../parts/page.tsx";
import { RepositoryInput } from "../../parts/repository-picker.tsx";

const ACTIONS = [
  { value: "read", label: "see and install" },
  { value: "publish", label: "publish" },
  { value: "overwrite", label: "replace published files" },
  { value: "yank", label: "yank" },
  { value: "remove", label: "remove" },
  { value: "annotate", label: "set properties" },
  { value: "upload-test-result", label: "attach test results" },
  { value: "fill-cache", label: "fetch what is not here yet from the upstream" },
  { value: "administer", label: "administer" },
];

const FIELDS = ["user", "action", "repository", "project", "path"] as const;
type Question = Readonly<Record<(typeof FIELDS)[number], string>>;

/** The question is the address, so that an answer can be sent to somebody. */
export function Component() {
  const [query, setQuery] = useSearchParams();
  const asked = questionIn(query);
  return (
    <Page
      title="What can she do here?"
      about="Asks the server whether an account may do something, and which rule says so. Everybody may ask about themselves and about strangers; administrators about all."
    >
      <WhyForm
        key={query.toString()}
        initial={asked ?? { user: "", action: "read", repository: "", project: "", path: "" }}
        onAsk={(question) =>
          setQuery(Object.fromEntries(Object.entries(question).filter(([, text]) => text.trim() !== "")))
        }
      />
      {asked === null ? null : <Answer question={asked} />}
    </Page>
  );
}

function questionIn(query: URLSearchParams): Question | null {
  if (!query.has("repository")) return null;
  const given = Object.fromEntries(FIELDS.map((field) => [field, query.get(field) ?? ""])) as Question;
  return { ...given, action: given.action === "" ? "read" : given.action };
}

function WhyForm({ initial, onAsk }: { readonly initial: Question; readonly onAsk: (question: Question) => void }) {
  const [question, setQuestion] = useState(initial);
  const users = useUsers().data?.items.map(({ name }) => name) ?? [];
  const set = (field: keyof Question) => (value: string) => setQuestion({ ...question, [field]: value });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onAsk(question);
      }}
    >
      <Stack maw={760}>
        <Group grow align="flex-start">
          <Autocomplete
            label="Who"
            description="An account; empty: somebody who has not signed in."
            data={users}
            limit={50}
            value={question.user}
            onChange={set("user")}
          />
          <Select
            label="Wants to"
            description="What it is about."
            data={ACTIONS}
            allowDeselect={false}
            value={question.action}
            onChange={(action) => set("action")(action ?? "read")}
          />
        </Group>
        <RepositoryInput
          label="In repository"
          description="owner/name, or the repository’s key."
          value={question.repository}
          onChange={set("repository")}
        />
        <Group grow align="flex-start">
          <TextInput
            label="Project"
            description="Empty: any."
            value={question.project}
            onChange={(event) => set("project")(event.currentTarget.value)}
          />
          <TextInput
            label="Path"
            description="Empty: any."
            value={question.path}
            onChange={(event) => set("path")(event.currentTarget.value)}
          />
        </Group>
        <Group>
          <Button type="submit" disabled={question.repository.trim() === ""}>
            Ask
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Answer({ question }: { readonly question: Question }) {
  const query = Object.fromEntries(
    Object.entries(question).map(([field, text]) => [field, text.trim() === "" ? undefined : text.trim()]),
  );
  const why = useQuery({
    queryKey: ["why", query],
    queryFn: ({ signal }) => ask<Why>("GET", ["why"], { query, signal }),
  });
  if (why.error !== null) return <FormFailure error={why.error} />;
  if (why.data === undefined) return <output>Asking…</output>;
  const { user, isAllowed, because, repository } = why.data;
  const deed = ACTIONS.find(({ value }) => value === why.data.action)?.label ?? why.data.action;
  const who = user ?? "somebody who has not signed in";
  return (
    <Alert
      color={isAllowed ? "teal" : "orange"}
      title={isAllowed ? `Yes, ${who} may ${deed} in ${repository}` : `No, ${who} may not ${deed} in ${repository}`}
      role="status"
      maw={760}
    >
      <Text size="sm" className="breaks">
        The rule: {because}.
      </Text>
    </Alert>
  );
}
