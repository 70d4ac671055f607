import { ActionIcon } from "@mantine/core";
import { useDisclosure, useHotkeys, useLocalStorage } from "@mantine/hooks";
import { IconKeyboard } from "@tabler/icons-react";
import { lazy, Suspense } from "react";

const KeysDialog = lazy(async () => ({ default: (await import("./keys-dialog.tsx")).KeysDialog }));

/** Whether single keys do something: who speaks to the computer may not want it (WCAG 2.1.4). A preference. */
function useKeysAreOn() {
  return useLocalStorage({ key: "vivarium-keys", defaultValue: true, getInitialValueInEffect: false });
}

/** Does something when a sign is typed outside of fields, with or without Shift, as the reader's keyboard has it. */
export function useKey(sign: string, act: () => void): void {
  const [areOn] = useKeysAreOn();
  useHotkeys(areOn ? [sign, `shift+${sign}`].map((key) => [key, act]) : []);
}

/** Shows which keys there are, on `?` or by a button. */
export function Keys() {
  const [areOn, setOn] = useKeysAreOn();
  const [isOpen, { open, close }] = useDisclosure(false);
  useKey("?", open);
  return (
    <>
      <ActionIcon variant="default" size="lg" aria-label="Keys" onClick={open} visibleFrom="sm">
        <IconKeyboard size={18} aria-hidden />
      </ActionIcon>
      <Suspense>{isOpen ? <KeysDialog areOn={areOn} setOn={setOn} close={close} /> : null}</Suspense>
    </>
  );
}
