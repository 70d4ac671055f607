import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { copyText } from "./copy-text.ts";

/** A secret that the server will not show again. */
export function SecretOnce({ title, secret }: { readonly title: string; readonly secret: string }) {
  const [told, setTold] = useState("");
  return (
    <Alert color="teal" title={title} role="status">
      <Stack gap="xs">
        <Text size="sm">Copy it now: it is shown this once, and the server keeps no copy that could be shown.</Text>
        <Code block className="breaks" style={{ whiteSpace: "pre-wrap" }} tabIndex={0}>
          {secret}
        </Code>
        <Group gap="sm">
          <Button
            size="xs"
            onClick={() =>
              void copyText(secret).then((isCopied) =>
                setTold(isCopied ? "Copied" : "The browser does not let us copy; mark it and copy it yourself"),
              )
            }
          >
            Copy
          </Button>
          <Text size="sm" aria-live="polite">
            {told}
          </Text>
        </Group>
      </Stack>
    </Alert>
  );
}
