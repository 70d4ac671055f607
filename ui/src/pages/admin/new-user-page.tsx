import { PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "react-router";
import type { NewUser, User } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { Page } from "../../parts/page.tsx";
import { useAction } from "../../parts/use-action.ts";
import { EntityForm } from "./entity-form.tsx";
import { fieldOf, LineField, SwitchField } from "./fields.tsx";

interface Values extends Record<string, unknown> {
  name: string;
  password: string;
  email: string | null;
  title: string | null;
  isAdmin: boolean;
}

export function Component() {
  const navigate = useNavigate();
  const form = useForm<Values>({
    initialValues: { name: "", password: "", email: null, title: null, isAdmin: false },
    validate: { name: (name) => (name.trim() === "" ? "Give the account a name" : null) },
  });
  const making = useAction({
    work: ({ name, password, isAdmin, ...rest }: Values) => {
      const body: NewUser = {
        ...rest,
        name: name.trim(),
        password: password === "" ? null : password,
        // Only administrators say so, and saying no needs nobody's leave.
        ...(isAdmin ? { isAdmin } : {}),
      };
      return ask<User>("POST", ["users"], { body });
    },
    done: ({ name }) => `The account ${name} is made`,
    refresh: [["users"]],
    after: ({ name }) => void navigate(`/ui/users/${encodeURIComponent(name)}`),
  });
  return (
    <Page title="New account" about="The name cannot be changed later; everything else can.">
      <EntityForm
        form={form}
        error={making.error}
        isBusy={making.isPending}
        deed="Make the account"
        onSubmit={(values) => making.mutate(values)}
      >
        <TextInput
          label="Name"
          description="Letters, digits and . _ - @; it begins the addresses of their repositories."
          autoComplete="off"
          {...form.getInputProps("name")}
        />
        <PasswordInput
          label="Password"
          description="Empty: no password; only tokens that an administrator makes let it in."
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": "Show the password", tabIndex: 0 }}
          {...form.getInputProps("password")}
        />
        <LineField label="Title" description="Who it is, for people." {...fieldOf(form, "title")} />
        <LineField
          label="E-mail address"
          description="Shown to them and administrators only."
          {...fieldOf(form, "email")}
        />
        <SwitchField
          label="Administrator"
          description="May do everything here, as root may."
          {...fieldOf(form, "isAdmin")}
        />
      </EntityForm>
    </Page>
  );
}
