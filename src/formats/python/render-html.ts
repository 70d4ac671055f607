import type { Listing, ProjectName } from "#core";
import { API_VERSION, entriesOf, type FileEntry } from "./render-entries.ts";

/**
 * The project page of PEP 503 with its later attributes, version 1.4, complete: HTML is frozen there (PEP 833).
 * `up` leads from the page to its repository: file addresses are relative, so they survive every proxy and prefix.
 */
export function renderProjectHtml(listing: Listing, up: string): string {
  const name = listing.project;
  const status = [
    meta("pypi:project-status", listing.status),
    listing.statusReason === null ? "" : meta("pypi:project-status-reason", listing.statusReason),
  ].join("");
  const anchors = entriesOf(listing).map((entry) => anchorOf(entry, up));
  return document(`Links for ${name}`, status, anchors);
}

/** The list of all projects: one anchor each, and no other. */
export function renderListHtml(
  projects: readonly { readonly project: ProjectName; readonly displayName: string }[],
): string {
  const anchors = projects.map(
    ({ project, displayName }) => `<a href="${encodeURIComponent(project)}/">${escapeHtml(displayName)}</a><br>\n`,
  );
  return document("Simple index", "", anchors);
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
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
${meta("pypi:repository-version", API_VERSION)}${head}<title>${escapeHtml(title)}</title>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${anchors.join("")}</body>
</html>
`;
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
