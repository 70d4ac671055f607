import { Group, Pagination, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";

const PAGE_LENGTH = 50;

/** A long list that is here already, a page at a time. */
export function Paged<Item>({
  items,
  what,
  children,
}: {
  readonly items: readonly Item[];
  /** What they are, in the plural. */
  readonly what: string;
  readonly children: (page: readonly Item[]) => ReactNode;
}) {
  const [wanted, setPage] = useState(1);
  const count = Math.max(1, Math.ceil(items.length / PAGE_LENGTH));
  const page = Math.min(wanted, count);
  const start = (page - 1) * PAGE_LENGTH;
  return (
    <>
      {children(items.slice(start, start + PAGE_LENGTH))}
      {count === 1 ? null : (
        <Group justify="space-between" mt="sm">
          <Text size="sm" c="dimmed">
            {start + 1} to {Math.min(start + PAGE_LENGTH, items.length)} of {items.length} {what}
          </Text>
          <Pagination
            total={count}
            value={page}
            onChange={setPage}
            getControlProps={(control) => ({ "aria-label": `${control} page` })}
            getItemProps={(number) => ({ "aria-label": `page ${number}` })}
          />
        </Group>
      )}
    </>
  );
}
