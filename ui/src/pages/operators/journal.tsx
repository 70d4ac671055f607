import { Anchor, Button, Center, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Journal as JournalPage } from "../../../../src/cli/api-types.ts";
import { When } from "../../parts/dates.tsx";
import { Page } from "../../parts/page.tsx";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { tell } from "./events.ts";
import classes from "./journal.module.css";
import { JournalExport } from "./journal-export.tsx";
import { JournalFilters } from "./journal-filters.tsx";
import { askJournal, type Question, useQuestion } from "./journal-question.ts";

const PAGE_LENGTH = 100;

/** Who did what, and when: the newest first. */
export function Journal() {
  const [question, ask] = useQuestion();
  const key = JSON.stringify(question);
  return (
    <Page
      title="Journal"
      about="Everything that was ever changed on this server, and by whom. Nothing is taken out of it."
      actions={<JournalExport key={key} question={question} />}
    >
      {/* Another address, as by going back, is another set of filters. */}
      <JournalFilters key={`filters ${key}`} question={question} onAsk={ask} />
      <Entries question={question} />
    </Page>
  );
}

function Entries({ question }: { readonly question: Question }) {
  const pages = useInfiniteQuery({
    queryKey: ["journal", question],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) => askJournal(question, { before: pageParam, limit: PAGE_LENGTH, signal }),
    getNextPageParam: ({ next }) => next,
  });
  if (pages.data === undefined) {
    if (pages.error !== null) return <Failed error={pages.error} retry={() => void pages.refetch()} />;
    return <Loading what="The journal" />;
  }
  const entries = pages.data.pages.flatMap(({ items }) => items);
  if (entries.length === 0 && !pages.hasNextPage) {
    return <Empty title="Nothing like that has happened">Ask for less at once, or show everything.</Empty>;
  }
  return (
    <Stack>
      <table className={classes["entries"]}>
        <caption className={classes["caption"]}>Entries of the journal, newest first</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Where</th>
            <th scope="col">Serial</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Entry key={entry.seq} entry={entry} />
          ))}
        </tbody>
      </table>
      {pages.error === null ? null : <Failed error={pages.error} retry={() => void pages.fetchNextPage()} />}
      <Center>
        {pages.hasNextPage ? (
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show older entries
          </Button>
        ) : (
          <Text size="sm" c="dimmed">
            That is all, back to the beginning.
          </Text>
        )}
      </Center>
    </Stack>
  );
}

function Entry({ entry }: { readonly entry: JournalPage["items"][number] }) {
  const { text, address, where } = tell(entry.event);
  return (
    <tr>
      <td data-label="When">
        <When at={entry.at} />
      </td>
      <td data-label="Who" className="breaks">
        <Who by={entry.by} />
      </td>
      <td data-label="What" className="breaks">
        {text}
      </td>
      <td data-label="Where" className="breaks">
        {address === null ? (
          where
        ) : (
          <Anchor component={Link} to={address} size="sm">
            {where}
          </Anchor>
        )}
      </td>
      <td data-label="Serial">{entry.seq}</td>
    </tr>
  );
}

function Who({ by }: { readonly by: JournalPage["items"][number]["by"] }) {
  switch (by.kind) {
    case "user":
      return <>{by.name}</>;
    case "token":
      return <>{by.tokenId === null ? by.name : `${by.name}, by the token ${by.tokenId}`}</>;
    case "anonymous":
      return <>somebody who had not signed in</>;
    case "system":
      return <>the server itself ({by.name})</>;
    default:
      return (
        <>
          {by.kind} {by.name}
        </>
      );
  }
}
