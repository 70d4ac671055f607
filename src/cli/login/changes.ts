import { CommandFailure, EXIT, type Io } from "../io.ts";
import { printable } from "../table.ts";
import { linesOf, markedUrls, withoutMarked } from "./blocks.ts";
import { type RepositoryLogin, urlOf } from "./edits.ts";
import { type LoginFile, loginFiles, NETRC_READERS, type ToolName } from "./places.ts";

/** What becomes of one file. */
export interface FileChange {
  readonly tool: ToolName;
  readonly path: string;
  readonly isSecret: boolean;
  /** `null`: it is not there. */
  readonly before: string | null;
  /** `null`: there is nothing left in it. */
  readonly after: string | null;
}

/** A tool that is left alone, because something is set there already. */
export interface LeftAlone {
  readonly tool: ToolName;
  readonly because: string;
}

/** The tools of this machine: their programs, or their files, are there. */
export async function toolsHere(io: Io): Promise<readonly ToolName[]> {
  const found = new Set<ToolName>();
  for (const { tool, path } of loginFiles(io)) {
    if (found.has(tool)) continue;
    const programs = tool === "netrc" ? [] : tool === "pip" ? ["pip", "pip3"] : [tool];
    const answers = await Promise.all(programs.map((name) => io.hasProgram(name)));
    if (answers.includes(true) || (await io.readFile(path)) !== null) found.add(tool);
  }
  return [...found];
}

/** What a login would write, for the tools that were named or, where none was, for those that are here. Writes nothing. */
export async function changesOfLogin(
  io: Io,
  login: RepositoryLogin,
  named: readonly ToolName[] | null,
): Promise<{ readonly changes: readonly FileChange[]; readonly left: readonly LeftAlone[] }> {
  const wanted = new Set(named ?? (await toolsHere(io)));
  if (NETRC_READERS.some((tool) => wanted.has(tool))) wanted.add("netrc");
  const changes: FileChange[] = [];
  const left: LeftAlone[] = [];
  for (const tool of wanted) {
    const outcome = await changesOfTool(io, login, tool);
    if ("changes" in outcome) changes.push(...outcome.changes);
    else if (named?.includes(tool)) {
      const message = `${outcome.because}; take that out first, or leave ${tool} out. Nothing was written`;
      throw new CommandFailure(EXIT.environment, message);
    } else left.push({ tool, because: outcome.because });
  }
  return { changes, left };
}

/** All of a tool's files or none. */
async function changesOfTool(
  io: Io,
  login: RepositoryLogin,
  tool: ToolName,
): Promise<{ readonly changes: readonly FileChange[] } | { readonly because: string }> {
  const changes: FileChange[] = [];
  for (const file of loginFiles(io).filter((one) => one.tool === tool)) {
    const before = await io.readFile(file.path);
    // Signing in again replaces what the last time wrote.
    const url = file.isOfServer ? login.server : urlOf(login);
    const edited = file.edit(
      withoutMarked(before ?? "", (one) => one === url),
      login,
    );
    if ("conflict" in edited) return { because: `${file.path} is left as it is: ${edited.conflict}` };
    changes.push({ tool, path: file.path, isSecret: file.isSecret, before, after: edited.text });
  }
  return { changes };
}

/** What a logout would take out: all that was written for the repository or, where none is named, for the server. */
export async function changesOfLogout(
  io: Io,
  { server, repository }: { readonly server: string; readonly repository: string | null },
): Promise<readonly FileChange[]> {
  const files: (LoginFile & { readonly before: string })[] = [];
  for (const file of loginFiles(io)) {
    const before = await io.readFile(file.path);
    if (before !== null) files.push({ ...file, before });
  }
  const isOfServer = (url: string) => url === server || url.startsWith(`${server}/`);
  const gone = repository === null ? null : urlOf({ server, repository, token: "" });
  // Who signs in at the server is taken out with the last of its repositories.
  const others = files
    .flatMap(({ before }) => markedUrls(before))
    .filter((url) => isOfServer(url) && url !== server && url !== gone);
  const isGone = (url: string) =>
    gone === null ? isOfServer(url) : url === gone || (url === server && others.length === 0);
  return files.flatMap(({ tool, path, isSecret, before }) => {
    const after = withoutMarked(before, isGone);
    if (after === before) return [];
    return [{ tool, path, isSecret, before, after: after.trim() === "" ? null : after }];
  });
}

/** A change as people read it: what goes, what comes, in which file. Secrets are not shown. */
export function changeText({ path, before, after }: FileChange): string {
  const verb = before === null ? "make" : after === null ? "remove" : "change";
  const lines = differences(linesOf(before ?? ""), linesOf(after ?? ""));
  return [`${verb} ${printable(path)}`, ...lines.map((line) => `  ${printable(withoutSecret(line))}`), ""].join("\n");
}

/** Only lines are put in or taken out, so what stays can be followed from top to bottom. */
function differences(before: readonly string[], after: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let next = 0;
  for (const line of before) {
    const found = after.indexOf(line, next);
    if (found < 0) {
      lines.push(`- ${line}`);
      continue;
    }
    lines.push(...after.slice(next, found).map((each) => `+ ${each}`));
    next = found + 1;
  }
  lines.push(...after.slice(next).map((each) => `+ ${each}`));
  return lines.filter((line) => line.trim().length > 1);
}

function withoutSecret(line: string): string {
  return line.replace(/(\bpassword\b\s*=?\s*).+$/, "$1…");
}
