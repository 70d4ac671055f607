/**
 * Lines of ours in files of others, between two marks that say for which address they were written, so that exactly
 * they can be taken out again. All pure. In every file that we write, `#` begins a comment that has the line to itself.
 */

const BEGIN = "# >>> vivarium login";
const END = "# <<< vivarium login";

/** The lines with their marks. `indent`: of all of them, where they stand inside of a value. */
export function marked(url: string, lines: readonly string[], indent = ""): readonly string[] {
  return [`${BEGIN} ${url}`, ...lines, `${END} ${url}`].map((line) => (line === "" ? line : `${indent}${line}`));
}

/**
 * In the place of an address, for lines on which those of several logins stand (a list's heading): they go with the last
 * of ours.
 */
export const SHARED = "shared";

/** The addresses for which something of ours stands in the text, each once. */
export function markedUrls(text: string): readonly string[] {
  const urls = [...text.matchAll(BLOCK)].map(([, url = ""]) => url);
  return [...new Set(urls)].filter((url) => url !== SHARED);
}

/** The text without our lines for the addresses that `isGone` names. */
export function withoutMarked(text: string, isGone: (url: string) => boolean): string {
  const rest = cut(text, (url) => url !== SHARED && isGone(url));
  return markedUrls(rest).length > 0 ? rest : cut(rest, (url) => url === SHARED);
}

function cut(text: string, isGone: (url: string) => boolean): string {
  return text
    .replace(BLOCK, (block: string, url: string, lineEnd: string, offset: number) => {
      if (!isGone(url)) return block;
      // What we have added to a file without a last line's end has none either: the end before it is ours then.
      return lineEnd === "" && offset > 0 ? LAST_END : "";
    })
    .replace(CUT_END, "");
}

/** The line itself or, where it is one of ours, the last of the marked lines it is among; counted from 0. */
export function endOfMarked(text: string, line: number): number {
  for (const match of text.matchAll(BLOCK)) {
    const first = linesOf(text.slice(0, match.index)).length - 1;
    const last = first + linesOf(match[0].trimEnd()).length - 1;
    if (first <= line && line <= last) return last;
  }
  return line;
}

const LAST_END = "\u0000";
const CUT_END = new RegExp(`\\r?\\n${LAST_END}`, "g");
const BLOCK = new RegExp(
  `^[ \\t]*${BEGIN} (\\S+)\\r?\\n(?:(?!^[ \\t]*${END} ).*\\r?\\n)*[ \\t]*${END} \\1(\\r?\\n|$)`,
  "gm",
);

/** At the end; a file whose last line has no end gets none. */
export function appended(text: string, block: readonly string[]): string {
  const end = lineEndOf(text);
  const added = block.join(end);
  return text === "" || text.endsWith("\n") ? `${text}${added}${end}` : `${text}${end}${added}`;
}

/** In front of everything. */
export function prepended(text: string, block: readonly string[]): string {
  const end = lineEndOf(text);
  return `${block.join(end)}${end}${text}`;
}

/** After a line, counted from 0. */
export function insertedAfter(text: string, line: number, block: readonly string[]): string {
  const end = lineEndOf(text);
  const lines = text.split(/(?<=\n)/);
  const head = lines.slice(0, line + 1).join("");
  const tail = lines.slice(line + 1).join("");
  return tail === "" ? appended(head, block) : `${head}${block.join(end)}${end}${tail}`;
}

/** The lines of a text, without their ends. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}

/** Files of Windows stay as they are. */
function lineEndOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
