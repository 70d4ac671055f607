import { Anchor, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import type { Found } from "../../../../src/cli/api-types.ts";
import { Page } from "../../parts/page.tsx";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { HitList } from "./hit-list.tsx";
import { useFound } from "./queries.ts";

const DEBOUNCE_MILLISECONDS = 120;
const PAGE_LENGTH = 20;

/** Search as one types; what was typed stands in the address. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const asked = params.get("q") ?? "";
  const after = Number(params.get("after") ?? "0") || 0;
  const [text, setText] = useState(asked);
  const [settled] = useDebouncedValue(text, DEBOUNCE_MILLISECONDS);
  const written = useRef(asked);
  // The search field of the header changes the address, too.
  useEffect(() => {
    if (asked === written.current) return;
    written.current = asked;
    setText(asked);
  }, [asked]);
  useEffect(() => {
    if (settled === written.current) return;
    written.current = settled;
    setParams(settled === "" ? {} : { q: settled }, { replace: true });
  }, [settled, setParams]);
  const found = useFound(asked, after);
  const go = (to: number) => setParams({ q: asked, ...(to === 0 ? {} : { after: String(to) }) });
  return (
    <Page title="Search">
      <TextInput
        type="search"
        label="Words in names, summaries, keywords and people"
        placeholder="requests"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        autoFocus
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          document.querySelector<HTMLElement>("[data-hit]")?.focus();
        }}
      />
      <Results text={asked} after={after} query={found} go={go} />
    </Page>
  );
}

function Results({
  text,
  after,
  query,
  go,
}: {
  readonly text: string;
  readonly after: number;
  readonly query: ReturnType<typeof useFound>;
  readonly go: (after: number) => void;
}) {
  if (text.trim() === "") return <Empty title="Type what you are looking for">All that you may see is searched.</Empty>;
  if (query.data === undefined) {
    if (query.error !== null) return <Failed error={query.error} retry={() => void query.refetch()} />;
    return <Loading what="What was found" />;
  }
  const { items, next } = query.data;
  return (
    <Stack gap="md">
      <Text role="status" size="sm" c="dimmed">
        {countText(query.data)}
      </Text>
      {query.error === null ? null : <Failed error={query.error} retry={() => void query.refetch()} />}
      {items.length === 0 ? (
        <Empty title="Nothing that you may see fits">Try fewer words, or a part of a word.</Empty>
      ) : (
        <HitList items={items} />
      )}
      <Group justify="space-between">
        {after === 0 ? (
          <span />
        ) : (
          <Button variant="default" onClick={() => go(after - PAGE_LENGTH)}>
            Before
          </Button>
        )}
        {next === null ? null : (
          <Button variant="default" onClick={() => go(Number(next))}>
            More
          </Button>
        )}
      </Group>
      {query.data.unread.length === 0 ? null : (
        <Text size="sm" c="dimmed">
          Still fetching the names of {query.data.unread.join(", ")}; more may come in a moment.{" "}
          <Anchor component="button" type="button" onClick={() => void query.refetch()}>
            Look again
          </Anchor>
        </Text>
      )}
    </Stack>
  );
}

function countText({ count, hasMore }: Found): string {
  if (hasMore) return `More than ${count.toLocaleString("en")} packages, the likeliest first`;
  return count === 1 ? "1 package" : `${count.toLocaleString("en")} packages`;
}
