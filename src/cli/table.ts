/** Columns under their headings, aligned, as lines. Without rows: `none`, a sentence. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return `${none}\n`;
  const lines = [headings, ...rows.map((row) => row.map(printable))];
  const widths = headings.map((_heading, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ""))));
  return lines.map((line) => `${alignedLine(line, widths)}\n`).join("");
}

/** Names and values under each other; a value that is `null` is left out. */
export function card(rows: readonly (readonly [name: string, value: string | null])[]): string {
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== null);
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown.map(([name, value]) => `${alignedLine([name, printable(value)], [width, 0])}\n`).join("");
}

/** What others wrote could hold the terminal's control sequences; people see `?` in their place. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "?");
}

function alignedLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
    .join("  ")
    .trimEnd();
}

function widthOf(text: string): number {
  return [...text].length;
}
