import type { Offer, ProjectName } from "#core";
import type { ListingReader, UpstreamListing, UpstreamPage } from "../format.ts";
import { pythonAttributes } from "./attributes.ts";
import { projectCandidates } from "./filenames.ts";
import { linkOfAnchor, readHtml, refuseStranger } from "./reader-html.ts";
import { readProjectJson } from "./reader-json.ts";
import { isJson, readProjectList } from "./reader-list.ts";
import { dedupe, offerOf } from "./reader-values.ts";
import { makeWheelMetadata } from "./wheel-tail.ts";

/** Reads other servers' simple pages, JSON or HTML, and flat pages of links. */
export const pythonReader: ListingReader = {
  // pip's, character by character: some servers know it, and every cache on the way keeps one form.
  accept: "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01",
  projectAddress: (project) => `${project}/`,
  readProject: (page, project) => (isJson(page) ? readProjectJson(page, project) : readProjectHtml(page, project)),
  readProjects: readProjectList,
  readFlat,
  companionAt,
  makeCompanion: async (filename, suffix, file) =>
    suffix === ".metadata" && filename.endsWith(".whl") ? makeWheelMetadata(filename, file) : null,
};

function readProjectHtml(page: UpstreamPage, project: ProjectName): UpstreamListing {
  const html = readHtml(page);
  const { anchors, base, status, statusReason } = html;
  const offers: Offer[] = [];
  for (const anchor of anchors) {
    const link = linkOfAnchor(anchor, base);
    const offer = link === null ? null : offerOf(link, project);
    if (offer !== null) offers.push(offer);
  }
  if (offers.length === 0) refuseStranger(html, page, project);
  return { displayName: project, status, statusReason, versions: [], offers: dedupe(offers) };
}

/** PEP 503 does not know these pages, but installers do (`--find-links`): any link to a file of a package counts. */
function readFlat(page: UpstreamPage): readonly Offer[] {
  const html = readHtml(page);
  const { anchors, base } = html;
  const offers: Offer[] = [];
  for (const anchor of anchors) {
    const link = linkOfAnchor(anchor, base);
    const [project] = link === null ? [] : projectCandidates(link.filename);
    const offer = link === null || project === undefined ? null : offerOf(link, project);
    if (offer !== null) offers.push(offer);
  }
  if (offers.length === 0) refuseStranger(html, page, null);
  return dedupe(offers);
}

function companionAt(offer: Offer, suffix: string): { readonly url: string; readonly sha256: string | null } | null {
  const { coreMetadata } = pythonAttributes(offer.attributes);
  if (suffix !== ".metadata" || coreMetadata === null) return null;
  const url = new URL(offer.url);
  // PEP 658 appends to the path; a query (a signature, say) stays behind it.
  url.pathname += suffix;
  return { url: url.href, sha256: coreMetadata === true ? null : coreMetadata.sha256 };
}
