import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";
import type { Group, GroupWish } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { PrincipalsInput } from "../../parts/principals-input.tsx";
import { useAction } from "../../parts/use-action.ts";
import { EntityForm } from "./entity-form.tsx";
import { fieldOf, LineField, SwitchField } from "./fields.tsx";

/** One group, or a new one. */
export function Component() {
  const { group: name } = useParams();
  return name === undefined ? (
    <Page title="New group">
      <GroupForm group={null} />
    </Page>
  ) : (
    <Existing key={name} name={name} />
  );
}

function Existing({ name }: { readonly name: string }) {
  const group = useQuery({
    queryKey: ["groups", name],
    queryFn: ({ signal }) => ask<Group>("GET", ["groups", name], { signal }),
  });
  return (
    <Page title={name} about={`In lists of readers and publishers it is called :${name}.`}>
      <Loaded query={group} what="The group">
        {(found) => <GroupForm group={found} />}
      </Loaded>
    </Page>
  );
}

interface Values extends Record<string, unknown> {
  name: string;
  description: string | null;
  members: readonly string[];
  joinsNew: boolean;
  isAdmin: boolean;
}

function GroupForm({ group }: { readonly group: Group | null }) {
  const navigate = useNavigate();
  const form = useForm<Values>({
    initialValues: {
      name: group?.name ?? "",
      description: group?.description ?? null,
      members: group?.members ?? [],
      joinsNew: group?.joinsNew ?? false,
      isAdmin: group?.isAdmin ?? false,
    },
    validate: { name: (name) => (name.trim() === "" ? "Give the group a name" : null) },
  });
  const saving = useAction({
    work: ({ name, ...rest }: Values) => {
      const body: GroupWish = rest;
      return group === null
        ? ask<Group>("POST", ["groups"], { body: { ...body, name: name.trim() } })
        : ask<Group>("PATCH", ["groups", group.name], { body });
    },
    done: ({ name }) => `The group ${name} is saved`,
    refresh: [["groups"]],
    after: () => void navigate("/ui/groups"),
  });
  return (
    <EntityForm
      form={form}
      error={saving.error}
      isBusy={saving.isPending}
      deed={group === null ? "Make the group" : "Save"}
      beside={group === null ? null : <Removal name={group.name} />}
      onSubmit={(values) => saving.mutate(values)}
    >
      {group === null ? (
        <TextInput
          label="Name"
          description="It cannot be changed later."
          autoComplete="off"
          {...form.getInputProps("name")}
        />
      ) : null}
      <LineField label="Description" description="What it is for." {...fieldOf(form, "description")} />
      <PrincipalsInput
        label="Members"
        kinds="users"
        description="Accounts; each has the rights that the group is given."
        {...fieldOf(form, "members")}
      />
      <SwitchField
        label="New accounts join"
        description="Whoever gets an account is a member from the start."
        {...fieldOf(form, "joinsNew")}
      />
      <SwitchField
        label="Administrators"
        description="Its members may do everything here, as root may."
        {...fieldOf(form, "isAdmin")}
      />
    </EntityForm>
  );
}

function Removal({ name }: { readonly name: string }) {
  const navigate = useNavigate();
  const removing = useAction({
    work: () => ask<null>("DELETE", ["groups", name]),
    done: `The group ${name} is removed`,
    refresh: [["groups"], ["permissions"]],
    after: () => void navigate("/ui/groups"),
  });
  return (
    <ConfirmButton
      label="Remove"
      title={`Remove the group ${name}?`}
      deed="Remove it"
      button={{ variant: "outline", color: "red" }}
      action={removing}
    >
      Its members stay; what the group was allowed to do they may no longer do. Permissions lose it too.
    </ConfirmButton>
  );
}
