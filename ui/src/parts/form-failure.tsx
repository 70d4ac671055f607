import { Alert, Anchor, Stack, Text } from "@mantine/core";
import { useEffect, useRef } from "react";
import { ApiFailure, BASE } from "../api.ts";

/** Why the server did not do it, beside the form, which keeps what was typed; told to screen readers as it appears. */
export function FormFailure({ error }: { readonly error: Error | null }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error !== null) place.current?.scrollIntoView({ block: "nearest" });
  }, [error]);
  if (error === null) return null;
  const isExpired = error instanceof ApiFailure && error.status === 401;
  return (
    <Alert ref={place} role="alert" color={isExpired ? "yellow" : "red"} title="That was not done">
      <Stack gap={4}>
        <Text className="breaks" size="sm">
          {failureText(error)}
        </Text>
        {isExpired ? (
          <Text size="sm">
            Nothing typed here is lost:{" "}
            <Anchor href={`${BASE}ui/login`} target="_blank" rel="noreferrer" inherit>
              sign in in a new tab
            </Anchor>
            , come back and try again.
          </Text>
        ) : null}
      </Stack>
    </Alert>
  );
}

/** The server's sentence, or that it could not be reached. */
export function failureText(error: Error): string {
  if (!(error instanceof ApiFailure)) {
    return "The server cannot be reached. Look at your connection and whether the server runs, and try again.";
  }
  const [first = "", ...rest] = error.message;
  return `${first.toUpperCase()}${rest.join("")}`;
}

/** The field of the form that the server's sentence is about, where it says so. */
export function fieldOfFailure(error: Error): string | null {
  if (!(error instanceof ApiFailure)) return null;
  return /field '(\w+)/.exec(error.message)?.[1] ?? null;
}

/** After a form has found faults by itself: the keyboard goes to the first field that has one. */
export function focusFirstFault(): void {
  // The fields get their marks when the page is painted again.
  requestAnimationFrame(() => document.querySelector<HTMLElement>("main [aria-invalid=true]")?.focus());
}
