import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import type { Tally, TrashedFile, TrashedFiles, TreeFile } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { Confirm } from "../../parts/confirm.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { When } from "../../parts/dates.tsx";
import { Page } from "../../parts/page.tsx";
import { RepositoryInput, RepositoryPicker } from "../../parts/repository-picker.tsx";
import { sizeText } from "../../parts/sizes.ts";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { useAction } from "../../parts/use-action.ts";
import { FilePlace } from "./file-place.tsx";
import { type Column, Rows } from "./rows.tsx";

export function Component() {
  const [query, setQuery] = useSearchParams();
  const repository = query.get("repository");
  return (
    <Page
      title="Trash"
      about="Removed files rest here for a while with all they had, and can come back. You see those of repositories that you may remove from."
    >
      <Group align="flex-end">
        <RepositoryPicker
          label="Removed from"
          placeholder="All repositories"
          value={repository}
          onChange={(name) => setQuery(name === null ? {} : { repository: name })}
          among={({ kind }) => kind === "local"}
        />
        <EmptyTrash repository={repository} />
      </Group>
      <TrashList key={repository} repository={repository} />
    </Page>
  );
}

function EmptyTrash({ repository }: { readonly repository: string | null }) {
  const query = repository === null ? {} : { repository };
  const emptying = useAction({
    work: () => ask<Tally>("DELETE", ["trash"], { query }),
    done: ({ files, sizeBytes }) => `${files} files are gone, ${sizeText(sizeBytes)}`,
    refresh: [["trash"]],
  });
  const what = repository === null ? "the whole trash" : `what was removed from ${repository}`;
  return (
    <ConfirmButton
      label={repository === null ? "Empty the trash" : "Clear all of it"}
      title={`Clear ${what}?`}
      deed="Clear it for good"
      typed={repository ?? "everything"}
      button={{ variant: "outline", color: "red" }}
      action={emptying}
    >
      The files are gone for good and cannot be restored.
    </ConfirmButton>
  );
}

function TrashList({ repository }: { readonly repository: string | null }) {
  const [text, setText] = useState("");
  const trash = useInfiniteQuery({
    queryKey: ["trash", repository],
    queryFn: ({ pageParam, signal }) =>
      ask<TrashedFiles>("GET", ["trash"], {
        query: { repository: repository ?? undefined, after: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  if (trash.data === undefined) {
    return trash.error === null ? (
      <Loading what="The trash" />
    ) : (
      <Failed error={trash.error} retry={() => void trash.refetch()} />
    );
  }
  const items = trash.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <Empty title="The trash is empty">
        What is removed from local repositories comes here first, unless that is switched off.
      </Empty>
    );
  }
  const wanted = text.trim().toLowerCase();
  const found = items.filter(({ path, trashedBy }) => `${path} ${trashedBy}`.toLowerCase().includes(wanted));
  return (
    <Stack>
      <TextInput
        label="Filter what is shown"
        placeholder="A part of the path, or who removed it"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maw={400}
      />
      {found.length === 0 ? (
        <Empty title="None of those shown fits" />
      ) : (
        <Rows label="Removed files" columns={COLUMNS} items={found} keyOf={({ id }) => id} minWidth={760} />
      )}
      {trash.hasNextPage ? (
        <Group>
          <Button variant="default" loading={trash.isFetchingNextPage} onClick={() => void trash.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}

const COLUMNS: readonly Column<TrashedFile>[] = [
  {
    title: "File",
    cell: ({ path, repository }) => <FilePlace path={path} repository={repository} />,
  },
  { title: "Size", cell: ({ sizeBytes }) => sizeText(sizeBytes) },
  {
    title: "Removed",
    cell: ({ trashedAt, trashedBy }) => (
      <>
        <When at={trashedAt} />
        <Text size="sm" c="dimmed">
          by {trashedBy}
        </Text>
      </>
    ),
  },
  { title: "Rests until", cell: ({ until }) => <When at={until} only="day" /> },
  {
    title: "What to do",
    isTitleHidden: true,
    cell: (file) => (
      <Group gap={4} wrap="nowrap">
        <Restore file={file} />
        <Clear file={file} />
      </Group>
    ),
  },
];

function Restore({ file }: { readonly file: TrashedFile }) {
  const [isOpen, setOpen] = useState(false);
  const [repository, setRepository] = useState(file.repository);
  const [path, setPath] = useState(file.path);
  const isElsewhere = repository !== file.repository || path !== file.path;
  const restoring = useAction({
    work: () =>
      ask<TreeFile>("POST", ["trash", file.id, "restore"], {
        body: isElsewhere ? { to: { repository: repository.trim(), path } } : {},
      }),
    done: (restored) => `${restored.path} is back in ${restored.repository}`,
    refresh: [["trash"]],
    after: () => setOpen(false),
  });
  return (
    <>
      <Button
        size="xs"
        variant="light"
        onClick={() => {
          restoring.reset();
          setOpen(true);
        }}
      >
        Restore<span className="visually-hidden"> {file.path}</span>
      </Button>
      <Confirm
        title="Restore the file?"
        deed="Restore it"
        isHarmless
        isOpen={isOpen}
        isBusy={restoring.isPending}
        error={restoring.error}
        onClose={() => setOpen(false)}
        onConfirm={() => restoring.mutate()}
      >
        <Stack gap="sm">
          <Text size="sm">It comes back with all it had, to where it was or to another place.</Text>
          <RepositoryInput
            label="Repository"
            value={repository}
            onChange={setRepository}
            among={({ kind }) => kind === "local"}
          />
          <TextInput
            label="Path"
            description="A file of a package keeps its name."
            value={path}
            onChange={(event) => setPath(event.currentTarget.value)}
          />
        </Stack>
      </Confirm>
    </>
  );
}

function Clear({ file }: { readonly file: TrashedFile }) {
  const clearing = useAction({
    work: () => ask<null>("DELETE", ["trash", file.id]),
    done: `${file.path} is gone`,
    refresh: [["trash"]],
  });
  return (
    <ConfirmButton
      label={
        <>
          Clear<span className="visually-hidden"> {file.path}</span>
        </>
      }
      title="Clear the file?"
      deed="Clear it for good"
      button={{ size: "xs", variant: "subtle", color: "red" }}
      action={clearing}
    >
      {file.path} is gone for good then and cannot be restored.
    </ConfirmButton>
  );
}
