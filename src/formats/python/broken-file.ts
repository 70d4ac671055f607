/**
 * A file or record of the Python format that is not what it says it is: thrown by the readers of archives and metadata.
 * The message is one sentence without the file's name; who knows that name adds it. A `SyntaxError`, as `ListingReader`
 * promises.
 */
export class BrokenFile extends SyntaxError {
  override readonly name: string = "BrokenFile";
}

/** `throw broken("RECORD lists no file")` */
export function broken(message: string, cause?: unknown): BrokenFile {
  return new BrokenFile(message, cause === undefined ? undefined : { cause });
}

/** Text from a file as a message may show it: in quotes, on one line, printable, not long. */
export function quoted(text: string): string {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return `'${shown.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "�")}'`;
}
