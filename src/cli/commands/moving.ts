import type { CommandOption, CommandRow, Outcome, Tools } from "../command.ts";
import { CommandFailure, EXIT, type Io } from "../io.ts";
import type { DevpiPlace } from "../moving/answers.ts";
import { artifactoryText, exportText, indexImportText, moveInText } from "../moving/report.ts";
import { has, many, one, positional, type Typed, usage } from "../typed.ts";

const PASSWORD_VARIABLE = "VIVARIUM_DEVPI_PASSWORD";
const TOKEN_VARIABLE = "VIVARIUM_ARTIFACTORY_TOKEN";

/** Moving in from other servers, and out again. `settings`: the options of the data folder. */
export function movingCommands(settings: readonly CommandOption[]): readonly CommandRow[] {
  return [importDevpi(settings), importArtifactory(settings), importIndex(settings), exportDevpi(settings)];
}

function importDevpi(settings: readonly CommandOption[]): CommandRow {
  return {
    path: ["import", "devpi"],
    summary: "Move in from a devpi: from what devpi-export wrote, or from a server that still runs",
    more:
      "Users come with the passwords they have, indexes with their options, releases with their documentation, test " +
      "results and logs. It can be stopped and run again, also while the server runs, and ends with a report that " +
      "compares every file's hash. With --live a running devpi is copied, again and again, only what changed; it tells " +
      "nobody its users' passwords, so those come from an export: --users-only takes nothing else of it.",
    positionals: [{ name: "folder", description: "What devpi-export wrote", isOptional: true }],
    options: [
      { name: "live", placeholder: "url", description: "Copy the devpi that runs at this address" },
      { name: "user", placeholder: "name", description: "Who to be there (default: root)" },
      {
        name: "password-file",
        placeholder: "file",
        description: `The password there, first line of this file; else ${PASSWORD_VARIABLE}, else it is asked for`,
      },
      { name: "users-only", placeholder: null, description: "Users and their passwords, nothing else" },
      ...settings,
    ],
    examples: [
      { line: "vivarium import devpi /backup/devpi-export --data /srv/vivarium", does: "all of an export" },
      { line: "vivarium import devpi --live https://devpi.example.com", does: "what changed since the last time" },
    ],
    talksTo: "nobody",
    hasJson: true,
    async run(typed, tools) {
      const wish = { from: await placeFrom(typed, tools.io), usersOnly: has(typed, "users-only") };
      const answer = await tools.offline.moves.importDevpi(typed.options, wish);
      return outcome(answer, moveInText(answer));
    },
  };
}

async function placeFrom(typed: Typed, io: Io): Promise<DevpiPlace> {
  const folder = typed.positionals[0] ?? null;
  const live = one(typed, "live");
  if ((folder === null) === (live === null)) {
    throw usage("name the folder of an export, or the address of a running devpi with --live");
  }
  if (folder !== null) return { kind: "folder", folder };
  const url = URL.parse(live ?? "");
  if (url === null || !/^https?:$/.test(url.protocol)) throw usage(`--live ${live}: it is an address, http or https`);
  const user = one(typed, "user") ?? (url.username === "" ? "root" : decodeURIComponent(url.username));
  const password = url.password === "" ? await passwordFrom(typed, io, url.host) : decodeURIComponent(url.password);
  url.username = "";
  url.password = "";
  return { kind: "server", url: url.href, user, password };
}

async function passwordFrom(typed: Typed, io: Io, host: string): Promise<string> {
  const path = one(typed, "password-file");
  if (path !== null) {
    const text = path === "-" ? await io.input() : await io.readFile(path);
    if (text === null) throw new CommandFailure(EXIT.environment, `the password file ${path} is not there`);
    return text.split(/\r?\n/, 1)[0] ?? "";
  }
  return io.env[PASSWORD_VARIABLE] ?? (await io.askSecret(`Password at ${host}: `)) ?? "";
}

function importArtifactory(settings: readonly CommandOption[]): CommandRow {
  return {
    path: ["import", "artifactory"],
    summary: "Move in from an Artifactory that runs",
    more:
      "Repositories come with their configuration and keys, local ones with all files, properties and dates; users without " +
      "their passwords, which an Artifactory tells nobody; groups and permissions as they are. Every file is compared with the " +
      "digest that the source tells. What is here already is not fetched again, so that it can be stopped and run again. Copies " +
      "of remote repositories do not come: they are fetched again when they are asked for.",
    positionals: [{ name: "url", description: "Its address, which ends in /artifactory" }],
    options: [
      {
        name: "token",
        placeholder: "token",
        description: `An administrator's token there; others on this machine can see it, so better: env ${TOKEN_VARIABLE}`,
      },
      {
        name: "token-file",
        placeholder: "file",
        description: "The token, first line of this file (- is standard input)",
      },
      ...settings,
    ],
    examples: [
      {
        line: "vivarium import artifactory https://packages.example.com/artifactory --data /srv/vivarium",
        does: "all that an administrator sees there; asks for the token",
      },
    ],
    talksTo: "nobody",
    hasJson: true,
    async run(typed, tools) {
      const url = positional(typed, 0);
      if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) throw usage(`${url}: it is an address, http or https`);
      const token = await artifactoryToken(typed, tools.io);
      const answer = await tools.offline.moves.importArtifactory(typed.options, { url, token });
      return outcome(answer, artifactoryText(answer));
    },
  };
}

async function artifactoryToken(typed: Typed, io: Io): Promise<string> {
  const path = one(typed, "token-file");
  const text = path === null ? null : path === "-" ? await io.input() : await io.readFile(path);
  if (path !== null && text === null) throw new CommandFailure(EXIT.environment, `the token file ${path} is not there`);
  const token = text?.split(/\r?\n/, 1)[0] ?? one(typed, "token") ?? io.env[TOKEN_VARIABLE] ?? "";
  if (token !== "") return token;
  const asked = await io.askSecret("Token of an administrator there: ");
  if (asked !== null && asked !== "") return asked;
  throw usage(`a token of an administrator there is needed: --token-file, or ${TOKEN_VARIABLE}`);
}

function importIndex(settings: readonly CommandOption[]): CommandRow {
  return {
    path: ["import", "index"],
    summary: "Copy projects from any simple index into a local index",
    more:
      "Every file is compared with the hash that the index announces. Upload times, yanks and core metadata stay as they " +
      "are there. What is here already is not copied again, so that it can be stopped and run again.",
    positionals: [{ name: "url", description: "The index's address, as installers are given it" }],
    options: [
      { name: "into", placeholder: "index", description: "Where to, owner/name; made when it is missing" },
      { name: "project", placeholder: "name", description: "A project to copy", isRepeatable: true },
      { name: "all", placeholder: null, description: "All projects that the index lists" },
      ...settings,
    ],
    examples: [
      {
        line: "vivarium import index https://packages.example.com/simple/ --into root/kept --project numpy",
        does: "one project",
      },
    ],
    talksTo: "nobody",
    hasJson: true,
    async run(typed, tools) {
      const projects = many(typed, "project");
      if ((projects === null) === !has(typed, "all")) {
        throw usage("name projects with --project, or copy all of them with --all");
      }
      const into = one(typed, "into");
      if (into === null) throw usage("name the index to copy into: --into owner/name");
      const answer = await tools.offline.moves.importIndex(typed.options, {
        url: positional(typed, 0),
        into,
        projects,
      });
      return outcome(answer, indexImportText(answer));
    },
  };
}

function exportDevpi(settings: readonly CommandOption[]): CommandRow {
  return {
    path: ["export", "devpi"],
    summary: "Write everything down as devpi-import reads it",
    more: "The folder is made; it must not be there, or be empty. Users keep their passwords.",
    positionals: [{ name: "folder", description: "Where to" }],
    options: settings,
    examples: [{ line: "vivarium export devpi /backup/for-devpi", does: "then: devpi-import /backup/for-devpi" }],
    talksTo: "nobody",
    hasJson: true,
    async run(typed, tools: Tools) {
      const answer = await tools.offline.moves.exportDevpi(typed.options, positional(typed, 0));
      return outcome(answer, exportText(answer));
    },
  };
}

function outcome(answer: { readonly isComplete: boolean }, text: string): Outcome {
  return { json: answer, text, exitCode: answer.isComplete ? EXIT.done : EXIT.refused };
}
