import { Anchor, Badge, Group, Select, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import type { Description, Project, VersionDetail } from "../../../../src/cli/api-types.ts";
import { type Difference, differences } from "../../parts/differences.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { Paged } from "../../parts/paged.tsx";
import { sizeText } from "../../parts/sizes.ts";
import { Empty } from "../../parts/states.tsx";
import { visible } from "../../parts/visible.ts";
import { Rows } from "../admin/rows.tsx";
import { type ProjectPlace, pathTo, useDescription, useProject, useVersion } from "./queries.ts";

/** What two versions do not have in common: metadata, requirements and files. Which ones stands in the address. */
export function Component() {
  const { owner = "", name = "", project = "" } = useParams();
  const place = { owner, name, project };
  return (
    <Page
      title={`Compare versions of ${visible(project)}`}
      about={
        <Anchor component={Link} to={pathTo(owner, name, project)}>
          Back to the package
        </Anchor>
      }
    >
      <Loaded query={useProject(place)} what="The versions">
        {(known) => <Choice place={place} project={known} />}
      </Loaded>
    </Page>
  );
}

function Choice({ place, project }: { readonly place: ProjectPlace; readonly project: Project }) {
  const [params, setParams] = useSearchParams();
  const versions = project.versions.map(({ version }) => version);
  const to = params.get("to") ?? versions[0] ?? "";
  const from = params.get("from") ?? versions[versions.indexOf(to) + 1] ?? versions.at(-1) ?? "";
  const choose = (change: { readonly from?: string; readonly to?: string }) =>
    setParams({ from, to, ...change }, { replace: true });
  return (
    <Stack gap="md">
      <Group>
        <Select
          label="Before"
          data={versions}
          value={from}
          searchable
          limit={200}
          allowDeselect={false}
          onChange={(version) => (version === null ? undefined : choose({ from: version }))}
        />
        <Select
          label="After"
          data={versions}
          value={to}
          searchable
          limit={200}
          allowDeselect={false}
          onChange={(version) => (version === null ? undefined : choose({ to: version }))}
        />
      </Group>
      <Comparison place={place} from={from} to={to} />
    </Stack>
  );
}

function Comparison({ place, from, to }: { readonly place: ProjectPlace; readonly from: string; readonly to: string }) {
  const [showsAll, setShowsAll] = useState(false);
  const before = { description: useDescription(place, from), detail: useVersion(place, from) };
  const after = { description: useDescription(place, to), detail: useVersion(place, to) };
  return (
    <Loaded query={before.description} what="The first">
      {(one) => (
        <Loaded query={after.description} what="The second">
          {(other) => {
            const rows = [
              ...differences(factsOf(one), factsOf(other)),
              ...differences(filesOf(before.detail.data), filesOf(after.detail.data)),
            ].filter(({ kind }) => showsAll || kind !== "same");
            return (
              <>
                <Switch
                  label="Also what is the same"
                  checked={showsAll}
                  onChange={(event) => setShowsAll(event.currentTarget.checked)}
                />
                <DifferenceList rows={rows} from={from} to={to} />
              </>
            );
          }}
        </Loaded>
      )}
    </Loaded>
  );
}

const COLORS = { added: "teal", removed: "red", changed: "yellow", same: "gray" } as const;

function DifferenceList({
  rows,
  from,
  to,
}: {
  readonly rows: readonly Difference[];
  readonly from: string;
  readonly to: string;
}) {
  if (rows.length === 0) return <Empty title="They do not differ in anything that is shown here" />;
  return (
    <Paged items={rows} what="differences">
      {(page) => (
        <Rows
          label="Differences"
          items={page}
          keyOf={({ name }) => name}
          columns={[
            { title: "What", cell: ({ name }) => visible(name) },
            {
              title: "Change",
              cell: ({ kind }) => (
                <Badge variant="light" tt="none" color={COLORS[kind]}>
                  {kind}
                </Badge>
              ),
            },
            { title: visible(from), cell: ({ before }) => <Value text={before} /> },
            { title: `${visible(to)}${from === to ? " (the same)" : ""}`, cell: ({ after }) => <Value text={after} /> },
          ]}
        />
      )}
    </Paged>
  );
}

function Value({ text }: { readonly text: string | null }) {
  return (
    <Text size="sm" className="breaks" lineClamp={4}>
      {text === null ? "–" : visible(text)}
    </Text>
  );
}

function factsOf(known: Description): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  const put = (name: string, value: string | null): void => {
    if (value !== null && value !== "") facts.set(name, value);
  };
  put("Summary", known.summary);
  put("Author", known.author);
  put("Maintainer", known.maintainer);
  put("Licence", known.license);
  put("Needs", known.requires);
  put("Keywords", known.keywords.join(", "));
  put("Extras", known.extras.join(", "));
  for (const { label, text } of known.links) put(`Link: ${label}`, text);
  for (const text of known.classifiers) put(`Classifier: ${text}`, "yes");
  for (const { text } of known.requirements) put(`Requirement: ${text}`, "yes");
  put("Description", known.readme === null ? null : `${known.readme.text.length.toLocaleString("en")} characters`);
  return facts;
}

/** Files by what is left of their names without the version, so that the same kind of file stands in one line. */
function filesOf(detail: VersionDetail | undefined): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { filename, sizeBytes } of detail?.files ?? []) {
    const kind = filename.replace(`-${detail?.version ?? ""}`, "-*");
    files.set(`File: ${kind}`, sizeBytes === null ? "size not known" : sizeText(sizeBytes));
  }
  return files;
}
