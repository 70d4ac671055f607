import { Alert, Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import type { Repository } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { When } from "../../parts/dates.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { useMe } from "../../parts/session.ts";
import { useAction } from "../../parts/use-action.ts";
import { RepositoryFields, useRepositoryForm } from "./repository-form.tsx";
import { changeOf, type RepositoryValues, valuesOf } from "./repository-values.ts";
import { Section } from "./section.tsx";

export function Component() {
  const { owner = "", name = "" } = useParams();
  const repository = useQuery({
    queryKey: ["repository", owner, name],
    queryFn: ({ signal }) => ask<Repository>("GET", ["repositories", owner, name], { signal }),
  });
  return (
    <Page
      title={`Settings of ${owner}/${name}`}
      actions={
        <Button component={Link} to={`/${owner}/${name}`} variant="default">
          To the repository
        </Button>
      }
    >
      <Loaded query={repository} what="The repository">
        {(found) => <Settings key={found.name} repository={found} />}
      </Loaded>
    </Page>
  );
}

function Settings({ repository }: { readonly repository: Repository }) {
  const path = ["repositories", ...repository.name.split("/")];
  const [before, setBefore] = useState(() => valuesOf(repository));
  const form = useRepositoryForm(before, false);
  const me = useMe().data;
  const saving = useAction({
    work: (values: RepositoryValues) => ask<Repository>("PATCH", path, { body: changeOf(before, values) }),
    done: `${repository.name} is changed`,
    refresh: [["repository"], ["repositories"], ["resolution"]],
    after: (saved) => {
      setBefore(valuesOf(saved));
      form.setValues(valuesOf(saved));
    },
  });
  const isForeign = me?.user !== null && me?.isAdmin === false && me.user !== before.owner;
  return (
    <Stack gap="lg">
      <Text size="sm" c="dimmed">
        A {repository.kind} repository of {repository.format === "python" ? "Python packages" : "any files"}, made{" "}
        <When at={repository.createdAt} />. Its kind, format and name cannot change.
        {repository.kind === "remote" ? (
          <>
            {" "}
            <Anchor component={Link} to={`/${repository.name}/-/copies`} inherit>
              What it has copied
            </Anchor>
          </>
        ) : null}
      </Text>
      {isForeign ? (
        <Alert color="yellow" title="Only its owner and administrators change it" maw={760}>
          You can look at the settings; saving them will be refused unless a permission says otherwise.
        </Alert>
      ) : null}
      <RepositoryFields
        form={form}
        hasCredentials={repository.kind === "remote" && repository.hasCredentials}
        error={saving.error}
        isBusy={saving.isPending}
        deed="Save the settings"
        onSubmit={(values) => saving.mutate(values)}
      />
      <Danger repository={repository} path={path} />
    </Stack>
  );
}

function Danger({ repository, path }: { readonly repository: Repository; readonly path: readonly string[] }) {
  const navigate = useNavigate();
  const removing = useAction({
    work: () => ask<null>("DELETE", path),
    done: `${repository.name} is removed`,
    refresh: [["repositories"]],
    after: () => void navigate("/ui/repositories"),
  });
  return (
    <Stack maw={760}>
      <Section
        title="Remove"
        about="Removes the repository with everything in it. While it is immutable and not empty the server refuses: say first that its files may be removed. Repositories that name it as a member go on without it."
      >
        <Group>
          <ConfirmButton
            label={`Remove ${repository.name}`}
            title={`Remove ${repository.name}?`}
            deed="Remove it for good"
            typed={repository.name}
            button={{ variant: "outline", color: "red" }}
            action={removing}
          >
            <Text size="sm">
              All its projects, files and settings go. This cannot be taken back, and who installs from it will get
              nothing.
            </Text>
          </ConfirmButton>
        </Group>
      </Section>
    </Stack>
  );
}
