import { createHash } from "node:crypto";
import { NO_PROJECT, type Offer, type ProjectName, type RemoteRepository } from "#core";

/**
 * Where remotes keep things in the shared state. Keys begin with the remote's name and a mark of its address, so
 * that a changed address never shows what another server said.
 */
export const SPACES = {
  /** Project pages, flat pages and lists, as they came. */
  pages: "remote-pages",
  /** Names of projects that were asked for and found. */
  projects: "remote-projects",
  /** When all pages were last declared outdated. */
  refreshes: "remote-refreshes",
  /** Which blob is the copy of which file. */
  files: "remote-files",
  /** Which blob is the copy of a file's companion. */
  companions: "remote-companions",
} as const;

/** Everything of a remote, whatever its address is or was. */
export function namePrefix(remote: RemoteRepository): string {
  return `${remote.name}/`;
}

/** Everything of a remote at its present address. */
export function addressPrefix(remote: RemoteRepository): string {
  const mark = createHash("sha256")
    .update(remote.url ?? "")
    .digest("hex")
    .slice(0, 16);
  return `${remote.name}/${mark}/`;
}

/** The beginning that a key has from {@link addressPrefix}, and whose it is. */
export function addressPrefixOf(key: string): { readonly repository: string; readonly prefix: string } {
  const [owner = "", name = "", mark = ""] = key.split("/", 3);
  return { repository: `${owner}/${name}`, prefix: `${owner}/${name}/${mark}/` };
}

/** Slashes end the parts of a key, so a name that has some must not look like two parts. */
function part(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("/", "%2F");
}

export function projectKey(prefix: string, project: ProjectName): string {
  return `${prefix}${part(project)}`;
}

/** Files that belong to no project are named by their paths, slashes included, so that they are sorted as folders are. */
export function fileKey(prefix: string, { project, filename }: Pick<Offer, "project" | "filename">): string {
  return `${projectKey(prefix, project)}/${project === NO_PROJECT ? filename : part(filename)}`;
}

/** What {@link fileKey} has made a key of. */
export function fileOfKey(prefix: string, key: string): Pick<Offer, "project" | "filename"> {
  const rest = key.slice(prefix.length);
  const slash = rest.indexOf("/");
  const project = whole(rest.slice(0, slash)) as ProjectName;
  const filename = rest.slice(slash + 1);
  return { project, filename: project === NO_PROJECT ? filename : whole(filename) };
}

function whole(text: string): string {
  return text.replaceAll("%2F", "/").replaceAll("%25", "%");
}

export function companionKey(prefix: string, offer: Offer, suffix: string): string {
  return `${fileKey(prefix, offer)}/${suffix}`;
}
