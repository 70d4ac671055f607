/** What pip's and uv's own configuration says about the index they read, from the text of their files; pure. */

/** The index of a `pip.conf`; `null`: it names none. Later sections win as pip has it: a command's over `[global]`. */
export async function indexOfPipConf(text: string): Promise<string | null> {
  const { parse } = await import("ini");
  const sections: Readonly<Record<string, unknown>> = parse(text);
  for (const name of ["install", "global"]) {
    const section = sections[name];
    if (typeof section !== "object" || section === null) continue;
    const url = Object.entries(section).find(([key]) => key.replaceAll("_", "-") === "index-url")?.[1];
    if (typeof url === "string" && url !== "") return url;
  }
  return null;
}

/**
 * The default index of a `uv.toml`; `null`: it names none. Reads the three places where uv looks, one line each:
 * `index-url = "…"` at the top, the same below `[pip]`, and an `[[index]]` with `default = true`.
 */
export function indexOfUvToml(text: string): string | null {
  let table = "";
  let entry: { url: string | null; isDefault: boolean } = { url: null, isDefault: false };
  let plain: string | null = null;
  let ofPip: string | null = null;
  const entries = [entry];
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*(\[\[?)\s*([\w."-]+)\s*\]\]?\s*(?:#.*)?$/.exec(line);
    if (heading !== null) {
      table = `${heading[1]}${heading[2]}`;
      entry = { url: null, isDefault: false };
      if (table === "[[index") entries.push(entry);
      continue;
    }
    const [, key, double, single, word] =
      /^\s*"?([\w-]+)"?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\w+))\s*(?:#.*)?$/.exec(line) ?? [];
    const value = double === undefined ? single : unescaped(double);
    if (table === "[[index" && key === "url") entry.url = value ?? null;
    if (table === "[[index" && key === "default") entry.isDefault = word === "true";
    if (table === "" && key === "index-url") plain = value ?? null;
    if (table === "[pip" && key === "index-url") ofPip = value ?? null;
  }
  return entries.find(({ url, isDefault }) => isDefault && url !== null)?.url ?? plain ?? ofPip;
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\])/g, "$1");
}

/** Where uv's and pip's files are, those that win first. */
export interface InstallerFiles {
  readonly uv: readonly string[];
  readonly pip: readonly string[];
}

/** By the rules that uv and pip publish for this platform. */
export function installerFiles(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  platform: NodeJS.Platform,
): InstallerFiles {
  const given = (name: string): string | null => env[name] || null;
  const configHome = given("XDG_CONFIG_HOME") ?? `${home}/.config`;
  const configFolders = (given("XDG_CONFIG_DIRS") ?? "/etc/xdg").split(":").filter((path) => path !== "");
  const roaming = given("APPDATA");
  const shared = given("PROGRAMDATA");
  const isWindows = platform === "win32";
  const below = (folder: string | null, path: string): string[] => (folder === null ? [] : [`${folder}/${path}`]);

  const uv = isWindows
    ? [...below(roaming, "uv/uv.toml"), ...below(shared, "uv/uv.toml")]
    : [`${configHome}/uv/uv.toml`, ...configFolders.map((path) => `${path}/uv/uv.toml`), "/etc/uv/uv.toml"];
  const site = below(given("VIRTUAL_ENV"), isWindows ? "pip.ini" : "pip.conf");
  const own = isWindows
    ? [...below(roaming, "pip/pip.ini"), `${home}/pip/pip.ini`]
    : [
        ...(platform === "darwin" ? [`${home}/Library/Application Support/pip/pip.conf`] : []),
        `${configHome}/pip/pip.conf`,
        `${home}/.pip/pip.conf`,
      ];
  const everybody = isWindows
    ? below(shared, "pip/pip.ini")
    : [
        ...(platform === "darwin" ? ["/Library/Application Support/pip/pip.conf"] : []),
        ...configFolders.map((path) => `${path}/pip/pip.conf`),
        "/etc/pip.conf",
      ];
  // pip: a file named by PIP_CONFIG_FILE wins, and the null device there means "no files at all".
  const named = given("PIP_CONFIG_FILE");
  if (named !== null && /^(\/dev\/null|nul)$/i.test(named)) return { uv: uvFiles(), pip: [] };
  return { uv: uvFiles(), pip: [...(named === null ? [] : [named]), ...site, ...own, ...everybody] };

  function uvFiles(): readonly string[] {
    if (given("UV_NO_CONFIG") !== null) return [];
    const only = given("UV_CONFIG_FILE");
    return only === null ? uv : [only];
  }
}
