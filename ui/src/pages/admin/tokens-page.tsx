import { Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import type { IssuedToken, Limit, NewToken, Token, Tokens } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { When } from "../../parts/dates.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { Paged } from "../../parts/paged.tsx";
import { SecretOnce } from "../../parts/secret-once.tsx";
import { useMe } from "../../parts/session.ts";
import { Empty } from "../../parts/states.tsx";
import { useAction } from "../../parts/use-action.ts";
import { EntityForm } from "./entity-form.tsx";
import { fieldOf } from "./fields.tsx";
import { LimitsInput, limitText } from "./limits-input.tsx";
import { type Column, Rows } from "./rows.tsx";
import { Section } from "./section.tsx";
import { SignInFirst } from "./sign-in-first.tsx";

/** One's own tokens, or with `?user=` those of another account. */
export function Component() {
  const me = useMe();
  const [query] = useSearchParams();
  const wanted = query.get("user");
  return (
    <Page
      title={wanted === null || wanted === me.data?.user ? "Your tokens" : `Tokens of ${wanted}`}
      about="A token stands for the password in programs and pipelines, within limits, and can be revoked by itself. Use it as the password with any user name, for example __token__."
    >
      <Loaded query={me} what="Who you are">
        {({ user }) =>
          user === null ? (
            <SignInFirst what="see your tokens" />
          ) : (
            <TokensOf key={wanted ?? user} owner={wanted ?? user} />
          )
        }
      </Loaded>
    </Page>
  );
}

function TokensOf({ owner }: { readonly owner: string }) {
  const [issued, setIssued] = useState<IssuedToken | null>(null);
  const tokens = useQuery({
    queryKey: ["tokens", owner],
    queryFn: ({ signal }) => ask<Tokens>("GET", ["users", owner, "tokens"], { signal }),
  });
  return (
    <Stack gap="lg">
      {issued === null ? null : (
        <SecretOnce key={issued.token.id} title={`The token “${issued.token.name}” is made`} secret={issued.secret} />
      )}
      <Loaded query={tokens} what="The tokens">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no token yet">Make the first one below.</Empty>
          ) : (
            <Paged items={items} what="tokens">
              {(page) => <Rows label="Tokens" columns={COLUMNS} items={page} keyOf={({ id }) => id} />}
            </Paged>
          )
        }
      </Loaded>
      <NewTokenForm owner={owner} onIssued={setIssued} />
    </Stack>
  );
}

const COLUMNS: readonly Column<Token>[] = [
  {
    title: "Name",
    cell: ({ name, id }) => (
      <>
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {id}
        </Text>
      </>
    ),
  },
  {
    title: "Good for",
    cell: ({ limits }) =>
      limits.map((limit) => (
        <Text size="sm" key={JSON.stringify(limit)}>
          {limitText(limit)}
        </Text>
      )),
  },
  { title: "Made", cell: ({ createdAt }) => <When at={createdAt} only="day" /> },
  { title: "Ends", cell: ({ expiresAt }) => (expiresAt === null ? "never" : <When at={expiresAt} />) },
  { title: "Revoke", isTitleHidden: true, cell: (token) => <Revoke token={token} /> },
];

function Revoke({ token }: { readonly token: Token }) {
  const revoking = useAction({
    work: () => ask<null>("DELETE", ["users", token.owner, "tokens", token.id]),
    done: `“${token.name}” is revoked`,
    refresh: [["tokens", token.owner]],
  });
  return (
    <ConfirmButton
      label={
        <>
          Revoke<span className="visually-hidden"> {token.name}</span>
        </>
      }
      title={`Revoke “${token.name}”?`}
      deed="Revoke it"
      button={{ size: "xs", variant: "subtle", color: "red" }}
      action={revoking}
    >
      It stops working at once, for whoever uses it. This cannot be taken back.
    </ConfirmButton>
  );
}

interface Values extends Record<string, unknown> {
  name: string;
  lifetime: string;
  isLimited: boolean;
  limits: readonly Limit[];
}

const LIFETIMES = [
  { value: "1", label: "One day" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "One year" },
  { value: "never", label: "Until it is revoked" },
];
const DAY_MILLISECONDS = 86_400_000;
const FIRST_LIMIT: Limit = { action: "publish", repository: "", projects: null };

function tokenWishOf({ name, lifetime, isLimited, limits }: Values): NewToken {
  const days = Number(lifetime);
  return {
    name: name.trim(),
    expiresAt: Number.isNaN(days) ? null : new Date(Date.now() + days * DAY_MILLISECONDS).toISOString(),
    ...(isLimited ? { limits: limits.map((limit) => ({ ...limit, repository: limit.repository.trim() })) } : {}),
  };
}

function NewTokenForm({
  owner,
  onIssued,
}: {
  readonly owner: string;
  readonly onIssued: (issued: IssuedToken) => void;
}) {
  const form = useForm<Values>({
    initialValues: { name: "", lifetime: "90", isLimited: true, limits: [FIRST_LIMIT] },
    validate: {
      name: (name) => (name.trim() === "" ? "Give it a name by which you will know it again" : null),
      limits: (limits, { isLimited }) =>
        isLimited && limits.some(({ repository }) => repository.trim() === "")
          ? "Say for each row which repository; * is all"
          : null,
    },
  });
  const making = useAction({
    work: (values: Values) => ask<IssuedToken>("POST", ["users", owner, "tokens"], { body: tokenWishOf(values) }),
    refresh: [["tokens", owner]],
    after: (issued) => {
      onIssued(issued);
      form.reset();
      window.scrollTo({ top: 0 });
    },
  });
  return (
    <Stack maw={760}>
      <Section title="New token">
        <EntityForm
          form={form}
          error={making.error}
          isBusy={making.isPending}
          deed="Make the token"
          onSubmit={(values) => making.mutate(values)}
        >
          <TextInput
            label="Name"
            description="Where it is used, for example “pipeline of acme”."
            {...form.getInputProps("name")}
          />
          <Select label="Ends after" data={LIFETIMES} allowDeselect={false} {...form.getInputProps("lifetime")} />
          <Switch
            label="Good for some things only"
            description="Safer: who finds it can do no more than that. Otherwise it may do all that its owner may."
            {...form.getInputProps("isLimited", { type: "checkbox" })}
          />
          {form.values.isLimited ? <LimitsInput {...fieldOf(form, "limits")} /> : null}
          {form.errors["limits"] === undefined ? null : (
            <Text size="sm" c="red" role="alert">
              {form.errors["limits"]}
            </Text>
          )}
        </EntityForm>
      </Section>
    </Stack>
  );
}
