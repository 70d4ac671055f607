import { Fieldset, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** Fields that belong together, under what they are about. */
export function Section({
  title,
  about,
  children,
}: {
  readonly title: string;
  readonly about?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Fieldset legend={title} styles={{ legend: { fontWeight: 600 } }}>
      <Stack gap="md">
        {about === undefined ? null : (
          <Text size="sm" c="dimmed" component="div">
            {about}
          </Text>
        )}
        {children}
      </Stack>
    </Fieldset>
  );
}
