import { Anchor, Badge, Group, Stack, Text } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useRepositories } from "../../parts/choices.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { Paged } from "../../parts/paged.tsx";
import { Empty } from "../../parts/states.tsx";
import { visible } from "../../parts/visible.ts";
import { pathTo } from "./queries.ts";
import styles from "./reading.module.css";

/** What somebody owns, as far as one may see it. */
export function Component() {
  const { owner = "" } = useParams();
  return (
    <Page title={visible(owner)} about="Repositories of this owner that you may see.">
      <Loaded query={useRepositories()} what="The repositories">
        {({ items }) => {
          const own = items.filter(({ name }) => name.startsWith(`${owner}/`));
          if (own.length === 0) {
            return <Empty title="There is nothing here that you may see">Sign in, or look for a misspelt name.</Empty>;
          }
          return (
            <Paged items={own} what="repositories">
              {(page) => (
                <Stack component="ul" gap="xs" className={styles["plain"] ?? ""}>
                  {page.map(({ name, kind, title }) => (
                    <li key={name} className={styles["hit"]}>
                      <Group justify="space-between">
                        <Anchor component={Link} to={pathTo(name)} className="breaks">
                          {name}
                        </Anchor>
                        <Badge variant="default" tt="none">
                          {kind}
                        </Badge>
                      </Group>
                      {title === null ? null : <Text size="sm">{visible(title)}</Text>}
                    </li>
                  ))}
                </Stack>
              )}
            </Paged>
          );
        }}
      </Loaded>
    </Page>
  );
}
