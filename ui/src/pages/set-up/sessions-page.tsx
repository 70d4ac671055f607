import { Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Sessions as Answer, Session } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { When } from "../../parts/dates.tsx";
import { FormFailure } from "../../parts/form-failure.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { useSignOut } from "../../parts/sign-out.ts";
import { Empty } from "../../parts/states.tsx";
import { useAction } from "../../parts/use-action.ts";
import { browserText } from "./browser-text.ts";
import { PasswordForm } from "./password-form.tsx";
import { SignedIn } from "./signed-in.tsx";

/** `/ui/sessions`: where one is signed in, and one's password. */
export function Component() {
  return (
    <Page title="Sessions and password">
      <SignedIn>
        {({ user }) => (
          <>
            <Sessions />
            <Stack component="section" gap="sm">
              <Title order={2} size="h3">
                Password
              </Title>
              <Text c="dimmed">When it changes, all other sessions end; tokens stay good.</Text>
              <PasswordForm user={user} />
            </Stack>
          </>
        )}
      </SignedIn>
    </Page>
  );
}

function Sessions() {
  const query = useQuery({
    queryKey: ["sessions"],
    queryFn: ({ signal }) => ask<Answer>("GET", ["sessions"], { signal }),
  });
  return (
    <Stack component="section" gap="sm">
      <Title order={2} size="h3">
        Where you are signed in
      </Title>
      <Loaded query={query} what="Your sessions">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no session">You have signed in with each request by itself.</Empty>
          ) : (
            <Stack gap="xs" component="ul" p={0} m={0}>
              {items.map((session) => (
                <SessionCard key={session.id} session={session} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Stack>
  );
}

function SessionCard({ session }: { readonly session: Session }) {
  const { id, kind, isCurrent, begunAt, lastSeenAt, expiresAt, address } = session;
  const signOut = useSignOut();
  const ending = useAction({
    work: () => ask("DELETE", ["sessions", id]),
    done: "The session is ended",
    refresh: [["sessions"]],
  });
  const browser = kind === "client" ? "devpi’s command line" : browserText(session.userAgent);
  return (
    <Card component="li" withBorder padding="sm" style={{ listStyle: "none" }}>
      <Group justify="space-between" align="flex-start">
        <Stack gap={2} style={{ flex: 1, minWidth: 220 }}>
          <Group gap="xs">
            <Text fw={600}>{browser}</Text>
            {isCurrent ? <Badge variant="outline">This one</Badge> : null}
          </Group>
          <Text size="sm" c="dimmed">
            {address === null ? null : `From ${address}. `}
            Signed in <When at={begunAt} />, last seen <When at={lastSeenAt} />, ends <When at={expiresAt} />.
          </Text>
        </Stack>
        <Button
          variant="default"
          size="xs"
          loading={ending.isPending}
          aria-label={isCurrent ? "Sign out here" : `End it: ${browser}`}
          onClick={() => (isCurrent ? signOut() : ending.mutate())}
        >
          {isCurrent ? "Sign out" : "End it"}
        </Button>
      </Group>
      <FormFailure error={ending.error} />
    </Card>
  );
}
