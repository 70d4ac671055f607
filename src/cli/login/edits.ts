import assert from "node:assert/strict";
import { appended, endOfMarked, insertedAfter, marked, prepended, SHARED } from "./blocks.ts";
import { type Section, sectionsOf } from "./sections.ts";

/** What a login writes about. */
export interface Login {
  /** Without a slash at the end. */
  readonly server: string;
  /** `owner/name`; `null`: the server only. */
  readonly repository: string | null;
  readonly token: string;
}

/** A login for a repository: whatever an index has to be named for needs one. */
export interface RepositoryLogin extends Login {
  readonly repository: string;
}

/** The text of a file with our lines in it, or why they cannot stand there: half a sentence about what is there already. */
export type Edited = { readonly text: string } | { readonly conflict: string };

/** Who signs in at the server, for whatever reads it: pip, uv, PDM, curl. One machine has one entry. */
export function editNetrc(before: string, { server, token }: Login): Edited {
  const { hostname } = new URL(server);
  const isThere = before
    .split(/\r?\n/)
    .some((line) => new RegExp(`(?:^|\\s)machine\\s+${RegExp.escape(hostname)}(?:\\s|$)`).test(withoutComment(line)));
  if (isThere) return { conflict: `it has an entry for ${hostname} already` };
  // In front, because nothing behind an entry `default` or a macro is found.
  const lines = [`machine ${hostname}`, "login __token__", `password ${token}`];
  return { text: prepended(before, marked(server, lines)) };
}

export function editPip(before: string, login: RepositoryLogin): Edited {
  const section = sectionsOf(before).find(({ name }) => name === "global");
  const taken = section?.keys.find(({ name }) => name === "index-url");
  if (taken !== undefined) return { conflict: `it sets index-url already (line ${taken.line + 1})` };
  const host = plainHost(login.server);
  if (host !== null && section?.keys.some(({ name }) => name === "trusted-host")) {
    return { conflict: `it sets trusted-host already, to which ${host} would have to be added` };
  }
  const lines = [`index-url = ${indexOf(login)}`, ...(host === null ? [] : [`trusted-host = ${host}`])];
  return into(before, section, "[global]", lines, login);
}

export function editUv(before: string, login: RepositoryLogin): Edited {
  const sections = sectionsOf(before);
  const keys = sections.flatMap((section) => section.keys.map((key) => ({ ...key, section: section.name })));
  const name = nicknameOf(login);
  const taken = keys.find(
    (key) =>
      (key.section === "index" && key.name === "default" && /^true\b/.test(key.value)) ||
      (key.section === "index" && key.name === "name" && key.value.includes(`"${name}"`)) ||
      (/^(?:pip)?$/.test(key.section) && ["index", "index-url"].includes(key.name)),
  );
  if (taken !== undefined) return { conflict: `it names an index already (line ${taken.line + 1})` };
  const lines = [
    "[[index]]",
    `name = "${name}"`,
    `url = "${indexOf(login)}"`,
    `publish-url = "${addressOf(login)}"`,
    "default = true",
  ];
  return { text: appended(before, marked(urlOf(login), lines)) };
}

/** Poetry's own files: where to publish; which index a project reads is said in the project. */
export function editPoetry(before: string, login: RepositoryLogin): Edited {
  const name = nicknameOf(login);
  return ownTable(before, `repositories.${name}`, [`url = "${addressOf(login)}"`], login);
}

export function editPoetryAuth(before: string, login: RepositoryLogin): Edited {
  const lines = ['username = "__token__"', `password = "${login.token}"`];
  return ownTable(before, `http-basic.${nicknameOf(login)}`, lines, login);
}

export function editPdm(before: string, login: RepositoryLogin): Edited {
  const name = nicknameOf(login);
  const section = sectionsOf(before).find((one) => one.name === "pypi");
  const taken = section?.keys.find((key) => ["url", "username", "password"].includes(key.name));
  if (taken !== undefined) return { conflict: `it sets ${taken.name} of [pypi] already (line ${taken.line + 1})` };
  const reading = [`url = "${indexOf(login)}"`, 'username = "__token__"', `password = "${login.token}"`];
  const edited = into(before, section, "[pypi]", reading, login);
  if ("conflict" in edited) return edited;
  const publishing = [`url = "${addressOf(login)}"`, 'username = "__token__"', `password = "${login.token}"`];
  return ownTable(edited.text, `repository.${name}`, publishing, login);
}

/** Twine's (and Flit's) file: a list of names, and a section for each. */
export function editPypirc(before: string, login: RepositoryLogin): Edited {
  const name = nicknameOf(login);
  const lines = [`repository = ${addressOf(login)}`, "username = __token__", `password = ${login.token}`];
  const named = ownTable(before, name, lines, login);
  if ("conflict" in named) return named;
  const listed = withList(named.text);
  const list = sectionsOf(listed)
    .find((one) => one.name === "distutils")
    ?.keys.find((key) => key.name === "index-servers");
  assert(list !== undefined, "the list is there, or was made");
  const block = marked(urlOf(login), [name], `${list.indent}    `);
  return { text: insertedAfter(listed, endOfMarked(listed, list.line), block) };
}

/** A list of one's own takes the place of the one that is meant without any, so what was in that is in it. */
function withList(text: string): string {
  const section = sectionsOf(text).find((one) => one.name === "distutils");
  if (section === undefined) {
    return appended(text, marked(SHARED, ["[distutils]", "index-servers =", "    pypi"]));
  }
  if (section.keys.some((key) => key.name === "index-servers")) return text;
  const lines = marked(SHARED, ["index-servers =", "    pypi"], section.keys[0]?.indent);
  return insertedAfter(text, section.line, lines);
}

/** A section of our own at the end, unless there is one of that name. */
function ownTable(before: string, name: string, lines: readonly string[], login: RepositoryLogin): Edited {
  const there = sectionsOf(before).find((one) => one.name === name);
  if (there !== undefined) return { conflict: `it has a section [${name}] already (line ${there.line + 1})` };
  return { text: appended(before, marked(urlOf(login), [`[${name}]`, ...lines])) };
}

/** Into a section that is there, which may not be there twice; else with a new one. */
function into(
  before: string,
  section: Section | undefined,
  heading: string,
  lines: readonly string[],
  login: RepositoryLogin,
): Edited {
  if (section === undefined) return { text: appended(before, marked(urlOf(login), [heading, ...lines])) };
  return { text: insertedAfter(before, section.line, marked(urlOf(login), lines, section.keys[0]?.indent)) };
}

/** By what our lines about a login are known. */
export function urlOf({ server, repository }: Login): string {
  return repository === null ? server : `${server}/${repository.split("/").map(encodeURIComponent).join("/")}`;
}

/** `alice-dev`: what tools call the repository. */
export function nicknameOf({ repository }: RepositoryLogin): string {
  const plain = repository
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return plain === "" ? "vivarium" : plain;
}

function addressOf(login: RepositoryLogin): string {
  return `${urlOf(login)}/`;
}

function indexOf(login: RepositoryLogin): string {
  return `${urlOf(login)}/simple/`;
}

/** pip reads without encryption only from this machine itself, unless it is told. */
function plainHost(server: string): string | null {
  const url = new URL(server);
  const isHere = url.hostname === "localhost" || url.hostname === "[::1]" || /^127\./.test(url.hostname);
  return url.protocol === "http:" && !isHere ? url.host : null;
}

function withoutComment(line: string): string {
  return line.replace(/(?:^|\s)#.*$/, "");
}
