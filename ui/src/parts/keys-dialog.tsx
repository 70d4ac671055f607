import { Kbd, Modal, Stack, Switch, Table } from "@mantine/core";

const KEYS: readonly (readonly [key: string, does: string])[] = [
  ["/", "Go to the search"],
  ["?", "Show these keys"],
  ["Esc", "Close what is open"],
  ["Tab", "To the next control; with Shift to the one before"],
  ["Enter", "Follow a link, press a button, send a form"],
];

/** Which keys there are, and the switch for those that need no Ctrl or Alt. */
export function KeysDialog({
  areOn,
  setOn,
  close,
}: {
  readonly areOn: boolean;
  readonly setOn: (areOn: boolean) => void;
  readonly close: () => void;
}) {
  return (
    <Modal opened onClose={close} title="Keys" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack>
        <Table>
          <Table.Tbody>
            {KEYS.map(([key, does]) => (
              <Table.Tr key={key}>
                <Table.Th scope="row">
                  <Kbd>{key}</Kbd>
                </Table.Th>
                <Table.Td>{does}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          label="Single keys such as / and ? do something"
          checked={areOn}
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
      </Stack>
    </Modal>
  );
}
