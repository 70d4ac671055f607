import { Badge, Group, List, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Resolution } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { failureText } from "../../parts/form-failure.tsx";
import { nameOf } from "./repository-sections.tsx";
import { type RepositoryValues, wishOf } from "./repository-values.ts";
import { Section } from "./section.tsx";

type Verdict = Resolution["members"][number]["verdict"];

const WORDS: Readonly<Record<Verdict, readonly [label: string, color: string]>> = {
  answers: ["answers", "teal"],
  "is-asked": ["is asked", "blue"],
  "has-none": ["has none", "gray"],
  outranked: ["outranked", "gray"],
  "not-asked": ["not asked", "gray"],
  "kept-out": ["kept out", "orange"],
  withheld: ["blacked out", "orange"],
  "not-readable": ["not shown to you", "gray"],
};

/** What the settings in the form, saved or not, would do with a project's name. */
export function ResolutionPreview({ values }: { readonly values: RepositoryValues }) {
  const [typed, setTyped] = useState("");
  const [project] = useDebouncedValue(typed.trim(), 300);
  const [settings] = useDebouncedValue(values, 300);
  const name = nameOf(settings);
  const { credentials: _, ...wish } = wishOf(settings) as ReturnType<typeof wishOf> & { credentials?: unknown };
  const resolution = useQuery({
    queryKey: ["resolution", name, project, wish],
    enabled: name !== null && project !== "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      ask<Resolution>("POST", ["repositories", settings.owner, settings.shortName, "resolution", project], {
        body: wish,
        signal,
      }),
  });
  return (
    <Section
      title="Try it"
      about="Type a project’s name to see which member would answer with the settings above, before you save them. No upstream is asked."
    >
      <TextInput
        label="Project"
        placeholder="requests"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
      />
      <div aria-live="polite">
        {project === "" ? null : name === null ? (
          <Text size="sm">Give the repository its owner and name first.</Text>
        ) : resolution.error !== null ? (
          <Text size="sm" c="red" className="breaks">
            {failureText(resolution.error)}
          </Text>
        ) : resolution.data === undefined ? null : (
          <Members resolution={resolution.data} />
        )}
      </div>
    </Section>
  );
}

/** Each member in order of trust, with the rule in words. */
export function Members({ resolution: { project, members } }: { readonly resolution: Resolution }) {
  const first = members.find(({ verdict }) => verdict === "answers" || verdict === "is-asked");
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} className="breaks">
        {first === undefined
          ? `Nobody would answer for ${project}.`
          : first.verdict === "answers"
            ? `${first.member} answers for ${project}.`
            : `${first.member} would be asked for ${project} first.`}
      </Text>
      <List type="ordered" size="sm" spacing={4}>
        {members.map(({ member, verdict, because }) => {
          const [label, color] = WORDS[verdict];
          return (
            <List.Item key={member}>
              <Group gap="xs" component="span" display="inline-flex">
                <span className="breaks">{member}</span>
                <Badge size="sm" color={color} variant="light">
                  {label}
                </Badge>
              </Group>
              <Text size="sm" c="dimmed">
                {because}
              </Text>
            </List.Item>
          );
        })}
      </List>
    </Stack>
  );
}
