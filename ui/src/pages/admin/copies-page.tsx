import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import type { Copies, Tally } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { When } from "../../parts/dates.tsx";
import { Page } from "../../parts/page.tsx";
import { sizeText } from "../../parts/sizes.ts";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { useAction } from "../../parts/use-action.ts";
import { type Column, Rows } from "./rows.tsx";

type Copy = Copies["items"][number];

export function Component() {
  const { owner = "", name = "" } = useParams();
  return (
    <Page
      title={`Copies in ${owner}/${name}`}
      about="Files that were fetched from the upstream and are kept here. Dropping one loses nothing: who asks next has it fetched again."
      actions={
        <Button component={Link} to={`/${owner}/${name}/-/settings`} variant="default">
          Settings
        </Button>
      }
    >
      <CopyList key={`${owner}/${name}`} path={["repositories", owner, name, "copies"]} />
    </Page>
  );
}

function CopyList({ path }: { readonly path: readonly string[] }) {
  const [typed, setTyped] = useState("");
  const [below] = useDebouncedValue(typed.trim().replace(/^\/+|\/+$/g, ""), 300);
  const copies = useInfiniteQuery({
    queryKey: ["copies", path, below],
    queryFn: ({ pageParam, signal }) =>
      ask<Copies>("GET", path, { query: { below: below || undefined, after: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  return (
    <Stack>
      <Group align="flex-end">
        <TextInput
          label="Only below this folder"
          placeholder="requests"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Drop
          path={path}
          file={below}
          label={below === "" ? "Drop all copies" : `Drop all below ${below}`}
          {...(below === "" ? { typed: "everything" } : {})}
        />
      </Group>
      {copies.data === undefined ? (
        copies.error === null ? (
          <Loading what="The copies" />
        ) : (
          <Failed error={copies.error} retry={() => void copies.refetch()} />
        )
      ) : (
        <CopyTable path={path} items={copies.data.pages.flatMap(({ items }) => items)} hasMore={copies.hasNextPage} />
      )}
      {copies.hasNextPage ? (
        <Group>
          <Button variant="default" loading={copies.isFetchingNextPage} onClick={() => void copies.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}

function CopyTable({
  path,
  items,
  hasMore,
}: {
  readonly path: readonly string[];
  readonly items: readonly Copy[];
  readonly hasMore: boolean;
}) {
  // A page may hold folders only, which are not shown.
  if (items.length === 0 && hasMore) return <Text size="sm">Nothing on this page; there is more.</Text>;
  if (items.length === 0)
    return <Empty title="There are no copies here">What is installed through it is copied then.</Empty>;
  const columns: readonly Column<Copy>[] = [
    {
      title: "File",
      cell: ({ path: file, copiedFrom }) => (
        <>
          <Text size="sm" fw={600}>
            {file}
          </Text>
          <Text size="sm" c="dimmed">
            {copiedFrom}
          </Text>
        </>
      ),
    },
    { title: "Size", cell: ({ sizeBytes }) => sizeText(sizeBytes) },
    { title: "Copied", cell: ({ copiedAt }) => <When at={copiedAt} /> },
    {
      title: "Drop",
      isTitleHidden: true,
      cell: ({ path: file }) => <Drop path={path} file={file} label="Drop" isSmall />,
    },
  ];
  return <Rows label="Copies" columns={columns} items={items} keyOf={({ path: file }) => file} minWidth={640} />;
}

function Drop({
  path,
  file,
  label,
  typed,
  isSmall = false,
}: {
  readonly path: readonly string[];
  readonly file: string;
  readonly label: string;
  readonly typed?: string;
  readonly isSmall?: boolean;
}) {
  const dropping = useAction({
    work: () => ask<Tally>("DELETE", path, { query: { path: file } }),
    done: ({ files, sizeBytes }) => `${files} copies are dropped, ${sizeText(sizeBytes)}`,
    refresh: [["copies"]],
  });
  return (
    <ConfirmButton
      label={
        isSmall ? (
          <>
            {label}
            <span className="visually-hidden"> {file}</span>
          </>
        ) : (
          label
        )
      }
      title={file === "" ? "Drop all copies?" : "Drop the copy?"}
      deed="Drop"
      button={isSmall ? { size: "xs", variant: "subtle", color: "red" } : { variant: "outline", color: "red" }}
      action={dropping}
      {...(typed === undefined ? {} : { typed })}
    >
      {file === "" ? "Everything that was copied" : file} is fetched again when it is asked for, if the upstream still
      has it.
    </ConfirmButton>
  );
}
