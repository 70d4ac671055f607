import { Text } from "@mantine/core";

/** Where a file stands, or stood: its path, and the repository below it. */
export function FilePlace({ path, repository }: { readonly path: string; readonly repository: string }) {
  return (
    <>
      <Text size="sm" fw={600}>
        {path}
      </Text>
      <Text size="sm" c="dimmed">
        {repository}
      </Text>
    </>
  );
}
