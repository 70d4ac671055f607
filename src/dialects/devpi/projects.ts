import {
  type Attachment,
  accountOf,
  type Call,
  factsOf,
  type JsonObject,
  type ListedFile,
  type Listing,
  type ProjectName,
  type Reply,
  type Repository,
  type RepositoryName,
  refuse,
  type Version,
} from "#core";
import type { DialectRoute, Target } from "#http";
import { asksHtml, messageReply, resultReply } from "./answers.ts";
import { existingIndex, indexIn } from "./indexes.ts";
import { quoted } from "./option-values.ts";
import { encodedPath, linkPage } from "./pages.ts";
import type { DevpiParts } from "./parts.ts";
import { isProjectAddress, isVersionAddress, projectIn, redirectToNormal } from "./project-names.ts";
import { type AttachmentLink, mirrorVersionData, stageVersionData } from "./version-data.ts";

/** Projects and versions: GET and DELETE of `/<user>/<index>/<project>[/<version>]`. */
export function projectRoutes(parts: DevpiParts): readonly DialectRoute[] {
  const at = (
    method: "GET" | "DELETE",
    path: string,
    handle: (call: Call, target: Target) => Promise<Reply>,
    when = isProjectAddress,
  ): DialectRoute => ({ scope: "repository", method, path, when, handle });
  return [
    at("GET", "/:project", (call, target) => showProject(parts, call, target)),
    at("GET", "/:project/:version", (call, target) => showVersion(parts, call, target), isVersionAddress),
    at("DELETE", "/:project", (call, target) => removeProject(parts, call, target)),
    at("DELETE", "/:project/:version", (call, target) => removeVersion(parts, call, target)),
  ];
}

async function showProject(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const repository = await existingIndex(parts, indexIn(target));
  const project = projectIn(parts, call, repository);
  const elsewhere = redirectToNormal(call, repository, project, "");
  if (elsewhere !== null) return elsewhere;
  if (asksHtml(call)) {
    const to = `${call.publicUrl}/${encodedPath(`${repository.name}/+simple/${project}`)}/`;
    return { kind: "redirect", status: 302, to, headers: { vary: "Accept, User-Agent" } };
  }
  const isOwnOnly = call.query.has("ignore_bases");
  const view = await viewOf(parts, call, repository, project, isOwnOnly);
  const versions = view === null ? [] : await versionsOf(parts, call, repository, view);
  // A project that only the bases know is an empty answer, not 404. One without any version is 404 also while its name
  // is held.
  const isEmpty = versions.length === 0 && !(await hasSomething(parts, view));
  if (isEmpty && !(isOwnOnly && (await hasVersions(parts, call, repository, project)))) {
    throw refuse({ code: "project-not-found", repository: repository.name, project: call.params["project"] ?? "" });
  }
  return resultReply("projectconfig", Object.fromEntries(versions.map(({ version, data }) => [version, data])));
}

/** Whether the index shows any version of the project, its bases' included. */
async function hasVersions(
  parts: DevpiParts,
  call: Call,
  repository: Repository,
  project: ProjectName,
): Promise<boolean> {
  const listing = await fullListing(parts, call, repository, project);
  return listing !== null && (await versionsOf(parts, call, repository, listing)).length > 0;
}

async function showVersion(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const repository = await existingIndex(parts, indexIn(target));
  const project = projectIn(parts, call, repository);
  const asked = call.params["version"] ?? "";
  const elsewhere = redirectToNormal(call, repository, project, `/${asked}`);
  if (elsewhere !== null) return elsewhere;
  const listing = await viewOf(parts, call, repository, project, call.query.has("ignore_bases"));
  const versions = listing === null ? [] : await versionsOf(parts, call, repository, listing);
  const found = versions.find(({ version }) => version === asked);
  if (found === undefined) {
    throw refuse({ code: "version-not-found", repository: repository.name, project, version: asked });
  }
  if (!asksHtml(call)) return resultReply("versiondata", found.data);
  const page = `/${repository.name}/+simple/${project}/`;
  return linkPage(call, `${project} ${asked}`, [{ path: page, text: "All files of the project" }]);
}

async function removeProject(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const repository = await existingIndex(parts, indexIn(target));
  const project = projectIn(parts, call, repository);
  await parts.registry.releases.removeProject(call.principal, repository.name, project, call.query.has("force"));
  return messageReply(`project ${project} deleted from stage ${repository.name}`);
}

async function removeVersion(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const repository = await existingIndex(parts, indexIn(target));
  const project = projectIn(parts, call, repository);
  const version = call.params["version"] ?? "";
  const isForced = call.query.has("force");
  await parts.registry.releases.removeVersion(call.principal, repository.name, project, version, isForced);
  return messageReply(`project ${quoted(project)} version ${quoted(version)} deleted`);
}

async function viewOf(
  parts: DevpiParts,
  call: Call,
  repository: Repository,
  project: ProjectName,
  isOwnOnly: boolean,
): Promise<Listing | null> {
  if (!isOwnOnly) return fullListing(parts, call, repository, project);
  const own = await parts.registry.own(repository.name, call.principal);
  return own.listing(project);
}

async function fullListing(
  parts: DevpiParts,
  call: Call,
  repository: Repository,
  project: ProjectName,
): Promise<Listing | null> {
  const desk = await parts.registry.desk(repository.name, call.principal);
  return desk.listing(project);
}

/**
 * Whether devpi would say that there is such a project: one whose last version was removed is gone for its clients,
 * although the name stays held. What an upstream has is there also when it is empty.
 */
async function hasSomething({ registry }: DevpiParts, listing: Listing | null): Promise<boolean> {
  if (listing === null) return false;
  if (listing.files.length > 0 || listing.versions.length > 0) return true;
  const members = await Promise.all(listing.members.map((name) => registry.repository(name)));
  return members.some((member) => member?.kind === "remote");
}

/** One version as several members have it; the first one's data is shown, the others are shadowed. */
interface ShownVersion {
  readonly version: string;
  readonly data: JsonObject;
}

/** All versions that the listing's members know, the newest first. */
async function versionsOf(
  parts: DevpiParts,
  call: Call,
  repository: Repository,
  listing: Listing,
): Promise<readonly ShownVersion[]> {
  const byVersion = new Map<string, JsonObject[]>();
  for (const member of listing.members) {
    for (const { version, data } of await memberVersions(parts, call, repository, listing, member)) {
      byVersion.set(version, [...(byVersion.get(version) ?? []), data]);
    }
  }
  const format = parts.registry.format(repository.format);
  return [...byVersion]
    .sort(([a], [b]) => format.compareVersions(b, a))
    .map(([version, [first = {}, ...shadowed]]) => ({
      version,
      data: shadowed.length === 0 ? first : { ...first, "+shadowing": shadowed },
    }));
}

async function memberVersions(
  parts: DevpiParts,
  call: Call,
  asked: Repository,
  listing: Listing,
  name: RepositoryName,
): Promise<readonly ShownVersion[]> {
  const { registry } = parts;
  const member = await registry.repository(name);
  if (member === null) return [];
  const mayOpen = registry.decide(call.principal, "read", member).isAllowed;
  // As devpi: each index with all that it has, also what another hides, at the index's own address; but of one that the
  // reader may not open only what the asked index shows, at the asked index's address.
  const home = mayOpen ? member.name : asked.name;
  const own = mayOpen ? await (await registry.own(name, call.principal)).listing(listing.project) : null;
  const files = Map.groupBy(
    own?.files ?? listing.files.filter((file) => file.member === name),
    (file) => factsOf(file).version ?? "",
  );
  const format = registry.format(member.format);
  // devpi leaves `+` as it is.
  const addressOf = (path: string): string => `${call.publicUrl}/${encodedPath(home)}/${path.replaceAll("%2B", "+")}`;
  const hrefOf = (file: ListedFile): string => addressOf(format.filePath(file));
  if (member.kind === "remote") {
    return [...files].map(([version, own]) => ({
      version,
      data: mirrorVersionData(listing.displayName, version, own, hrefOf),
    }));
  }
  // A version whose files are all closed to the reader is not told of either.
  const shown = new Set((own ?? listing).versions);
  const records = new Map<string, Version>(
    (await registry.releases.versions(name, listing.project))
      .filter(({ version }) => shown.has(version) || files.has(version))
      .map((record) => [record.version, record]),
  );
  const attachments = mayOpen ? await registry.attachments.list(call.principal, name, listing.project) : [];
  return [...new Set([...records.keys(), ...files.keys()])].map((version) => {
    const record = records.get(version) ?? { repository: name, project: listing.project, version, attributes: {} };
    const own = files.get(version) ?? [];
    const links = attachments.filter((one) => one.version === version).flatMap((one) => linkOf(one, own));
    return { version, data: stageVersionData(record, listing.displayName, own, hrefOf, links) };
  });

  /** Of what is shown here: a result of a file that somebody else hides from this reader is not. */
  function linkOf(attachment: Attachment, own: readonly ListedFile[]): readonly AttachmentLink[] {
    const tested = own.find((file) => factsOf(file).filename === attachment.about);
    if (attachment.about !== null && tested === undefined) return [];
    const digest = tested?.kind === "artifact" ? tested.artifact.blob : null;
    const href = addressOf(format.attachmentPath(attachment, digest));
    return [{ attachment, href, forHref: tested === undefined ? null : hrefOf(tested) }];
  }
}

/** How devpi names someone in a sentence. */
export function accountName(call: Call): string {
  return accountOf(call.principal) ?? "None";
}
