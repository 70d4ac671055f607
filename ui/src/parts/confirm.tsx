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
export function Confirm(wish: ConfirmWish) {
  const { title, children, deed, typed, isHarmless = false, isBusy, error, isOpen, onConfirm, onClose } = wish;
  const [text, setText] = useState("");
  const isReady = typed === undefined || text.trim() === typed;
  const close = () => {
    setText("");
    onClose();
  };
  return (
    <Modal opened={isOpen} onClose={close} title={title} closeButtonProps={{ "aria-label": "Close" }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
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
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" color={isHarmless ? "teal" : "red"} loading={isBusy} disabled={!isReady}>
              {deed}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
