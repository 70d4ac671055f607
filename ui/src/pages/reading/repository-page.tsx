import { Anchor, Badge, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { Link, useParams } from "react-router";
import type { Projects, Repository } from "../../../../src/cli/api-types.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { useMe } from "../../parts/session.ts";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { visible } from "../../parts/visible.ts";
import { HitList } from "./hit-list.tsx";
import { LoadedPage } from "./loaded-page.tsx";
import { pathTo, useFound, useProjects, useRepository } from "./queries.ts";
import styles from "./reading.module.css";
import { RepositoryFacts } from "./repository-facts.tsx";

/** One repository: what it is, what it shows and why, and its projects. */
export function Component() {
  const { owner = "", name = "" } = useParams();
  const repository = useRepository(owner, name);
  return (
    <LoadedPage title={visible(`${owner}/${name}`)} query={repository} what="The repository">
      {(known) => <RepositoryView owner={owner} name={name} repository={known} />}
    </LoadedPage>
  );
}

function RepositoryView({
  owner,
  name,
  repository,
}: {
  readonly owner: string;
  readonly name: string;
  readonly repository: Repository;
}) {
  const isSignedIn = (useMe().data?.user ?? null) !== null;
  const to = (view: string) => `${pathTo(owner, name)}/-/${view}`;
  const actions = (
    <>
      <Button component={Link} to={to("set-up")}>
        Set me up
      </Button>
      {isSignedIn && repository.kind !== "remote" ? (
        <Button component={Link} to={to("upload")} variant="default">
          Upload
        </Button>
      ) : null}
      {isSignedIn ? (
        <Button component={Link} to={to("settings")} variant="default">
          Settings
        </Button>
      ) : null}
    </>
  );
  return (
    <Page
      title={repository.name}
      about={repository.title === null ? undefined : visible(repository.title)}
      actions={actions}
    >
      <Group gap="xs">
        <Badge variant="light" tt="none">
          {repository.kind}
        </Badge>
        <Badge variant="default" tt="none">
          {repository.format}
        </Badge>
        {repository.isBlackedOut ? (
          <Badge color="red" variant="light" tt="none">
            blacked out
          </Badge>
        ) : null}
      </Group>
      {repository.description === null ? null : (
        <Text className={styles["wrapped"] ?? ""}>{visible(repository.description)}</Text>
      )}
      <RepositoryFacts repository={repository} />
      <section aria-labelledby="projects">
        <Title order={2} size="h4" id="projects" mb="sm">
          Packages
        </Title>
        {repository.format === "python" ? (
          <ProjectList owner={owner} name={name} />
        ) : (
          <Empty title="This repository holds plain files">They have no packages; fetch them by their paths.</Empty>
        )}
      </section>
    </Page>
  );
}

function ProjectList({ owner, name }: { readonly owner: string; readonly name: string }) {
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text, 150);
  return (
    <Stack gap="sm">
      <TextInput
        type="search"
        label="Only packages with these words"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maw={420}
      />
      {settled.trim() === "" ? (
        <AllProjects owner={owner} name={name} />
      ) : (
        <FilteredProjects text={settled} repository={`${owner}/${name}`} />
      )}
    </Stack>
  );
}

function FilteredProjects({ text, repository }: { readonly text: string; readonly repository: string }) {
  const query = useFound(text, 0, repository);
  return (
    <Loaded query={query} what="The packages">
      {({ items, count, hasMore }) => (
        <Stack gap="sm">
          <Text role="status" size="sm" c="dimmed">
            {hasMore ? `More than ${count}` : count} found
            {count > items.length ? `; the likeliest ${items.length}` : ""}
          </Text>
          {items.length === 0 ? (
            <Empty title="No package here fits">Try a part of the name.</Empty>
          ) : (
            <HitList items={items} inside={repository} />
          )}
        </Stack>
      )}
    </Loaded>
  );
}

function AllProjects({ owner, name }: { readonly owner: string; readonly name: string }) {
  const query = useProjects(owner, name);
  if (query.data === undefined) {
    if (query.error !== null) return <Failed error={query.error} retry={() => void query.refetch()} />;
    return <Loading what="The packages" />;
  }
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0)
    return <Empty title="There is no package here yet">Set up your tools and upload the first.</Empty>;
  return (
    <Stack gap="sm">
      <Names items={items} repository={`${owner}/${name}`} />
      {query.error === null ? null : <Failed error={query.error} retry={() => void query.fetchNextPage()} />}
      {query.hasNextPage ? (
        <Group>
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}

function Names({ items, repository }: { readonly items: Projects["items"]; readonly repository: string }) {
  return (
    <ul className={styles["names"]}>
      {items.map(({ project, displayName }) => (
        <li key={project}>
          <Anchor component={Link} to={pathTo(repository, project)} className="breaks">
            {visible(displayName)}
          </Anchor>
        </li>
      ))}
    </ul>
  );
}
