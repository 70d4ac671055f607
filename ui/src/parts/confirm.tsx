import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { FormFailure } from "./form-failure.tsx";

export interface ConfirmWish {
  readonly title: string;
  /** What will happen, and whether it can be taken back. */
  readonly children: ReactNode;
  /** What the button says: the deed, not "OK". */
  readonly deed: string;
  /** What has to be typed before, so that it is not done by mistake. */
  readonly typed?: string;
  readonly isHarmless?: boolean;
  readonly isBusy: boolean;
  readonly error: Error | null;
  readonly isOpen: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is done; what goes wrong is said in it, and it stays open. */
export function Confirm({ title, isOpen, onClose, ...wish }: ConfirmWish) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={title}>
      <Question {...wish} onClose={onClose} />
    </Modal>
  );
}

/** Lives as long as the dialog is open, so that what was typed once does not count the next time. */
function Question({
  children,
  deed,
  typed,
  isHarmless = false,
  isBusy,
  error,
  onConfirm,
  onClose,
}: Omit<ConfirmWish, "title" | "isOpen">) {
  const [text, setText] = useState("");
  const isReady = typed === undefined || text.trim() === typed;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        // A dialog may stand in another form, whose business this is not.
        event.stopPropagation();
        if (isReady) onConfirm();
      }}
    >
      <Stack>
        <div className="breaks">{children}</div>
        {typed === undefined ? null : (
          <TextInput
            label={`Type ${typed} to go on`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        <FormFailure error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color={isHarmless ? "teal" : "red"} loading={isBusy} disabled={!isReady}>
            {deed}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
