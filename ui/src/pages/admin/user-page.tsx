import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import type { User, WhoAmI } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { When } from "../../parts/dates.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { useMe } from "../../parts/session.ts";
import { useAction } from "../../parts/use-action.ts";
import { EntityForm } from "./entity-form.tsx";
import { fieldOf, LineField, SwitchField, TextField } from "./fields.tsx";
import { Section } from "./section.tsx";

export function Component() {
  const { user: name = "" } = useParams();
  const me = useMe().data;
  const user = useQuery({
    queryKey: ["user", name],
    queryFn: ({ signal }) => ask<User>("GET", ["users", name], { signal }),
  });
  const mayChange = me?.isAdmin === true || me?.user === name;
  const actions = mayChange ? (
    <Button component={Link} to={`/ui/tokens?user=${encodeURIComponent(name)}`} variant="default">
      Tokens
    </Button>
  ) : null;
  return (
    <Page title={name} actions={actions}>
      <Loaded query={user} what="The account">
        {(found) => <Account key={found.name} user={found} mayChange={mayChange} me={me ?? null} />}
      </Loaded>
    </Page>
  );
}

function Account({
  user,
  mayChange,
  me,
}: {
  readonly user: User;
  readonly mayChange: boolean;
  readonly me: WhoAmI | null;
}) {
  return (
    <Stack gap="lg" maw={760}>
      <Text size="sm" c="dimmed">
        An account since <When at={user.createdAt} />
        {user.modifiedAt === null ? null : (
          <>
            , changed <When at={user.modifiedAt} />
          </>
        )}
        .
      </Text>
      {mayChange ? (
        <>
          <Profile user={user} isAdmin={me?.isAdmin === true} />
          <Password user={user} />
          {user.name === "root" ? null : <Removal user={user} isSelf={me?.user === user.name} />}
        </>
      ) : (
        <Text>{user.title ?? user.description ?? "Nothing more is known of it."}</Text>
      )}
    </Stack>
  );
}

interface ProfileValues extends Record<string, unknown> {
  title: string | null;
  email: string | null;
  description: string | null;
  isAdmin: boolean;
}

function Profile({ user, isAdmin }: { readonly user: User; readonly isAdmin: boolean }) {
  const { title, email, description } = user;
  const form = useForm<ProfileValues>({
    initialValues: { title, email, description, isAdmin: user.isAdmin === true },
  });
  const saving = useAction({
    work: ({ isAdmin: wished, ...rest }: ProfileValues) =>
      ask<User>("PATCH", ["users", user.name], {
        body: { ...rest, ...(wished === (user.isAdmin === true) ? {} : { isAdmin: wished }) },
      }),
    done: `${user.name} is changed`,
    refresh: [["user", user.name], ["users"]],
  });
  return (
    <Section title="About">
      <EntityForm
        form={form}
        error={saving.error}
        isBusy={saving.isPending}
        deed="Save"
        onSubmit={(values) => saving.mutate(values)}
      >
        <LineField label="Title" {...fieldOf(form, "title")} />
        <LineField
          label="E-mail address"
          description="Shown to them and administrators only."
          {...fieldOf(form, "email")}
        />
        <TextField label="Description" {...fieldOf(form, "description")} />
        {isAdmin && user.name !== "root" ? (
          <SwitchField
            label="Administrator"
            description="May do everything here, as root may."
            {...fieldOf(form, "isAdmin")}
          />
        ) : null}
      </EntityForm>
    </Section>
  );
}

function Password({ user }: { readonly user: User }) {
  const form = useForm({
    initialValues: { password: "", again: "" },
    validate: {
      password: (password: string) => (password === "" ? "Type a password" : null),
      again: (again: string, { password }: { password: string }) =>
        again === password ? null : "The two are not the same",
    },
  });
  const setting = useAction({
    work: (password: string) => ask<User>("PATCH", ["users", user.name], { body: { password } }),
    done: "The password is set",
    refresh: [["user", user.name], ["users"]],
    after: () => form.reset(),
  });
  const eye = { "aria-label": "Show what is typed", tabIndex: 0 };
  return (
    <Section
      title="Password"
      about={
        user.hasPassword === false
          ? "There is none: only tokens let this account in."
          : "One is set; it is kept hashed and cannot be shown."
      }
    >
      <EntityForm
        form={form}
        error={setting.error}
        isBusy={setting.isPending}
        deed="Set the password"
        beside={user.hasPassword === true && user.name !== "root" ? <TakePasswordAway user={user} /> : null}
        onSubmit={({ password }) => setting.mutate(password)}
      >
        <PasswordInput
          label="New password"
          autoComplete="new-password"
          visibilityToggleButtonProps={eye}
          {...form.getInputProps("password")}
        />
        <PasswordInput
          label="The same again"
          autoComplete="new-password"
          visibilityToggleButtonProps={eye}
          {...form.getInputProps("again")}
        />
      </EntityForm>
    </Section>
  );
}

function TakePasswordAway({ user }: { readonly user: User }) {
  const taking = useAction({
    work: () => ask<User>("PATCH", ["users", user.name], { body: { password: null } }),
    done: "The password is taken away",
    refresh: [["user", user.name], ["users"]],
  });
  return (
    <ConfirmButton
      label="Take it away"
      title={`Take away the password of ${user.name}?`}
      deed="Take it away"
      action={taking}
    >
      Only tokens let the account in then. An administrator can set a password again.
    </ConfirmButton>
  );
}

function Removal({ user, isSelf }: { readonly user: User; readonly isSelf: boolean }) {
  const navigate = useNavigate();
  const removing = useAction({
    work: () => ask<null>("DELETE", ["users", user.name]),
    done: `${user.name} is removed`,
    refresh: [["users"], ["repositories"], ["whoami"]],
    after: () => void navigate(isSelf ? "/" : "/ui/users"),
  });
  return (
    <Section
      title="Remove"
      about="Removes the account with its repositories and tokens. While one of its repositories is immutable and not empty the server refuses."
    >
      <Group>
        <ConfirmButton
          label={`Remove ${user.name}`}
          title={`Remove ${user.name}?`}
          deed="Remove it for good"
          typed={user.name}
          button={{ variant: "outline", color: "red" }}
          action={removing}
        >
          The account, its repositories with everything in them, and its tokens go. This cannot be taken back.
        </ConfirmButton>
      </Group>
    </Section>
  );
}
