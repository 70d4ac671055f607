import { Anchor, Button, Group, Paper, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useRef } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import type { User } from "../../../../src/cli/api-types.ts";
import { ApiFailure, ask, BASE } from "../../api.ts";
import { FormFailure, failureText } from "../../parts/form-failure.tsx";
import { Page } from "../../parts/page.tsx";
import { useMe } from "../../parts/session.ts";
import { useSignOut } from "../../parts/sign-out.ts";
import { placeAfter } from "../../parts/then.ts";
import { useAction } from "../../parts/use-action.ts";
import { isUntouched, useSignIn } from "./sign-in.ts";

/** `/ui/login?then=` */
export function Component() {
  const [search] = useSearchParams();
  const me = useMe();
  const user = me.data?.user ?? null;
  const after = placeAfter(search.get("then"), BASE, "");
  return (
    <Page title="Sign in">{user === null ? <LoginForm after={after} /> : <SignedIn user={user} after={after} />}</Page>
  );
}

function LoginForm({ after }: { readonly after: string }) {
  const form = useForm({
    initialValues: { user: "", password: "" },
    validate: {
      user: (user) => (user.trim() === "" ? "The name of your account" : null),
      password: (password) => (password === "" ? "Your password" : null),
    },
  });
  const password = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const signIn = useSignIn();
  const action = useAction({
    async work(values: typeof form.values) {
      const me = await signIn(values.user.trim(), values.password);
      // Root of a server that nobody has set up yet is led through it.
      const isFirst =
        after === "" && me.isRoot && (await ask<User>("GET", ["users", "root"]).then(isUntouched, () => false));
      await navigate(isFirst ? "/ui/first-run" : after || "/", { replace: true });
    },
  });
  const isWrong = action.error instanceof ApiFailure && action.error.status === 401;
  useEffect(() => {
    // The name stays; the password is typed again.
    if (isWrong) password.current?.select();
  }, [isWrong]);
  return (
    <Paper withBorder p="lg" maw={420} w="100%">
      <form noValidate onSubmit={form.onSubmit((values) => action.mutate(values))}>
        <Stack>
          <TextInput
            label="User name"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            {...form.getInputProps("user")}
          />
          <PasswordInput
            ref={password}
            label="Password"
            autoComplete="current-password"
            visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
            {...form.getInputProps("password")}
            error={form.errors["password"] ?? (isWrong ? failureText(action.error as Error) : null)}
          />
          <FormFailure error={isWrong ? null : action.error} />
          <Group justify="space-between">
            <Button type="submit" loading={action.isPending}>
              Sign in
            </Button>
            <Anchor component={Link} to="/ui/sign-up" size="sm">
              Make an account
            </Anchor>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function SignedIn({ user, after }: { readonly user: string; readonly after: string }) {
  const signOut = useSignOut();
  return (
    <Stack align="flex-start">
      <Text>You are signed in as {user}.</Text>
      <Group>
        <Button component={Link} to={after || "/"}>
          Go on
        </Button>
        <Button variant="default" onClick={signOut}>
          Sign out
        </Button>
      </Group>
    </Stack>
  );
}
