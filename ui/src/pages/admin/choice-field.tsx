import { Group, Radio, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** What it does, in a sentence. */
  readonly effect: ReactNode;
}

/** A few choices, each with what it does beside it. */
export function ChoiceField<Value extends string>({
  label,
  description,
  choices,
  value,
  onChange,
  error,
}: {
  readonly label: string;
  readonly description?: ReactNode;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly error?: ReactNode;
}) {
  return (
    <Radio.Group
      label={label}
      description={description}
      error={error}
      value={value}
      onChange={(text) => {
        const choice = choices.find((one) => one.value === text);
        if (choice !== undefined) onChange(choice.value);
      }}
    >
      <Stack gap="xs" mt="xs">
        {choices.map((choice) => (
          <Radio.Card key={choice.value} value={choice.value} p="sm" aria-label={choice.label}>
            <Group wrap="nowrap" align="flex-start" gap="sm">
              <Radio.Indicator />
              <div>
                <Text size="sm" fw={600}>
                  {choice.label}
                </Text>
                <Text size="sm" c="dimmed">
                  {choice.effect}
                </Text>
              </div>
            </Group>
          </Radio.Card>
        ))}
      </Stack>
    </Radio.Group>
  );
}
