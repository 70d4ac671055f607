import { Anchor, Button, Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import type { Repositories, Repository, User } from "../../../../src/cli/api-types.ts";
import { ApiFailure, ask } from "../../api.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { Failed } from "../../parts/states.tsx";
import { FirstRepository } from "./first-repository.tsx";
import { FirstUpload } from "./first-upload.tsx";
import { PasswordForm } from "./password-form.tsx";
import { isUntouched } from "./sign-in.ts";
import { SignedIn } from "./signed-in.tsx";

/** `/ui/first-run`: what root does when a server is new. */
export function Component() {
  return (
    <Page title="Set up this server" about="Three steps, and the first package can come.">
      <SignedIn>
        {({ isRoot }) =>
          isRoot ? (
            <FirstRun />
          ) : (
            <Failed error={new ApiFailure(403, "not-permitted", "Only root sets a server up. Sign in as root.")} />
          )
        }
      </SignedIn>
    </Page>
  );
}

function FirstRun() {
  const root = useQuery({
    queryKey: ["user", "root"],
    queryFn: ({ signal }) => ask<User>("GET", ["users", "root"], { signal }),
  });
  const repositories = useQuery({
    queryKey: ["repositories"],
    queryFn: ({ signal }) => ask<Repositories>("GET", ["repositories"], { signal }),
  });
  const [made, setMade] = useState<Repository | null>(null);
  return (
    <Stack gap="lg" component="ol" p={0} m={0}>
      <Loaded query={root} what="The account root">
        {(account) => (
          <Step number={1} title="A password of your own" isDone={!isUntouched(account)}>
            {isUntouched(account) ? <OwnPassword /> : <PasswordKept />}
          </Step>
        )}
      </Loaded>
      <Loaded query={repositories} what="The repositories">
        {({ items }) => {
          const first = made ?? items.find(({ kind, format }) => kind === "local" && format === "python") ?? null;
          return (
            <>
              <Step number={2} title="A repository for your packages" isDone={first !== null}>
                {first === null ? <FirstRepository known={items} onMade={setMade} /> : <RepositoryMade of={first} />}
              </Step>
              <Step number={3} title="The first upload" isDone={false}>
                {first === null ? (
                  <Text c="dimmed">The line to type stands here as soon as there is a repository.</Text>
                ) : (
                  <FirstUpload repository={first} />
                )}
              </Step>
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function Step({
  number,
  title,
  isDone,
  children,
}: {
  readonly number: number;
  readonly title: string;
  readonly isDone: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Paper component="li" withBorder p="lg" style={{ listStyle: "none" }}>
      <Stack gap="sm">
        <Title order={2} size="h4" style={{ display: "flex", gap: "0.5rem", alignItems: "center" }}>
          <ThemeIcon variant={isDone ? "filled" : "light"} radius="xl" aria-hidden>
            {isDone ? <IconCheck size={16} /> : number}
          </ThemeIcon>
          {title}
          {isDone ? (
            <Text span size="sm" c="dimmed">
              done
            </Text>
          ) : null}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

function OwnPassword() {
  return (
    <>
      <Text>
        Root may do everything here, and still has the password with which the server was first started: one that it
        made and showed in the terminal, or that of <code>VIVARIUM_ROOT_PASSWORD</code>. Choose one of your own.
      </Text>
      <PasswordForm user="root" />
    </>
  );
}

function PasswordKept() {
  return (
    <Text>
      Root has been changed since the server was first started. A lost password is set anew on the server’s machine,
      while it is stopped: <code>vivarium user password root --data FOLDER</code>.
    </Text>
  );
}

function RepositoryMade({ of: { name } }: { readonly of: Repository }) {
  return (
    <Stack align="flex-start" gap="xs">
      <Text>
        <Anchor component={Link} to={`/${name}`} underline="always">
          {name}
        </Anchor>{" "}
        takes packages.
      </Text>
      <Button component={Link} to="/ui/repositories" variant="default" size="xs">
        All repositories
      </Button>
    </Stack>
  );
}
