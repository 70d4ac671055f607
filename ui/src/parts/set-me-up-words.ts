/** What the lines are about; everything in them follows from this. */
export interface Place {
  /** Where the reader reaches the server, without a slash at the end: `https://host/prefix`. */
  readonly server: string;
  /** `owner/name` */
  readonly repository: string;
  readonly format: string;
  /** Whether the repository gives its files only to who signs in. */
  readonly needsSignIn: boolean;
  /** Whether anything can be published there. */
  readonly takesUploads: boolean;
  /** The reader's account, for tools that sign in with a name; `null`: nobody. */
  readonly user: string | null;
  /** A fresh token; `null`: its place is held by a word. */
  readonly token: string | null;
}

/** Lines to be copied, and what they are for. */
export interface Snippet {
  readonly title: string;
  /** What they are written in, for whoever paints them. */
  readonly language: "sh" | "ini" | "toml" | "yaml" | "text";
  readonly text: string;
  /** Where they belong, as people say it; `null`: into a terminal. */
  readonly where: string | null;
  /** As which file they can be downloaded; `null`: they are no file. */
  readonly filename: string | null;
}

/** One tool and all that one needs to tell it. */
export interface Tool {
  readonly id: string;
  readonly label: string;
  readonly snippets: readonly Snippet[];
}

/** What installers read. */
export function indexAddress(place: Place): string {
  return `${publishAddress(place)}simple/`;
}

/** What uploads are sent to. */
export function publishAddress({ server, repository }: Place): string {
  return `${server}/${repository.split("/").map(encodeURIComponent).join("/")}/`;
}

/** The same with the token in it, for tools that know no other way. `token`: what stands for it. */
export function addressWithToken(address: string, token: string): string {
  return address.replace("://", `://__token__:${token}@`);
}

/** What the repository is called in the files of tools: `alice-dev`. */
export function nickname({ repository }: Place): string {
  const plain = repository
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return plain === "" ? "vivarium" : plain;
}

/** The same as a part of a variable's name: `ALICE_DEV`. */
export function variableName(place: Place): string {
  return nickname(place).replaceAll("-", "_").toUpperCase();
}

/** The token, or what holds its place. */
export function tokenOf({ token }: Place): string {
  return token ?? "TOKEN";
}

/** Whether pip has to be told that it may read there without encryption: it does so by itself on this machine only. */
export function plainHost({ server }: Place): string | null {
  const url = new URL(server);
  const isHere = url.hostname === "localhost" || url.hostname === "[::1]" || /^127\./.test(url.hostname);
  return url.protocol === "http:" && !isHere ? url.host : null;
}

/** Lines for a terminal. */
export function command(title: string, text: string): Snippet {
  return { title, language: "sh", text, where: null, filename: null };
}

/** A file, or a part of one. */
export function file(
  title: string,
  where: string,
  language: Snippet["language"],
  lines: readonly string[],
  filename: string | null = null,
): Snippet {
  return { title, language, text: lines.join("\n"), where, filename };
}

/** Who signs in, where `netrc` is read: by pip, uv and all that are made of them. */
export function netrc(place: Place): Snippet {
  const { hostname } = new URL(place.server);
  const text = [`machine ${hostname}`, "login __token__", `password ${tokenOf(place)}`];
  return file("Sign in once for all tools that read it", "~/.netrc (%USERPROFILE%\\_netrc on Windows)", "text", text);
}
