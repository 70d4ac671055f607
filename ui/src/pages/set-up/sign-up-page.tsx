import { Anchor, Button, Paper, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useNavigate } from "react-router";
import type { NewUser } from "../../../../src/cli/api-types.ts";
import { ApiFailure, ask } from "../../api.ts";
import { FormFailure, failureText } from "../../parts/form-failure.tsx";
import { Page } from "../../parts/page.tsx";
import { useAction } from "../../parts/use-action.ts";
import { NewPasswordInput, passwordFault } from "./account-fields.tsx";
import { useSignIn } from "./sign-in.ts";

/** `/ui/sign-up`: whether strangers may make accounts here is the server's to say. */
export function Component() {
  const form = useForm({
    initialValues: { name: "", email: "", password: "" },
    validate: {
      name: (name) => (name.trim() === "" ? "The name of your account" : null),
      password: passwordFault,
    },
  });
  const navigate = useNavigate();
  const signIn = useSignIn();
  const action = useAction({
    async work({ name, email, password }: typeof form.values) {
      const wish: NewUser = { name: name.trim(), password, email: email.trim() === "" ? null : email.trim() };
      await ask("POST", ["users"], { body: wish });
      await signIn(wish.name, password);
      await navigate("/", { replace: true });
    },
    done: (_output, { name }) => `Welcome, ${name.trim()}`,
  });
  const isTaken = action.error instanceof ApiFailure && action.error.code === "user-exists";
  return (
    <Page
      title="Make an account"
      about={
        <>
          Where this server is set so, everybody can make an account; elsewhere its administrator does. Have you got
          one?{" "}
          <Anchor component={Link} to="/ui/login" inherit underline="always">
            Sign in
          </Anchor>
        </>
      }
    >
      <Paper withBorder p="lg" maw={420} w="100%">
        <form noValidate onSubmit={form.onSubmit((values) => action.mutate(values))}>
          <Stack>
            <TextInput
              label="User name"
              description="Letters, digits and . _ - @; your repositories will begin with it."
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              autoFocus
              {...form.getInputProps("name")}
              error={form.errors["name"] ?? (isTaken ? failureText(action.error as Error) : null)}
            />
            <TextInput
              label="E-mail address"
              description="May be left out; you and administrators see it."
              type="email"
              autoComplete="email"
              {...form.getInputProps("email")}
            />
            <NewPasswordInput label="Password" {...form.getInputProps("password")} />
            <FormFailure error={isTaken ? null : action.error} />
            <Text size="sm" c="dimmed">
              The password is kept as a hash that cannot be read back.
            </Text>
            <Button type="submit" loading={action.isPending} style={{ alignSelf: "flex-start" }}>
              Make the account
            </Button>
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}
