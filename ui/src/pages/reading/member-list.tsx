import { Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import type { Contents } from "../../../../src/cli/api-types.ts";
import { sizeText } from "../../parts/sizes.ts";
import { visible } from "../../parts/visible.ts";
import styles from "./reading.module.css";

const ROW_PIXELS = 32;
/** Rows that are drawn, of however many; enough for a tall window and what is scrolled to next. */
const DRAWN = 60;

/** Members of an archive. Only those in sight are drawn, so twenty thousand are as quick as twenty. */
export function MemberList({
  items,
  chosen,
  choose,
}: {
  readonly items: Contents["items"];
  readonly chosen: string | null;
  readonly choose: (path: string) => void;
}) {
  const [top, setTop] = useState(0);
  const first = Math.max(0, Math.min(Math.floor(top / ROW_PIXELS) - 10, items.length - DRAWN));
  // A hostile archive may have two members of one name; their places differ.
  const drawn = items.slice(first, first + DRAWN).map((member, at) => ({ ...member, place: first + at }));
  const height = Math.min(items.length * ROW_PIXELS + 2, 420);
  return (
    <section
      className={styles["window"]}
      style={{ height }}
      aria-label="What it holds"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1).
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <ul className={styles["plain"]} style={{ paddingTop: first * ROW_PIXELS, height: items.length * ROW_PIXELS }}>
        {drawn.map(({ path, kind, sizeBytes, place }) => (
          <li key={place} aria-setsize={items.length} aria-posinset={place + 1}>
            <UnstyledButton
              className={styles["row"] ?? ""}
              w="100%"
              disabled={kind !== "file"}
              aria-current={path === chosen ? "true" : undefined}
              fw={path === chosen ? 700 : 400}
              title={visible(path)}
              onClick={() => choose(path)}
            >
              <span>{visible(path)}</span>
              <Text size="sm" c="dimmed" component="span">
                {kind === "link" ? "link" : sizeText(sizeBytes)}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
