import { PasswordInput, type PasswordInputProps } from "@mantine/core";

/** Shown on every form that sets a password. */
export const PASSWORD_HINT = "Long and odd; a password manager makes good ones.";
const PASSWORD_LENGTH_LEAST = 8;

/** A password that is being chosen. The server takes any; too short a one is a mistake of the hand. */
export function NewPasswordInput(props: PasswordInputProps) {
  return (
    <PasswordInput
      autoComplete="new-password"
      required
      withAsterisk={false}
      description={PASSWORD_HINT}
      visibilityToggleButtonProps={{ "aria-label": "Show or hide what is typed", tabIndex: 0 }}
      {...props}
    />
  );
}

/** Why a new password cannot be taken; `null`: it can. */
export function passwordFault(password: string): string | null {
  return password.length < PASSWORD_LENGTH_LEAST ? `At least ${PASSWORD_LENGTH_LEAST} characters` : null;
}
