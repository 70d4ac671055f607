import { Button, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";
import { Confirm } from "./confirm.tsx";

/** A button and the dialog that it opens. */
export function Asked({
  label,
  color,
  button = {},
  isOpen,
  setOpen,
  action,
  isReady = true,
  children,
  ...wish
}: {
  readonly label: ReactNode;
  readonly color?: string;
  /** In place of how such a button looks. */
  readonly button?: ButtonProps;
  readonly title: string;
  readonly deed: string;
  readonly typed?: string;
  readonly isHarmless?: boolean;
  readonly isReady?: boolean;
  readonly isOpen: boolean;
  readonly setOpen: (isOpen: boolean) => void;
  readonly action: {
    readonly isPending: boolean;
    readonly error: Error | null;
    readonly mutate: () => void;
    readonly reset: () => void;
  };
  readonly children: ReactNode;
}) {
  return (
    <>
      <Button
        size="xs"
        variant={color === undefined ? "default" : "outline"}
        {...(color === undefined ? {} : { color })}
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
        onConfirm={() => {
          if (isReady) action.mutate();
        }}
      >
        {children}
      </Confirm>
    </>
  );
}
