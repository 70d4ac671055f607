import { Anchor, Badge, Group, Stack, Text } from "@mantine/core";
import type { KeyboardEvent } from "react";
import { Link } from "react-router";
import type { Found } from "../../../../src/cli/api-types.ts";
import { visible } from "../../parts/visible.ts";
import { pathTo } from "./queries.ts";
import styles from "./reading.module.css";

/** Packages, to be walked through with the arrow keys; `inside`: they are shown as what this repository has. */
export function HitList({ items, inside }: { readonly items: Found["items"]; readonly inside?: string }) {
  return (
    <Stack component="ul" gap="xs" className={styles["plain"] ?? ""} onKeyDown={walk}>
      {items.map((item) => (
        <li key={`${item.repository}/${item.project}`} className={styles["hit"]}>
          <Group gap="xs" wrap="wrap">
            <Anchor
              component={Link}
              to={pathTo(inside ?? item.repository, item.project)}
              fw={600}
              className="breaks"
              data-hit=""
            >
              {visible(item.displayName)}
            </Anchor>
            {item.version === null ? null : <Text size="sm">{visible(item.version)}</Text>}
            <Badge variant="default" tt="none" className="breaks">
              {item.repository}
            </Badge>
          </Group>
          {item.summary === null ? null : (
            <Text size="sm" c="dimmed" lineClamp={2} className="breaks">
              {visible(item.summary)}
            </Text>
          )}
        </li>
      ))}
    </Stack>
  );
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-hit]")];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  const next = links[at + step];
  if (next !== undefined) next.focus();
  else if (at + step < 0) document.querySelector<HTMLElement>("main input[type=search]")?.focus();
}
