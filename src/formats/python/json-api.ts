import {
  type Call,
  factsOf,
  type Instant,
  type Json,
  type JsonObject,
  type ListedFile,
  type Listing,
  type Reply,
  refuse,
} from "#core";
import type { Desk, MadePage, Route } from "../format.ts";
import { packageTypeOf, pythonAttributes } from "./attributes.ts";
import { infoOf } from "./json-api-info.ts";
import { metadataOf } from "./json-api-metadata.ts";
import { currentOf, releasesOf } from "./json-api-releases.ts";
import { projectName } from "./names.ts";
import { isoTime } from "./render-entries.ts";
import { filePath, sha256Of } from "./render-paths.ts";
import { isPublic, redirectTo, serialHeader, staleHeaders } from "./simple-routes.ts";
import { versionKey } from "./versions.ts";

/**
 * The public index's old JSON API, which no standard describes and audit and mirroring tools read. pip-tools asks for
 * `<project>/json` beside `simple`.
 */
export const jsonApiRoutes: readonly Route[] = ["/pypi/:project/json", "/pypi/:project/:version/json", "/:project/json"]
  .flatMap((path) => [path, `${path}/`])
  .map((path) => ({ method: "GET", path, handle: showProject }));

/** How long a page is kept whose metadata could not be had. */
const INCOMPLETE_FOR_MS = 30_000;

async function showProject(call: Call, desk: Desk): Promise<Reply> {
  const { project: asked = "", version } = call.params;
  const project = projectName(asked);
  const repository = desk.repository.name;
  if (project === null) throw refuse({ code: "project-not-found", repository, project: asked });
  if (asked !== project) return redirectTo(canonicalPath(project, version, call.path.endsWith("/")), call);
  // Addresses of files are absolute here, so the page belongs to the address that the client used.
  const base = `${call.publicUrl}/${repository.split("/").map(encodeURIComponent).join("/")}/`;
  const key = version === undefined ? "" : versionKey(version);
  const page = await desk.page(`json:${project}:${key}`, base, project, async () => {
    const listing = await desk.listing(project);
    return listing === null ? null : makePage(listing, key, base, call.now, desk);
  });
  if (page === null) {
    throw version === undefined
      ? refuse({ code: "project-not-found", repository, project })
      : refuse({ code: "version-not-found", repository, project, version });
  }
  return {
    kind: "bytes",
    status: 200,
    contentType: page.contentType,
    body: page.bytes,
    headers: { ...page.headers },
    cache: { kind: "revalidate", isPrivate: !isPublic(desk) },
    freshness: page.freshness,
    finished: page,
  };
}

function canonicalPath(project: string, version: string | undefined, hasSlash: boolean): string {
  const up = (version === undefined ? 1 : 2) + (hasSlash ? 1 : 0);
  const rest = version === undefined ? "json" : `${encodeURIComponent(version)}/json`;
  return `${"../".repeat(up)}${project}/${rest}${hasSlash ? "/" : ""}`;
}

/** `key`: the release that was asked for; empty: the one that the API calls current. `null`: there is none. */
async function makePage(
  listing: Listing,
  key: string,
  base: string,
  now: Instant,
  desk: Desk,
): Promise<MadePage | null> {
  const releases = releasesOf(listing);
  const shown = key === "" ? currentOf(releases) : (releases.find((release) => release.key === key) ?? null);
  if (shown === null) return null;
  const { record, isWhole } = await metadataOf(shown, desk);
  const show = (file: ListedFile): JsonObject => fileOf(file, base);
  const body: Record<string, Json> = {
    info: infoOf(listing, shown, record, base),
    last_serial: Number(listing.upstreamSerial ?? listing.seq),
    ownership: { roles: [], organization: null },
    urls: shown.files.map(show),
    vulnerabilities: [],
  };
  if (key === "") {
    body["releases"] = Object.fromEntries(releases.map((release) => [release.version, release.files.map(show)]));
  }
  return {
    contentType: "application/json",
    text: JSON.stringify(body),
    headers: { ...serialHeader(listing), ...staleHeaders(listing.staleSince) },
    validUntil: isWhole ? listing.validUntil : soonest(listing.validUntil, (now + INCOMPLETE_FOR_MS) as Instant),
  };
}

function soonest(a: Instant | null, b: Instant): Instant {
  return a !== null && a < b ? a : b;
}

function fileOf(file: ListedFile, base: string): JsonObject {
  const facts = factsOf(file);
  const attributes = pythonAttributes(facts.attributes);
  const hashes = file.kind === "artifact" ? attributes.hashes : file.offer.digests;
  const digests = {
    blake2b_256: hashes["blake2b_256"] ?? null,
    md5: hashes["md5"] ?? null,
    sha256: sha256Of(file),
  };
  return {
    ...packagingOf(file),
    "core-metadata": attributes.coreMetadata ?? false,
    comment_text: attributes.comment ?? "",
    digests,
    downloads: -1,
    filename: facts.filename,
    has_sig: false,
    md5_digest: digests.md5,
    requires_python: attributes.requiresPython,
    size: facts.sizeBytes,
    upload_time: facts.publishedAt === null ? null : isoTime(facts.publishedAt).slice(0, 19),
    upload_time_iso_8601: facts.publishedAt === null ? null : isoTime(facts.publishedAt),
    url: base + asPipWritesIt(filePath(file)),
    yanked: facts.yanked !== null,
    yanked_reason: facts.yanked === "" ? null : facts.yanked,
  };
}

/** pip encodes all that RFC 3986 does not call unreserved; pip-tools knows a file again by that very text. */
function asPipWritesIt(path: string): string {
  return path.replace(/[+!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function packagingOf(file: ListedFile): JsonObject {
  const { filename, attributes } = factsOf(file);
  const { packageType, pythonVersion } =
    file.kind === "artifact" ? pythonAttributes(attributes) : packageTypeOf(filename);
  return { packagetype: packageType, python_version: pythonVersion };
}
