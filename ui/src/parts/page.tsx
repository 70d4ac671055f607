import { Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A view with its name, in the tab too; what can be done with it stands beside the name. */
export function Page({
  title,
  about,
  actions,
  children,
}: {
  readonly title: string;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Stack gap="lg">
      <title>{`${title} · Vivarium`}</title>
      <Stack gap={4}>
        <Group justify="space-between" align="flex-start">
          <Title order={1} size="h2" className="breaks">
            {title}
          </Title>
          {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
        </Group>
        {about === undefined ? null : (
          <Text c="dimmed" maw={720} component="div">
            {about}
          </Text>
        )}
      </Stack>
      {children}
    </Stack>
  );
}
