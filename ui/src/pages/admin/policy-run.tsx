import { Stack, Text, Title } from "@mantine/core";
import type { RetentionRun } from "../../../../src/cli/api-types.ts";
import { When } from "../../parts/dates.tsx";
import { Paged } from "../../parts/paged.tsx";
import { sizeText } from "../../parts/sizes.ts";
import { FilePlace } from "./file-place.tsx";
import { type Column, Rows } from "./rows.tsx";

type Cleared = RetentionRun["files"][number];

const COLUMNS: readonly Column<Cleared>[] = [
  {
    title: "File",
    cell: ({ path, repository }) => <FilePlace path={path} repository={repository} />,
  },
  { title: "Size", cell: ({ sizeBytes }) => sizeText(sizeBytes) },
  { title: "Published", cell: ({ publishedAt }) => <When at={publishedAt} only="day" /> },
  { title: "Because", cell: ({ because }) => because },
];

/** What a run would clear away, with how much it frees. */
export function PolicyRun({ run: { files, count, sizeBytes } }: { readonly run: RetentionRun }) {
  if (count === 0) return <Text>Nothing would be cleared away now.</Text>;
  return (
    <Stack>
      <Title order={2} size="h4">
        {count === 1 ? "1 file" : `${count.toLocaleString("en")} files`} would go, {sizeText(sizeBytes)}
      </Title>
      {files.length < count ? (
        <Text size="sm" c="dimmed">
          The first {files.length.toLocaleString("en")} of them:
        </Text>
      ) : null}
      <Paged items={files} what="files">
        {(page) => (
          <Rows
            label="Files that would go"
            columns={COLUMNS}
            items={page}
            keyOf={({ repository, path }) => `${repository} ${path}`}
          />
        )}
      </Paged>
    </Stack>
  );
}
