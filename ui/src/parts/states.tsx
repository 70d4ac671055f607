import { Alert, Anchor, Button, Center, Loader, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { ApiFailure } from "../api.ts";

/** While something is fetched; says so to who cannot see it turn. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <Center p="xl">
      <Loader aria-label={`${what} is loading`} />
    </Center>
  );
}

/** There is nothing to show, and what to do about it. */
export function Empty({
  title,
  isWhole = false,
  children,
}: {
  readonly title: string;
  /** It is all there is on the view. */
  readonly isWhole?: boolean;
  readonly children?: ReactNode;
}) {
  return (
    <Stack align="center" p="xl" gap="xs">
      <Title order={isWhole ? 1 : 2} size="h4">
        {title}
      </Title>
      <Text c="dimmed" ta="center" component="div">
        {children}
      </Text>
    </Stack>
  );
}

/** What went wrong, in the server's sentence, and what to do. */
export function Failed({ error, retry }: { readonly error: Error; readonly retry?: () => void }) {
  const isRefusal = error instanceof ApiFailure;
  // Asked the same again, the server says the same.
  const isFinal = isRefusal && [401, 403, 404].includes(error.status);
  const title = !isRefusal
    ? "The server cannot be reached"
    : error.status === 401
      ? "Sign in to see this"
      : error.status === 403
        ? "You may not see this"
        : error.status === 404
          ? "There is nothing here"
          : "That did not work";
  return (
    <Alert color={isRefusal && error.status < 500 ? "yellow" : "red"} title={title} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text className="breaks">
          {isRefusal
            ? sentenceOf(error.message)
            : "Look at your connection and whether the server runs, and try again."}
        </Text>
        {isRefusal && error.status === 401 ? (
          <Anchor component={Link} to={`/ui/login?then=${encodeURIComponent(window.location.pathname)}`}>
            Sign in
          </Anchor>
        ) : null}
        {retry === undefined || isFinal ? null : (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** The server's sentences also stand behind a colon, so they begin small and end without a stop. */
function sentenceOf(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

export function NothingHere() {
  return (
    <Empty isWhole title="There is nothing at this address">
      <title>Nothing here · Vivarium</title>
      <Anchor component={Link} to="/">
        To the first page
      </Anchor>
    </Empty>
  );
}
