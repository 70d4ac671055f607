import type { Call } from "#core";
import { isBrowser } from "./refusals.ts";
import type { Place } from "./routing.ts";

/** Whether somebody is about to look at the answer in a browser's window: not a script, not a frame, no installer. */
export function isNavigation(header: Call["header"]): boolean {
  if (!isBrowser({ header })) return false;
  const destination = header("sec-fetch-dest");
  // Browsers say what they want the answer for, but not over plain HTTP from another machine.
  return destination === null ? (header("user-agent") ?? "").startsWith("Mozilla/") : destination === "document";
}

const SEGMENTS_MAX = 4;

/** Whether a path could be a view's, by its look: asked before anything is looked up. */
export function mayBePage(path: string): boolean {
  if (path === "/ui" || path.startsWith("/ui/")) return true;
  const names = path.split("/").slice(1);
  if (names.at(-1) === "") names.pop();
  return names.length <= SEGMENTS_MAX && !names.slice(1, 3).includes("simple") && names.every(isPlain);
}

/** What begins with `+` is for machines. */
function isPlain(name: string): boolean {
  return name !== "" && !name.startsWith("+");
}

/** The place of a path, with what is known of the repository's format; `null`: there is none. */
export interface PagePlace {
  readonly place: Place;
  /** As it was asked for. */
  readonly path: string;
  readonly knowsProjects: boolean | null;
}

/**
 * Whether a view of the web interface has this address, which may be a page's by its look: our own pages, an owner, a
 * repository, a project, a version.
 * What installers read (`simple`, whatever begins with `+`) and repositories' short names keep their own answers.
 */
export function isPageAddress({ place, path, knowsProjects }: PagePlace): boolean {
  switch (place.scope) {
    case "root":
      return path === "/" || path === "/ui" || path.startsWith("/ui/");
    case "owner":
      return place.path === "/";
    case "repository":
      if (!isNamedInFull(place.repository, path)) return false;
      // Any path below may be a file's, and the folder itself is what is left to look at.
      if (knowsProjects === false) return place.path === "/" && !path.endsWith("/");
      return true;
  }
}

/** By `owner/name`, not by the repository's key. */
function isNamedInFull(repository: string, path: string): boolean {
  return path === `/${repository}` || path.startsWith(`/${repository}/`);
}
