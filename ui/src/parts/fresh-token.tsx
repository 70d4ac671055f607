import { Alert, Anchor, Button, Group, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { IssuedToken, NewToken, Repositories, Repository } from "../../../src/cli/api-types.ts";
import { ask } from "../api.ts";
import { Lines } from "./lines.tsx";
import { limitsFor, publishTargetOf } from "./set-me-up-limits.ts";
import { Failed } from "./states.tsx";

const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "One year" },
  { value: "never", label: "Until it is revoked" },
] as const;

/** Makes a token that is good for one repository only. `onMade` gets its secret, which the server never shows again. */
export function FreshToken({
  repository,
  user,
  onMade,
}: {
  readonly repository: Repository;
  readonly user: string;
  readonly onMade: (secret: string) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const [issued, setIssued] = useState<IssuedToken | null>(null);
  if (issued !== null) return <ShownOnce issued={issued} />;
  if (!isOpen) {
    return (
      <Button variant="default" style={{ alignSelf: "flex-start" }} onClick={() => setIsOpen(true)}>
        Make a token and put it into the lines
      </Button>
    );
  }
  return (
    <TokenForm
      repository={repository}
      user={user}
      onIssued={(made) => {
        setIssued(made);
        onMade(made.secret);
      }}
    />
  );
}

function ShownOnce({ issued: { token, secret } }: { readonly issued: IssuedToken }) {
  return (
    <Alert variant="outline" color="teal" title="The token is made, and stands in the lines below" role="status">
      <Stack gap="xs">
        <Text size="sm">
          It is called “{token.name}” and is shown this once: the server keeps no copy that could be shown. It can be
          revoked among{" "}
          <Anchor component={Link} to="/ui/tokens" inherit underline="always">
            your tokens
          </Anchor>
          .
        </Text>
        <Lines title="Your token" text={secret} />
      </Stack>
    </Alert>
  );
}

function TokenForm({
  repository,
  user,
  onIssued,
}: {
  readonly repository: Repository;
  readonly user: string;
  readonly onIssued: (issued: IssuedToken) => void;
}) {
  const takesUploads = publishTargetOf(repository) !== null;
  const form = useForm({
    initialValues: { name: `set up ${repository.name}`, lifetime: "90", mayPublish: takesUploads },
    validate: { name: (name) => (name.trim() === "" ? "Give it a name by which you will know it again" : null) },
  });
  const queries = useQueryClient();
  const making = useMutation({
    async mutationFn({ name, lifetime, mayPublish }: typeof form.values) {
      const { items } = await ask<Repositories>("GET", ["repositories"]);
      const wish: NewToken = {
        name: name.trim(),
        expiresAt: expiryOf(lifetime, new Date()),
        limits: limitsFor(repository, items, mayPublish),
      };
      return ask<IssuedToken>("POST", ["users", user, "tokens"], { body: wish });
    },
    onSuccess(issued) {
      void queries.invalidateQueries({ queryKey: ["tokens"] });
      onIssued(issued);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => making.mutate(values))}>
      <Stack gap="sm" maw={480}>
        <TextInput label="Name of the token" data-autofocus {...form.getInputProps("name")} />
        <Select label="Good for" data={LIFETIMES} allowDeselect={false} {...form.getInputProps("lifetime")} />
        {takesUploads ? (
          <Switch
            label="May publish there, too"
            description={`Otherwise it only reads ${repository.name}.`}
            {...form.getInputProps("mayPublish", { type: "checkbox" })}
          />
        ) : null}
        {making.error === null ? null : <Failed error={making.error} />}
        <Group>
          <Button type="submit" loading={making.isPending}>
            Make the token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const DAY_MILLISECONDS = 86_400_000;

function expiryOf(lifetime: string, now: Date): string | null {
  const days = Number(lifetime);
  return Number.isNaN(days) ? null : new Date(now.getTime() + days * DAY_MILLISECONDS).toISOString();
}
