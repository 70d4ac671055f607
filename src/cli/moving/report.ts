import { card, printable } from "../table.ts";
import type {
  ArtifactoryImportAnswer,
  DevpiExportAnswer,
  FileTally,
  IndexImportAnswer,
  MoveInAnswer,
  Remark,
  Tally,
} from "./answers.ts";

/** Long lists end in how many more there are; `--json` has them all. */
const SHOWN_MAX = 20;

export function moveInText(answer: MoveInAnswer): string {
  const { compared, renamed } = answer;
  const isUsersOnly = answer.indexes.made + answer.indexes.changed + answer.indexes.same === 0;
  return [
    card([
      ["users", tallyText(answer.users)],
      ["indexes", isUsersOnly ? null : tallyText(answer.indexes)],
      ["projects", isUsersOnly ? null : String(answer.projects)],
      ["files", isUsersOnly ? null : filesText(answer.files)],
      ["documentation", filesTextOrNull(answer.documentation)],
      ["test results", filesTextOrNull(answer.testResults)],
      ["hashes", compared.files === 0 ? null : `${compared.equal} of ${compared.files} files compared are equal`],
    ]),
    list(
      "Renamed:",
      renamed.map(({ what, from, to, because }) => `${what} ${from} is ${to} here: ${because}`),
    ),
    remarks("Left out:", answer.leftOut),
    remarks("Not right:", answer.faults),
    ...answer.notes.map((note) => `${printable(upper(note))}.\n`),
    passwordText(answer.rootPassword),
    answer.isComplete ? "Everything is here.\n" : "Not everything is here; run the same command again to go on.\n",
  ].join("");
}

export function indexImportText(answer: IndexImportAnswer): string {
  return [
    card([
      ["into", answer.into],
      ["projects", String(answer.projects)],
      ["files", filesText({ ...answer, removed: 0 })],
    ]),
    remarks("Not copied:", answer.faults),
    ...answer.notes.map((note) => `${printable(upper(note))}.\n`),
    passwordText(answer.rootPassword),
    answer.isComplete
      ? "Everything asked for is here, and every file has the hash that the index announces.\n"
      : "Not everything is here; run the same command again to go on.\n",
  ].join("");
}

export function artifactoryText(answer: ArtifactoryImportAnswer): string {
  const { files } = answer;
  const tally = ({ made, same }: ArtifactoryImportAnswer["users"]) => tallyText({ made, changed: 0, same });
  return [
    card([
      ["users", tally(answer.users)],
      ["groups", tally(answer.groups)],
      ["repositories", tally(answer.repositories)],
      ["permissions", tally(answer.permissions)],
      ["files", filesText({ ...files, removed: 0 })],
      ["digests", files.copied + files.same === 0 ? null : `${files.equal} of ${files.copied + files.same} are equal`],
    ]),
    remarks("Left out:", answer.leftOut),
    remarks("Not right:", answer.faults),
    ...answer.notes.map((note) => `${printable(upper(note))}.\n`),
    passwordText(answer.rootPassword),
    answer.isComplete ? "Everything is here.\n" : "Not everything is here; run the same command again to go on.\n",
  ].join("");
}

export function exportText(answer: DevpiExportAnswer): string {
  return [
    card([
      ["folder", answer.folder],
      ["users", String(answer.users)],
      ["indexes", String(answer.indexes)],
      ["files", `${answer.files} (${sizeText(answer.bytes)})`],
    ]),
    remarks("A devpi has no place for:", answer.leftOut),
    remarks("Not right:", answer.faults),
    answer.isComplete
      ? `devpi-import reads it: devpi-import --serverdir NEW ${answer.folder}\n`
      : "It is not complete.\n",
  ].join("");
}

function passwordText(rootPassword: string | null): string {
  if (rootPassword === null) return "";
  const secret = card([
    ["user", "root"],
    ["password", rootPassword],
  ]);
  return `${secret}The password is shown this once.\n`;
}

function tallyText({ made, changed, same }: Tally): string {
  return parts([
    [made, "new"],
    [changed, "changed"],
    [same, "as before"],
  ]);
}

function filesText({ copied, copiedBytes, same, removed }: FileTally): string {
  const size = copied === 0 ? "" : ` (${sizeText(copiedBytes)})`;
  return `${parts([
    [copied, "copied"],
    [same, "here already"],
    [removed, "removed"],
  ])}${size}`;
}

function filesTextOrNull(tally: FileTally): string | null {
  return tally.copied + tally.same + tally.removed === 0 ? null : filesText(tally);
}

function parts(counts: readonly (readonly [count: number, what: string])[]): string {
  const shown = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return shown.length === 0 ? "none" : shown.join(", ");
}

function remarks(heading: string, given: readonly Remark[]): string {
  return list(
    heading,
    given.map(({ what, because }) => (because.startsWith(what) ? because : `${what}: ${because}`)),
  );
}

function list(heading: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const more = lines.length - SHOWN_MAX;
  const shown = lines.slice(0, SHOWN_MAX).map((line) => `  ${printable(line)}\n`);
  return `${heading}\n${shown.join("")}${more > 0 ? `  and ${more} more; --json has them all\n` : ""}`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Decimal, as disks are sold. */
export function sizeText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
