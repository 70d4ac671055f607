import type { ButtonProps } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Asked } from "./asked.tsx";
import type { ConfirmWish } from "./confirm.tsx";

/** A button whose deed is asked about before it is done. */
export function ConfirmButton({
  action,
  button = {},
  ...wish
}: {
  readonly label: ReactNode;
  readonly action: UseMutationResult<unknown, Error, void>;
  readonly button?: ButtonProps;
} & Pick<ConfirmWish, "title" | "deed" | "children"> &
  Partial<Pick<ConfirmWish, "typed" | "isHarmless">>) {
  const [isOpen, setOpen] = useState(false);
  const closing = { ...action, mutate: () => action.mutate(undefined, { onSuccess: () => setOpen(false) }) };
  return (
    <Asked
      {...wish}
      button={{ size: "sm", variant: "default", ...button }}
      isOpen={isOpen}
      setOpen={setOpen}
      action={closing}
    />
  );
}
