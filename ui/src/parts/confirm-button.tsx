import { Button, type ButtonProps } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Confirm, type ConfirmWish } from "./confirm.tsx";

/** A button whose deed is asked about before it is done. */
export function ConfirmButton({
  label,
  action,
  button = {},
  children,
  ...wish
}: {
  readonly label: ReactNode;
  readonly action: UseMutationResult<unknown, Error, void>;
  readonly button?: ButtonProps;
} & Pick<ConfirmWish, "title" | "deed" | "children"> &
  Partial<Pick<ConfirmWish, "typed" | "isHarmless">>) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="default"
        {...button}
        onClick={() => {
          action.reset();
          setOpen(true);
        }}
      >
        {label}
      </Button>
      <Confirm
        {...wish}
        isOpen={isOpen}
        isBusy={action.isPending}
        error={action.error}
        onClose={() => setOpen(false)}
        onConfirm={() => action.mutate(undefined, { onSuccess: () => setOpen(false) })}
      >
        {children}
      </Confirm>
    </>
  );
}
