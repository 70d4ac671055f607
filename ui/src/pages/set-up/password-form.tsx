import { Button, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { UserChange } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";
import { FormFailure } from "../../parts/form-failure.tsx";
import { useAction } from "../../parts/use-action.ts";
import { NewPasswordInput, passwordFault } from "./account-fields.tsx";

/** Sets one's own password. The session in which that is done goes on; the server ends all others. */
export function PasswordForm({ user, onDone }: { readonly user: string; readonly onDone?: () => void }) {
  const form = useForm({
    initialValues: { password: "", again: "" },
    validate: {
      password: passwordFault,
      again: (again, { password }) => (again === password ? null : "The two are not the same"),
    },
  });
  const action = useAction({
    work({ password }: typeof form.values) {
      const change: UserChange = { password };
      return ask("PATCH", ["users", user], { body: change });
    },
    done: "The password is changed",
    refresh: [["users"], ["user", user], ["sessions"]],
  });
  const done = () => {
    form.reset();
    onDone?.();
  };
  return (
    <form noValidate onSubmit={form.onSubmit((values) => action.mutate(values, { onSuccess: done }))}>
      {/* Password managers ask whose password it is. */}
      <input type="text" autoComplete="username" value={user} readOnly hidden />
      <Stack maw={420}>
        <NewPasswordInput label="New password" {...form.getInputProps("password")} />
        <NewPasswordInput label="Once more" description={null} {...form.getInputProps("again")} />
        <FormFailure error={action.error} />
        <Button type="submit" loading={action.isPending} style={{ alignSelf: "flex-start" }}>
          Change the password
        </Button>
      </Stack>
    </form>
  );
}
