import { isReservedWord, parseRepositoryName } from "#core";
import { usage } from "../typed.ts";

/** A server, and perhaps one of its repositories. */
export interface LoginAddress {
  /** Without a slash at the end. */
  readonly server: string;
  readonly repository: string | null;
}

/**
 * What somebody means by an address: that of a repository, as a browser shows it or as pip has it, or that of a server
 * (perhaps below a path) where `--repository` says which.
 */
export function loginAddressOf(text: string, repository: string | null): LoginAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw usage(`'${text}' is no address: it looks like https://packages.example.com/alice/dev`);
  }
  if (url.username !== "" || url.password !== "") {
    throw usage("the address must not hold a password: give --user, and the password as asked");
  }
  const parts = url.pathname.split("/").filter((part) => part !== "");
  if (repository !== null) {
    if (parseRepositoryName(repository) === null) throw usage(`--repository ${repository}: it looks like alice/dev`);
    return { server: serverAt(url, parts), repository };
  }
  // The address of pip's index is that of the repository and a word.
  const named = isReservedWord(parts.at(-1) ?? "") ? parts.slice(0, -1) : parts;
  if (named.length < 2) return { server: serverAt(url, named), repository: null };
  const name = parseRepositoryName(named.slice(-2).map(decoded).join("/"));
  if (name === null) throw usage(`'${text}' is no address of a repository: it ends in owner/name`);
  return { server: serverAt(url, named.slice(0, -2)), repository: name };
}

function serverAt(url: URL, parts: readonly string[]): string {
  return [url.origin, ...parts].join("/");
}

/** What is not encoded as addresses are is no name either. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
