const FILENAME_BYTES_MAX = 255;

/** What is wrong with a file name of any kind; `null`: it may stand in a path, a page and a header. */
export function filenameProblem(filename: string): string | null {
  if (filename === "") return "it is empty";
  if (filename === "." || filename === "..") return "it names a folder";
  if (/[/\\]/.test(filename)) return "it contains '/' or '\\'";
  if (/[\x00-\x1f\x7f]/.test(filename)) return "it contains a control character";
  return Buffer.byteLength(filename) > FILENAME_BYTES_MAX ? `it is longer than ${FILENAME_BYTES_MAX} bytes` : null;
}
