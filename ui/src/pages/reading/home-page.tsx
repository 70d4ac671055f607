import { Anchor, Badge, Group, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import type { Recent, Repository } from "../../../../src/cli/api-types.ts";
import { useRepositories } from "../../parts/choices.ts";
import { When } from "../../parts/dates.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Empty } from "../../parts/states.tsx";
import { visible } from "../../parts/visible.ts";
import { pathTo, useRecent } from "./queries.ts";
import styles from "./reading.module.css";

const REPOSITORIES_MAX = 12;

/** The first page: search, what came last, and where one may look. */
export function Component() {
  return (
    <Stack gap="xl">
      <title>Vivarium</title>
      <Stack gap="md" align="center" py="xl">
        <Title order={1} ta="center">
          Find a package
        </Title>
        <HomeSearch />
      </Stack>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        <section aria-labelledby="recent">
          <Title order={2} size="h4" id="recent" mb="sm">
            Published last
          </Title>
          <Loaded query={useRecent()} what="What was published last">
            {({ items }) => <RecentList items={items} />}
          </Loaded>
        </section>
        <section aria-labelledby="repositories">
          <Title order={2} size="h4" id="repositories" mb="sm">
            Repositories
          </Title>
          <Loaded query={useRepositories()} what="The repositories">
            {({ items }) => <RepositoryList items={items} />}
          </Loaded>
        </section>
      </SimpleGrid>
    </Stack>
  );
}

function HomeSearch() {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  return (
    <form
      style={{ width: "100%", maxWidth: 560 }}
      onSubmit={(event) => {
        event.preventDefault();
        void navigate(`/ui/search?q=${encodeURIComponent(text)}`);
      }}
    >
      <TextInput
        type="search"
        size="lg"
        aria-label="Search all packages that you may see"
        placeholder="Name, or words of what it is for"
        leftSection={<IconSearch size={20} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}

function RecentList({ items }: { readonly items: Recent["items"] }) {
  if (items.length === 0) return <Empty title="Nothing was published yet">What is uploaded here is shown here.</Empty>;
  return (
    <Stack component="ul" gap="xs" className={styles["plain"] ?? ""}>
      {items.map(({ repository, project, version, publishedAt }) => (
        <li key={`${repository} ${project} ${version}`} className={styles["hit"]}>
          <Group justify="space-between" gap="xs">
            <Anchor
              component={Link}
              to={pathTo(repository, project, ...(version === null ? [] : [version]))}
              className="breaks"
            >
              {visible(`${project} ${version ?? ""}`.trim())}
            </Anchor>
            <Text size="xs" c="dimmed">
              <When at={publishedAt} />
            </Text>
          </Group>
          <Text size="sm" c="dimmed" className="breaks">
            in {repository}
          </Text>
        </li>
      ))}
    </Stack>
  );
}

function RepositoryList({ items }: { readonly items: readonly Repository[] }) {
  if (items.length === 0)
    return <Empty title="There is no repository that you may see">Sign in, or ask its owner.</Empty>;
  return (
    <Stack gap="xs">
      <Stack component="ul" gap="xs" className={styles["plain"] ?? ""}>
        {items.slice(0, REPOSITORIES_MAX).map(({ name, kind, title }) => (
          <li key={name} className={styles["hit"]}>
            <Group justify="space-between" gap="xs">
              <Anchor component={Link} to={pathTo(name)} className="breaks">
                {name}
              </Anchor>
              <Badge variant="default" tt="none">
                {kind}
              </Badge>
            </Group>
            {title === null ? null : (
              <Text size="sm" c="dimmed" className="breaks" lineClamp={2}>
                {visible(title)}
              </Text>
            )}
          </li>
        ))}
      </Stack>
      {items.length <= REPOSITORIES_MAX ? null : (
        <Anchor component={Link} to="/ui/repositories">
          All {items.length} repositories
        </Anchor>
      )}
    </Stack>
  );
}
