import type { Io } from "../io.ts";
import {
  type Edited,
  editNetrc,
  editPdm,
  editPip,
  editPoetry,
  editPoetryAuth,
  editPypirc,
  editUv,
  type RepositoryLogin,
} from "./edits.ts";

/** One file of one tool. */
export interface LoginFile {
  readonly tool: ToolName;
  readonly path: string;
  /** Whether a token stands in it: then nobody else may read it. */
  readonly isSecret: boolean;
  /** Whether our lines are known by the server and not by the repository: they serve all of its repositories. */
  readonly isOfServer: boolean;
  edit(before: string, login: RepositoryLogin): Edited;
}

export const TOOL_NAMES = ["pip", "uv", "poetry", "pdm", "twine", "netrc"] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/** Every file that a login may write, where this machine's tools look for it. */
export function loginFiles({
  env,
  platform,
  homeFolder: home,
}: Pick<Io, "env" | "platform" | "homeFolder">): readonly LoginFile[] {
  const isWindows = platform === "win32";
  const given = (name: string): string | null => env[name] || null;
  const roaming = given("APPDATA") ?? `${home}/AppData/Roaming`;
  const config = isWindows ? roaming : (given("XDG_CONFIG_HOME") ?? `${home}/.config`);
  // These two follow the custom of the platform, the others that of the XDG folders.
  const custom = platform === "darwin" ? `${home}/Library/Application Support` : config;
  const pdm = isWindows ? `${given("LOCALAPPDATA") ?? `${home}/AppData/Local`}/pdm/pdm` : `${custom}/pdm`;
  const plain = { isSecret: false, isOfServer: false };
  const secret = { isSecret: true, isOfServer: false };
  const pip = given("PIP_CONFIG_FILE") ?? `${config}/pip/${isWindows ? "pip.ini" : "pip.conf"}`;
  const poetry = given("POETRY_CONFIG_DIR") ?? `${custom}/pypoetry`;
  return [
    { tool: "pip", path: pip, ...plain, edit: isNull(pip) ? unread("PIP_CONFIG_FILE", "pip") : editPip },
    {
      tool: "uv",
      path: given("UV_CONFIG_FILE") ?? `${config}/uv/uv.toml`,
      ...plain,
      edit: isOn(given("UV_NO_CONFIG")) ? unread("UV_NO_CONFIG", "uv") : editUv,
    },
    { tool: "poetry", path: `${poetry}/config.toml`, ...plain, edit: editPoetry },
    { tool: "poetry", path: `${poetry}/auth.toml`, ...secret, edit: editPoetryAuth },
    { tool: "pdm", path: given("PDM_CONFIG_FILE") ?? `${pdm}/config.toml`, ...secret, edit: editPdm },
    { tool: "twine", path: `${home}/.pypirc`, ...secret, edit: editPypirc },
    {
      tool: "netrc",
      path: given("NETRC") ?? `${home}/${isWindows ? "_netrc" : ".netrc"}`,
      isSecret: true,
      isOfServer: true,
      edit: editNetrc,
    },
  ];
}

/** These read who signs in from netrc. */
export const NETRC_READERS: readonly ToolName[] = ["pip", "uv"];

/** pip: the null device in the place of a file means "no files at all". */
function isNull(path: string): boolean {
  return /^(?:\/dev\/null|nul)$/i.test(path);
}

function isOn(value: string | null): boolean {
  return value !== null && !/^(?:0|f|false|n|no|off)$/i.test(value);
}

function unread(variable: string, tool: ToolName): LoginFile["edit"] {
  return () => ({ conflict: `${variable} says that ${tool} reads no file` });
}
