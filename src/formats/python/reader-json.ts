import type { ProjectName } from "#core";
import type { UpstreamListing, UpstreamPage } from "../format.ts";
import type { PythonAttributes } from "./attributes.ts";
import {
  addressOf,
  dedupe,
  digestsOf,
  instantOf,
  isObject,
  offerOf,
  provenanceOf,
  type RawLink,
  reasonOf,
  safeFilename,
  statusOf,
  textOf,
} from "./reader-values.ts";

/** Reads a project's page of PEP 691. Throws `SyntaxError` when it is not one; entries that are not files are left out. */
export function readProjectJson(page: UpstreamPage, project: ProjectName): UpstreamListing {
  const body = readObject(page);
  const { files } = body;
  if (!Array.isArray(files)) throw new SyntaxError(`the page ${page.url} has no list of files`);
  const links = files.map((file) => linkOf(file, page.url)).filter((link) => link !== null);
  const offers = links.map((link) => offerOf(link, project)).filter((offer) => offer !== null);
  const state = isObject(body["project-status"]) ? body["project-status"] : flatStatus(body["meta"]);
  const { versions } = body;
  return {
    displayName: textOf(body["name"]) ?? project,
    status: statusOf(state["status"]),
    statusReason: textOf(state["reason"]),
    versions: Array.isArray(versions) ? versions.map(textOf).filter((version) => version !== null) : [],
    offers: dedupe(offers),
  };
}

/** What every page of PEP 691 is around what it is about. */
export function readObject(page: UpstreamPage): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8").decode(page.bytes));
  } catch (cause) {
    throw new SyntaxError(`the page ${page.url} is not JSON`, { cause });
  }
  if (!isObject(body)) throw new SyntaxError(`the page ${page.url} is not a JSON object`);
  const version = isObject(body["meta"]) ? body["meta"]["api-version"] : null;
  // PEP 629: another major version may mean anything. Some small servers leave it out.
  if (typeof version === "string" && !/^1(?:\.|$)/.test(version)) {
    throw new SyntaxError(`the page ${page.url} has API version ${version.slice(0, 20)}, and only 1.x is known`);
  }
  return body;
}

/** An example in the living specification shows the status below `meta`, and servers were built after it. */
function flatStatus(meta: unknown): Readonly<Record<string, unknown>> {
  return isObject(meta) ? { status: meta["project-status"], reason: meta["project-status-reason"] } : {};
}

function linkOf(file: unknown, base: string): RawLink | null {
  if (!isObject(file) || typeof file["filename"] !== "string" || typeof file["url"] !== "string") return null;
  const filename = safeFilename(file["filename"]);
  const address = addressOf(file["url"], base);
  if (filename === null || address === null) return null;
  const size = file["size"];
  return {
    filename,
    url: address.url,
    digests: digestsOf(file["hashes"]),
    sizeBytes: Number.isSafeInteger(size) && Number(size) >= 0 ? Number(size) : null,
    publishedAt: instantOf(file["upload-time"]),
    yanked: yankOf(file["yanked"]),
    requiresPython: textOf(file["requires-python"]),
    // PEP 714's name first; the last one is a spelling that a large index sends by mistake.
    coreMetadata: metadataOf(
      file["core-metadata"] ?? file["dist-info-metadata"] ?? file["data-dist-info-metadata"] ?? null,
    ),
    hasSignature: file["gpg-sig"] === true,
    provenance: provenanceOf(file["provenance"]),
  };
}

/** As installers read it: an empty reason is no yank. */
function yankOf(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : reasonOf(value);
  return value === true ? "" : null;
}

function metadataOf(value: unknown): PythonAttributes["coreMetadata"] {
  if (value === true) return true;
  if (!isObject(value)) return null;
  const sha256 = digestsOf(value)["sha256"];
  return sha256 === undefined ? true : { sha256 };
}
