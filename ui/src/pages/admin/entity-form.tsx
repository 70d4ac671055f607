import { Button, Group, Stack } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { type ReactNode, useEffect } from "react";
import { FormFailure, failureText, fieldOfFailure, focusFirstFault } from "../../parts/form-failure.tsx";

/**
 * Fields with what the server said to them: at the field where it names one, and below. Values stay until it has agreed.
 */
export function EntityForm<Values extends Record<string, unknown>>({
  form,
  error,
  isBusy,
  deed,
  beside,
  onSubmit,
  children,
}: {
  readonly form: UseFormReturnType<Values>;
  readonly error: Error | null;
  readonly isBusy: boolean;
  readonly deed: string;
  /** Buttons beside the one that sends. */
  readonly beside?: ReactNode;
  readonly onSubmit: (values: Values) => void;
  readonly children: ReactNode;
}) {
  const { setFieldError } = form;
  useEffect(() => {
    const field = error === null ? null : fieldOfFailure(error);
    if (error !== null && field !== null) setFieldError(field, failureText(error));
  }, [error, setFieldError]);
  return (
    <form onSubmit={form.onSubmit((values) => onSubmit(values), focusFirstFault)} noValidate>
      <Stack maw={760} gap="md">
        {children}
        <FormFailure error={error} />
        <Group>
          <Button type="submit" loading={isBusy}>
            {deed}
          </Button>
          {beside}
        </Group>
      </Stack>
    </form>
  );
}
