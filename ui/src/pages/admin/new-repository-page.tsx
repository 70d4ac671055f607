import { Select, TextInput } from "@mantine/core";
import { useNavigate } from "react-router";
import type { Repository, WhoAmI } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { useUsers } from "../../parts/choices.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { useMe } from "../../parts/session.ts";
import { useAction } from "../../parts/use-action.ts";
import { ChoiceField } from "./choice-field.tsx";
import { fieldOf } from "./fields.tsx";
import { RepositoryFields, type RepositoryForm, useRepositoryForm } from "./repository-form.tsx";
import { type Kind, newValues, type RepositoryValues, wishOf } from "./repository-values.ts";
import { Section } from "./section.tsx";
import { SignInFirst } from "./sign-in-first.tsx";

export function Component() {
  const me = useMe();
  return (
    <Page
      title="New repository"
      about="Everything but the owner, the name, the kind and the format can be changed later."
    >
      <Loaded query={me} what="Who you are">
        {(who) => (who.user === null ? <SignInFirst what="make a repository" /> : <NewRepository me={who} />)}
      </Loaded>
    </Page>
  );
}

function NewRepository({ me }: { readonly me: WhoAmI }) {
  const navigate = useNavigate();
  const form = useRepositoryForm(newValues(me.user ?? ""), true);
  const making = useAction({
    work: (values: RepositoryValues) =>
      ask<Repository>("PUT", ["repositories", values.owner.trim(), values.shortName.trim()], { body: wishOf(values) }),
    done: ({ name }) => `${name} is made`,
    refresh: [["repositories"]],
    after: ({ name }) => void navigate(`/${name}`),
  });
  return (
    <RepositoryFields
      form={form}
      first={<Identity form={form} isAdmin={me.isAdmin} />}
      hasCredentials={false}
      error={making.error}
      isBusy={making.isPending}
      deed="Make the repository"
      onSubmit={(values) => making.mutate(values)}
    />
  );
}

const KINDS: readonly { readonly value: Kind; readonly label: string; readonly effect: string }[] = [
  { value: "local", label: "Local", effect: "Holds what you publish to it." },
  {
    value: "remote",
    label: "Remote",
    effect: "Reads through to another server, and keeps copies: installing goes on when that one is slow or down.",
  },
  {
    value: "virtual",
    label: "Virtual",
    effect: "Shows several repositories as one address, by rules that keep your own names safe.",
  },
];

function Identity({ form, isAdmin }: { readonly form: RepositoryForm; readonly isAdmin: boolean }) {
  const users = useUsers().data?.items.map(({ name }) => name) ?? [];
  return (
    <Section title="Which repository">
      <ChoiceField label="Kind" choices={KINDS} {...fieldOf(form, "kind")} />
      {isAdmin ? (
        <Select
          label="Owner"
          description="Whose it is; the owner may do everything in it."
          data={users.includes(form.values.owner) ? users : [form.values.owner, ...users]}
          searchable
          allowDeselect={false}
          error={form.errors["owner"]}
          value={form.values.owner}
          onChange={(owner) => owner !== null && form.setValues({ owner, publishers: publishersFor(form, owner) })}
        />
      ) : null}
      <TextInput
        label="Name"
        description={`Its address will be ${form.values.owner}/${form.values.shortName || "name"}.`}
        required
        withAsterisk={false}
        autoComplete="off"
        {...form.getInputProps("shortName")}
      />
      <ChoiceField
        label="Format"
        choices={[
          { value: "python", label: "Python packages", effect: "For pip, uv, twine and their like." },
          { value: "generic", label: "Any files", effect: "Files in folders, without versions or metadata." },
        ]}
        {...fieldOf(form, "format")}
      />
    </Section>
  );
}

/** As the server has it for a new one, unless somebody else was put in by hand. */
function publishersFor({ values }: RepositoryForm, owner: string): readonly string[] {
  return values.publishers.length === 1 && values.publishers[0] === values.owner ? [owner] : values.publishers;
}
