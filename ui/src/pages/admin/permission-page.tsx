import { TagsInput, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";
import type { Permission, PermissionWish } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { useGroups, useRepositories, useUsers } from "../../parts/choices.ts";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { useAction } from "../../parts/use-action.ts";
import { EntityForm } from "./entity-form.tsx";
import { fieldOf, WordsField } from "./fields.tsx";
import { type Grants, GrantsInput } from "./grants-input.tsx";
import { Section } from "./section.tsx";

/** One permission target, or a new one. */
export function Component() {
  const { permission: name } = useParams();
  return name === undefined ? (
    <Page title="New permission">
      <PermissionForm permission={null} />
    </Page>
  ) : (
    <Existing key={name} name={name} />
  );
}

function Existing({ name }: { readonly name: string }) {
  const permission = useQuery({
    queryKey: ["permissions", name],
    queryFn: ({ signal }) => ask<Permission>("GET", ["permissions", name], { signal }),
  });
  return (
    <Page title={name} about="What is granted here counts at once when it is saved.">
      <Loaded query={permission} what="The permission">
        {(found) => <PermissionForm permission={found} />}
      </Loaded>
    </Page>
  );
}

interface Values extends Record<string, unknown> {
  name: string;
  repositories: readonly string[];
  includes: readonly string[];
  excludes: readonly string[];
  users: Grants;
  groups: Grants;
}

const EVERY_KIND = ["ANY", "ANY LOCAL", "ANY REMOTE"];

function PermissionForm({ permission }: { readonly permission: Permission | null }) {
  const navigate = useNavigate();
  const users = useUsers().data?.items.map(({ name }) => name) ?? [];
  const groups = useGroups().data?.items.map(({ name }) => name) ?? [];
  const form = useForm<Values>({
    initialValues: {
      name: permission?.name ?? "",
      repositories: permission?.repositories ?? [],
      includes: permission?.includes ?? [],
      excludes: permission?.excludes ?? [],
      users: permission?.users ?? {},
      groups: permission?.groups ?? {},
    },
    validate: { name: (name) => (name.trim() === "" ? "Give the permission a name" : null) },
  });
  const saving = useAction({
    work: ({ name, ...rest }: Values) => {
      const body: PermissionWish = rest;
      return permission === null
        ? ask<Permission>("POST", ["permissions"], { body: { ...body, name: name.trim() } })
        : ask<Permission>("PATCH", ["permissions", permission.name], { body });
    },
    done: ({ name }) => `The permission ${name} is saved`,
    refresh: [["permissions"], ["why"]],
    after: () => void navigate("/ui/permissions"),
  });
  return (
    <EntityForm
      form={form}
      error={saving.error}
      isBusy={saving.isPending}
      deed={permission === null ? "Make the permission" : "Save"}
      beside={permission === null ? null : <Removal name={permission.name} />}
      onSubmit={(values) => saving.mutate(values)}
    >
      <Where form={form} isNew={permission === null} />
      <Section
        title="Accounts"
        about="anonymous is everybody, signed in or not. Replacing a published file needs both Publish and Remove."
      >
        <GrantsInput
          label="What accounts may do"
          what="account"
          names={["anonymous", ...users]}
          {...fieldOf(form, "users")}
        />
      </Section>
      <Section title="Groups">
        <GrantsInput label="What groups may do" what="group" names={groups} {...fieldOf(form, "groups")} />
      </Section>
    </EntityForm>
  );
}

function Where({ form, isNew }: { readonly form: UseFormReturnType<Values>; readonly isNew: boolean }) {
  const names = useRepositories().data?.items.map(({ name }) => name) ?? [];
  return (
    <Section title="Where">
      {isNew ? (
        <TextInput
          label="Name"
          description="It cannot be changed later."
          autoComplete="off"
          {...form.getInputProps("name")}
        />
      ) : null}
      <TagsInput
        label="Repositories"
        description="Names of repositories, patterns such as alice.*, or ANY, ANY LOCAL, ANY REMOTE."
        data={[...EVERY_KIND, ...names]}
        {...fieldOf(form, "repositories")}
        value={[...form.values.repositories]}
        acceptValueOnBlur
        limit={50}
      />
      <WordsField
        label="Include patterns"
        description="Only paths that one of them fits; none: every path. A project’s files are at project/**."
        {...fieldOf(form, "includes")}
      />
      <WordsField
        label="Exclude patterns"
        description="Paths that this permission does not grant."
        {...fieldOf(form, "excludes")}
      />
    </Section>
  );
}

function Removal({ name }: { readonly name: string }) {
  const navigate = useNavigate();
  const removing = useAction({
    work: () => ask<null>("DELETE", ["permissions", name]),
    done: `The permission ${name} is removed`,
    refresh: [["permissions"], ["why"]],
    after: () => void navigate("/ui/permissions"),
  });
  return (
    <ConfirmButton
      label="Remove"
      title={`Remove the permission ${name}?`}
      deed="Remove it"
      button={{ variant: "outline", color: "red" }}
      action={removing}
    >
      What it granted ends at once.
    </ConfirmButton>
  );
}
