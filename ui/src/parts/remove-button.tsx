import { Stack, Switch, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { ApiFailure, ask } from "../api.ts";
import { Asked } from "./asked.tsx";
import { CHANGED } from "./release-place.ts";
import { useAction } from "./use-action.ts";

/** Removing, and where the repository is immutable, removing all the same for who administers it. */
export function RemoveButton({
  label = "Remove",
  path,
  what,
  typed,
  onRemoved,
  children,
}: {
  readonly label?: ReactNode;
  /** Of what is removed, below `/api/v1`. */
  readonly path: readonly string[];
  readonly what: string;
  readonly typed?: string;
  readonly onRemoved?: (() => void) | undefined;
  readonly children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const [isForced, setForced] = useState(false);
  const removing = useAction({
    work: () => ask<null>("DELETE", path, isForced ? { query: { force: "true" } } : {}),
    done: `${what} is removed`,
    refresh: CHANGED,
    after: () => {
      setOpen(false);
      onRemoved?.();
    },
  });
  const isImmutable = removing.error instanceof ApiFailure && removing.error.code === "repository-immutable";
  return (
    <Asked
      label={label}
      color="red"
      title={`Remove ${what}?`}
      deed="Remove"
      isOpen={isOpen}
      setOpen={setOpen}
      action={removing}
      {...(typed === undefined ? {} : { typed })}
    >
      <Stack gap="sm">
        <Text size="sm">{children}</Text>
        {isImmutable || isForced ? (
          <Switch
            label="Remove it all the same"
            description="The repository promises that files stay; only who administers it may break that."
            checked={isForced}
            onChange={(event) => setForced(event.currentTarget.checked)}
          />
        ) : null}
      </Stack>
    </Asked>
  );
}
