import { indexOfPipConf, indexOfUvToml, installerFiles } from "./installer-settings.ts";

/** The index that this machine's installers read, and who said so. */
export interface FoundUpstream {
  /** Ends in `/`; without credentials. */
  readonly url: string;
  /** `user:password`; `null`: none. */
  readonly credentials: string | null;
  /** In words: `PIP_INDEX_URL`, a file, `pip's built-in default`. */
  readonly source: string;
}

/** Where the search looks. */
export interface UpstreamClues {
  /** From our own configuration: an address, `none`, or `null`: look elsewhere. */
  readonly configured: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly platform: NodeJS.Platform;
  /** `null`: there is no such file, or it cannot be read. */
  readonly readFile: (path: string) => Promise<string | null>;
  /** Runs Python with these arguments and returns what it prints; `null`: it failed, or there is none. */
  readonly askPython: (args: readonly string[]) => Promise<string | null>;
  /** Whether an address is this server's own: an installer may be set up for us already, and we must not read ourselves. */
  readonly isOurs: (url: URL) => boolean;
}

/** uv's new and old name before pip's: who has uv set up on purpose uses it. */
const VARIABLES = ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"];

/**
 * The upstream for `root/pypi` (house.md 1.5): no index is named in our code, we use what pip and uv on this machine use.
 * `null`: none is wanted, or none was found.
 */
export async function findUpstream(clues: UpstreamClues): Promise<FoundUpstream | null> {
  if (clues.configured === "none") return null;
  if (clues.configured !== null) return upstreamOf(clues.configured, "the setting 'upstream'");
  for (const name of VARIABLES) {
    const found = upstreamOf(clues.env[name] ?? "", name);
    if (isElsewhere(found, clues)) return found;
  }
  return (await inFiles(clues)) ?? (await builtIntoPip(clues));
}

function isElsewhere(found: FoundUpstream | null, { isOurs }: UpstreamClues): found is FoundUpstream {
  return found !== null && !isOurs(new URL(found.url));
}

async function inFiles(clues: UpstreamClues): Promise<FoundUpstream | null> {
  const files = installerFiles(clues.env, clues.homeFolder, clues.platform);
  const readers = [
    ...files.uv.map((path) => ({ path, indexOf: async (text: string) => indexOfUvToml(text) })),
    ...files.pip.map((path) => ({ path, indexOf: indexOfPipConf })),
  ];
  for (const { path, indexOf } of readers) {
    const text = await clues.readFile(path);
    const found = text === null ? null : upstreamOf((await indexOf(text)) ?? "", path);
    if (isElsewhere(found, clues)) return found;
  }
  return null;
}

/** First by pip's own constant, which is quick; then by its help text, which is public. */
async function builtIntoPip({ askPython }: UpstreamClues): Promise<FoundUpstream | null> {
  const source = "pip's built-in default";
  const constant = await askPython(["-c", "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"]);
  const found = upstreamOf(constant ?? "", source);
  if (found !== null) return found;
  const help = await askPython(["-m", "pip", "help", "install"]);
  return upstreamOf(/--index-url\b[\s\S]*?\(default:?\s+(https?:\/\/[^\s)]+)\)/.exec(help ?? "")?.[1] ?? "", source);
}

/** `null`: not an address. Credentials are taken out of it, and it gets the slash at the end that relative links need. */
export function upstreamOf(address: string, source: string): FoundUpstream | null {
  const url = URL.parse(address.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const credentials =
    url.username === "" && url.password === "" ? null : `${decoded(url.username)}:${decoded(url.password)}`;
  url.username = "";
  url.password = "";
  url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return { url: url.href, credentials, source };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign: it is meant as it stands.
    return text;
  }
}
