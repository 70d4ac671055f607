import {
  type Call,
  factsOf,
  hexOf,
  keyOf,
  type ListedFile,
  leafOf,
  type ProjectName,
  placeOf,
  RegistryError,
  type Reply,
  type Repository,
  refuse,
} from "#core";
import type { DialectRoute } from "#http";
import { type Desk, placeOfOffer } from "#registry";
import { absence } from "./absence.ts";
import { route } from "./addresses.ts";
import { fileReply } from "./file-reply.ts";
import { overwriting } from "./overwriting.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { encodedPath, type NamedPlace, namedBy, placeAt, trimmedPath } from "./places.ts";

const FORMAT = "python";
const FOLDER = "packages/";
const METADATA_SUFFIX = ".metadata";
/** Of the old JSON API, as the format has them. */
const JSON_PATHS = ["/pypi/:project/json", "/pypi/:project/:version/json"];

/** `api/pypi/{repo}`: what pip, uv and twine are pointed at. Pages and uploads are the format's own. */
export function pypiRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  const root = "/api/pypi/:repo";
  return [
    route("POST", root, (call) => upload(parts, call)),
    // Both ways, or `*` would take those with a slash at the end.
    ...["", "/"].flatMap((slash) => [
      route("GET", `${root}/simple${slash}`, (call) => index(parts, call)),
      route("GET", `${root}/simple/:project${slash}`, (call) => index(parts, call)),
      ...JSON_PATHS.map((path) => route("GET", `${root}${path}${slash}`, (call) => formatReply(parts, call, path))),
    ]),
    route("GET", `${root}/*`, (call) => file(parts, call)),
  ];
}

export function isPython({ format }: Repository): boolean {
  return format === FORMAT;
}

/** The upload form of twine and its kin, posted to a repository's address. */
export async function upload(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const { repository, isCacheOnly } = await namedBy(parts, call.params["repo"] ?? "");
  const { format, kind, name } = repository;
  if (format !== FORMAT || kind === "remote" || isCacheOnly) {
    const what = kind === "remote" ? "a remote repository" : `of package type ${format}`;
    const because = `${keyOf(name)} is ${what} and takes no uploads of Python packages`;
    throw refuse({ code: "not-publishable", repository: name, because });
  }
  try {
    return await reply(parts, call, repository, "POST", "/");
  } catch (error) {
    throw overwriting(error, call, repository) ?? error;
  }
}

/**
 * A page of the simple index where a repository's own address is used as `<URL>/<repository>/simple/`; `null`: there is
 * no such page, and the address may be that of a file or folder.
 */
export async function readIndex(parts: ArtifactoryParts, call: Call, named: NamedPlace): Promise<Reply | null> {
  const [first, project, ...more] = named.place.path.split("/");
  if (first !== "simple" || more.length > 0) return null;
  try {
    return await pageOf(parts, withProject(call, project), named.repository, project);
  } catch (error) {
    if (error instanceof RegistryError && error.problem.code === "project-not-found") {
      const node = await parts.registry.tree.look(call.principal, named.place);
      if (node !== null) return null;
    }
    throw error;
  }
}

/**
 * A package by an address that some page had: `packages/` and its path here, or its path at the upstream, which is the
 * one that lock files of other servers name. `prefix`: what the path must begin with, not to be taken for another.
 */
export async function packageAt(
  parts: ArtifactoryParts,
  call: Call,
  { repository, place, isCacheOnly }: NamedPlace,
  prefix = "",
): Promise<Reply | null> {
  if (!place.path.startsWith(prefix) || isCacheOnly) return null;
  const desk = await parts.registry.desk(repository.name, call.principal);
  const asked = leafOf(place.path);
  const isMetadata = asked.endsWith(METADATA_SUFFIX);
  const filename = isMetadata ? asked.slice(0, -METADATA_SUFFIX.length) : asked;
  for (const project of parts.registry.format(repository.format).projectsOf(filename)) {
    const found = await listed(desk, project, filename);
    if (found === null) continue;
    const opened = isMetadata
      ? await desk.companion(project, filename, METADATA_SUFFIX)
      : await desk.file(project, filename);
    if (opened !== null) return fileReply(isMetadata ? unknown(asked) : checksummed(found), opened);
  }
  return null;
}

async function index(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const { repository } = await namedBy(parts, call.params["repo"] ?? "");
  requirePython(repository);
  return pageOf(parts, call, repository, call.params["project"]);
}

async function pageOf(
  parts: ArtifactoryParts,
  call: Call,
  repository: Repository,
  project: string | undefined,
): Promise<Reply> {
  const all = call.path.endsWith("/") ? "/simple/" : "/simple";
  const path = project !== undefined && project !== "" ? "/simple/:project/" : all;
  try {
    return await reply(parts, call, repository, "GET", path);
  } catch (error) {
    if (!(error instanceof RegistryError && error.problem.code === "not-acceptable")) throw error;
    // Artifactory has one page, and sends it to scripts that ask for `application/json` too.
    return reply(parts, withoutAccept(call), repository, "GET", path);
  }
}

async function file(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const { trimmed } = trimmedPath(call.params["*"] ?? "");
  const named = await placeAt(parts, call.params["repo"] ?? "", trimmed);
  requirePython(named.repository);
  const kept = await packageAt(parts, call, named);
  if (kept !== null) return kept;
  // What is no package: by its path in the repository.
  const paths = trimmed.startsWith(FOLDER) ? [trimmed.slice(FOLDER.length), trimmed] : [trimmed];
  for (const path of paths) {
    const place = { ...named.place, path };
    const found = await parts.registry.tree.open(call.principal, place, call.method !== "HEAD");
    if (found !== null) return fileReply(found.node, found.file);
  }
  throw await absence(parts, call, { ...named, place: { ...named.place, path: paths[0] ?? "" } });
}

async function formatReply(parts: ArtifactoryParts, call: Call, path: string): Promise<Reply> {
  const { repository } = await namedBy(parts, call.params["repo"] ?? "");
  requirePython(repository);
  return reply(parts, call, repository, "GET", path);
}

/** The format's own answer, with links to files as real servers write them. */
async function reply(
  { registry }: ArtifactoryParts,
  call: Call,
  repository: Repository,
  method: "GET" | "POST",
  path: string,
): Promise<Reply> {
  const desk = await registry.desk(repository.name, call.principal, method === "GET" ? "read" : "publish");
  const format = registry.format(repository.format);
  const own = format.routes.find((candidate) => candidate.method === method && candidate.path === path);
  if (own === undefined) throw refuse({ code: "route-not-found", path: call.path });
  const addressOf = (listed: ListedFile): string => {
    const path = listed.kind === "artifact" ? placeOf(listed.artifact) : placeOfOffer(format, listed.offer);
    return FOLDER + encodedPath(path);
  };
  return own.handle(call, {
    ...desk,
    addressOf,
    // Other links than at the format's own address, so other bytes.
    page: (name, variant, project, make) => desk.page(name, `${variant}:packages`, project, make),
  });
}

async function listed(desk: Desk, project: ProjectName, filename: string): Promise<ListedFile | null> {
  const listing = await desk.listing(project);
  if (listing === null) return null;
  const found = listing.files.find((candidate) => factsOf(candidate).filename === filename) ?? null;
  if (found !== null && listing.status === "quarantined") {
    // PEP 792: not offered means not by a direct address either.
    const because = `'${filename}' cannot be downloaded because the project '${project}' is quarantined`;
    throw refuse({ code: "project-quarantined", repository: desk.repository.name, project, because });
  }
  return found;
}

function checksummed(found: ListedFile) {
  const hex = found.kind === "artifact" ? (found.artifact.digests ?? {}) : found.offer.digests;
  const sha256 = found.kind === "artifact" ? hexOf(found.artifact.blob) : (hex["sha256"] ?? null);
  return { path: factsOf(found).filename, sha256, sha1: hex["sha1"] ?? null, md5: hex["md5"] ?? null };
}

function unknown(path: string) {
  return { path, sha256: null, sha1: null, md5: null };
}

function requirePython({ name, format }: Repository): void {
  if (format === FORMAT) return;
  const because = `${keyOf(name)} is of package type ${format} and has no Python index`;
  throw refuse({ code: "request-invalid", because });
}

/** The call, as if a route had named the project. */
function withoutAccept(call: Call): Call {
  const header: Call["header"] = (name) => (name.toLowerCase() === "accept" ? null : call.header(name));
  return Object.create(call, { header: { value: header, enumerable: true } });
}

function withProject(call: Call, project: string | undefined): Call {
  // Not copied: what a call tells on demand makes the answer personal.
  return Object.create(call, { params: { value: { ...call.params, project: project ?? "" }, enumerable: true } });
}
