import type { Listing } from "#core";
import type { NamedProject, ProjectNames } from "../format.ts";
import { type AddressOf, API_VERSION, entriesOf, type FileEntry, NAMES_IN_PART } from "./render-entries.ts";

/**
 * The project page of PEP 503 with its later attributes, version 1.4, complete: HTML is frozen there (PEP 833).
 * `up` leads from the page to its repository: file addresses are relative, so they survive every proxy and prefix.
 */
export function renderProjectHtml(listing: Listing, up: string, addressOf?: AddressOf): string {
  const name = listing.project;
  const status = [
    meta("pypi:project-status", listing.status),
    listing.statusReason === null ? "" : meta("pypi:project-status-reason", listing.statusReason),
  ].join("");
  const anchors = entriesOf(listing, addressOf).map((entry) => anchorOf(entry, up));
  return document(`Links for ${name}`, status, anchors);
}

/** The list of all projects, in parts: one anchor each, and no other. */
export function* renderListHtml(projects: ProjectNames): Iterable<string> {
  const [before, after] = frame("Simple index", "");
  yield before;
  for (let start = 0; start < projects.length; start += NAMES_IN_PART) {
    yield projects
      .slice(start, start + NAMES_IN_PART)
      .map(anchorOfProject)
      .join("");
  }
  yield after;
}

function anchorOfProject({ project, displayName }: NamedProject): string {
  return `<a href="${encodeURIComponent(project)}/">${escapeHtml(displayName)}</a><br>\n`;
}

/** Text as it may stand between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character) : text;
}

const SPECIAL = /[&<>"']/;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function document(title: string, head: string, anchors: readonly string[]): string {
  const [before, after] = frame(title, head);
  return `${before}${anchors.join("")}${after}`;
}

/** What stands before the anchors, and what stands after them. */
function frame(title: string, head: string): readonly [string, string] {
  const before = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
${meta("pypi:repository-version", API_VERSION)}${head}<title>${escapeHtml(title)}</title>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
`;
  return [before, "</body>\n</html>\n"];
}

function meta(name: string, content: string): string {
  return `<meta name="${name}" content="${escapeHtml(content)}">\n`;
}

function anchorOf(entry: FileEntry, up: string): string {
  const [algorithm] = Object.keys(entry.hashes);
  // PEP 503: one hash, as the fragment.
  const fragment = algorithm === undefined ? "" : `#${algorithm}=${entry.hashes[algorithm]}`;
  let attributes = `href="${up}${escapeHtml(entry.path + fragment)}"`;
  if (entry.requiresPython !== null) attributes += ` data-requires-python="${escapeHtml(entry.requiresPython)}"`;
  // PEP 592: its presence yanks, whatever it says; the value is the reason.
  if (entry.yanked !== null) attributes += ` data-yanked="${escapeHtml(entry.yanked)}"`;
  if (entry.coreMetadata !== null) {
    const value = entry.coreMetadata === true ? "true" : `sha256=${entry.coreMetadata.sha256}`;
    // PEP 714: the second name is what clients before it read; it must say the same.
    attributes += ` data-core-metadata="${escapeHtml(value)}" data-dist-info-metadata="${escapeHtml(value)}"`;
  }
  if (entry.provenance !== null) attributes += ` data-provenance="${escapeHtml(entry.provenance)}"`;
  return `<a ${attributes}>${escapeHtml(entry.filename)}</a><br>\n`;
}
