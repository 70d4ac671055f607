import type { Journal } from "../../../../src/cli/api-types.ts";
import { tell } from "./events.ts";

/** How the journal is written into a file. */
export interface Format {
  readonly label: string;
  readonly filename: string;
  readonly mediaType: string;
  readonly head: string;
  line(entry: Journal["items"][number]): string;
}

const COLUMNS = ["seq", "at", "kind", "name", "token", "type", "where", "what"] as const;

export const FORMATS: readonly Format[] = [
  {
    label: "Export as JSON lines",
    filename: "journal.jsonl",
    mediaType: "application/jsonl",
    head: "",
    line: (entry) => `${JSON.stringify(entry)}\n`,
  },
  {
    label: "Export as CSV",
    filename: "journal.csv",
    mediaType: "text/csv",
    head: row(COLUMNS),
    line({ seq, at, by, event }) {
      const { text, where } = tell(event);
      return row([String(seq), at, by.kind, by.name, by.tokenId ?? "", event.type, where ?? "", text]);
    },
  },
];

function row(cells: readonly string[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

/** A table program takes what begins so for a formula, and the text may be a stranger's. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
