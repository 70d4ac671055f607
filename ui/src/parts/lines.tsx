import { ActionIcon, Box, Group, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { copyText } from "./copy-text.ts";
import styles from "./lines.module.css";
import { download } from "./set-me-up-downloads.ts";

/** Lines to copy, with what they are for above them. `filename`: they are also a file to download. */
export function Lines({
  title,
  where = null,
  text,
  filename = null,
}: {
  readonly title: string;
  readonly where?: string | null;
  readonly text: string;
  readonly filename?: string | null;
}) {
  return (
    <Box component="figure" m={0}>
      <Group component="figcaption" justify="space-between" align="flex-end" gap="xs" wrap="nowrap" mb={4}>
        <div>
          <Text size="sm" fw={600}>
            {title}
          </Text>
          {where === null ? null : (
            <Text size="sm" c="dimmed" className="breaks">
              {where}
            </Text>
          )}
        </div>
        <Group gap={4} wrap="nowrap">
          {filename === null ? null : (
            <Tooltip label={`Download ${filename}`}>
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={`Download ${filename}`}
                onClick={() => download(filename, text)}
              >
                <IconDownload size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          <Copy text={text} what={title} />
        </Group>
      </Group>
      {/* A long line is scrolled, also by keyboard; a broken one would be copied broken. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      <section className={styles["lines"]} tabIndex={0} aria-label={title}>
        <pre>
          <code>{text}</code>
        </pre>
      </section>
    </Box>
  );
}

/** Copies a text. Where the browser forbids that, it says so: the text stays there to be marked. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), OUTCOME_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const said = outcome === "copied" ? "Copied" : outcome === "failed" ? "Mark it and press Ctrl+C" : "Copy";
  return (
    <Tooltip label={said} {...(outcome === null ? {} : { opened: true })}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={`${said}: ${what}`}
        onClick={() => void copyText(text).then((isCopied) => setOutcome(isCopied ? "copied" : "failed"))}
      >
        {outcome === "copied" ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

const OUTCOME_MILLISECONDS = 2000;
