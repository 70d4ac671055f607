import { Button, Group, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { Journal } from "../../../../src/cli/api-types.ts";
import { Failed } from "../../parts/states.tsx";
import { numberText } from "./figures.ts";
import { FORMATS, type Format } from "./journal-formats.ts";
import { askJournal, type Question } from "./journal-question.ts";

const AT_ONCE = 1000;

/** Everything that fits the filters as a file: entry by entry as JSON, or as a table. */
export function JournalExport({ question }: { readonly question: Question }) {
  const [count, setCount] = useState<number | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function save(format: Format): Promise<void> {
    const controller = new AbortController();
    running.current = controller;
    setError(null);
    setCount(0);
    try {
      const parts = await collect(question, format, controller.signal, setCount);
      offer(new Blob(parts, { type: format.mediaType }), format.filename);
    } catch (failure) {
      if (!controller.signal.aborted) setError(failure instanceof Error ? failure : new Error(String(failure)));
    } finally {
      setCount(null);
    }
  }

  return (
    <>
      <Group gap="xs">
        {count === null ? (
          FORMATS.map((format) => (
            <Button key={format.filename} variant="default" size="xs" onClick={() => void save(format)}>
              {format.label}
            </Button>
          ))
        ) : (
          <>
            <Text size="sm" role="status">
              {numberText(count)} entries collected…
            </Text>
            <Button variant="default" size="xs" onClick={() => running.current?.abort()}>
              Stop
            </Button>
          </>
        )}
      </Group>
      {error === null ? null : <Failed error={error} />}
    </>
  );
}

async function collect(
  question: Question,
  format: Format,
  signal: AbortSignal,
  onCount: (count: number) => void,
): Promise<string[]> {
  const parts = [format.head];
  let count = 0;
  let before: number | null = null;
  do {
    const page: Journal = await askJournal(question, { before, limit: AT_ONCE, signal });
    for (const entry of page.items) parts.push(format.line(entry));
    count += page.items.length;
    onCount(count);
    before = page.next;
  } while (before !== null);
  return parts;
}

function offer(blob: Blob, filename: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = filename;
  link.click();
  // The browser has taken hold of it by the next turn.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
