import {
  type Attachment,
  type Call,
  factsOf,
  hexOf,
  type JsonObject,
  type ListedFile,
  type ProjectName,
  type Reply,
  type Repository,
  refuse,
} from "#core";
import type { DialectRoute, Target } from "#http";
import type { OwnDesk } from "#registry";
import { asksJson, messageReply, resultReply } from "./answers.ts";
import { existingIndex, indexIn } from "./indexes.ts";
import { quoted } from "./option-values.ts";
import type { DevpiParts } from "./parts.ts";

/** Release files at devpi's addresses: removal, and what is known of one. Reading them is the format's. */
export function releaseFileRoutes(parts: DevpiParts): readonly DialectRoute[] {
  return ["/+f/*", "/+e/*"].flatMap((path): DialectRoute[] => [
    {
      scope: "repository",
      method: "DELETE",
      path,
      handle: (call, target) => remove(parts, call, target),
    },
    {
      scope: "repository",
      method: "GET",
      path,
      when: asksJson,
      handle: (call, target) => describe(parts, call, target),
    },
  ]);
}

async function remove(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const repository = await existingIndex(parts, indexIn(target));
  const own = await parts.registry.own(repository.name, call.principal);
  const { path, filename, candidates } = addressOf(parts, call, repository);
  const named = await findNamed(own, filename, candidates);
  const attached = named === null ? await attachedAt(parts, call, repository, path) : null;
  if (attached !== null) {
    await parts.registry.attachments.remove(call.principal, attached, call.query.has("force"));
    return messageReply(`package ${quoted(`${repository.name}/${path}`)} deleted`);
  }
  const project = named === null ? candidates[0] : factsOf(named).project;
  // The address of a file that was replaced since must not take its successor away.
  const isElsewhere = named !== null && addressIn(parts, repository, named) !== path;
  if (project === undefined || isElsewhere) {
    throw refuse({ code: "file-not-found", repository: repository.name, filename });
  }
  // Also when nothing was found: the registry knows whether it was there once.
  const ref = { repository: repository.name, project, filename };
  await parts.registry.releases.removeFile(call.principal, ref, call.query.has("force"));
  return messageReply(`package ${quoted(`${repository.name}/${path}`)} deleted`);
}

async function describe(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const repository = await existingIndex(parts, indexIn(target));
  const desk = await parts.registry.desk(repository.name, call.principal);
  const { path, filename, candidates } = addressOf(parts, call, repository);
  const found = await findNamed(desk, filename, candidates);
  const attached = found === null ? await attachedAt(parts, call, repository, path) : null;
  if (attached !== null) return resultReply("releasefilemeta", attachmentMeta(attached));
  if (found === null || addressIn(parts, repository, found) !== path) {
    const isGone = found === null && (await desk.wasRemoved(filename));
    throw refuse({ code: isGone ? "file-gone" : "file-not-found", repository: repository.name, filename });
  }
  const { project, version, publishedAt } = factsOf(found);
  const hashes = found.kind === "artifact" ? { sha256: hexOf(found.artifact.blob) } : found.offer.digests;
  const [algorithm, hex] = "sha256" in hashes ? ["sha256", hashes["sha256"]] : (Object.entries(hashes)[0] ?? ["", ""]);
  return resultReply("releasefilemeta", {
    project,
    version,
    hashes,
    hash_spec: algorithm === "" ? "" : `${algorithm}=${hex}`,
    last_modified: publishedAt === null ? null : new Date(publishedAt).toUTCString(),
    ...(found.kind === "offer" ? { url: found.offer.url } : {}),
  });
}

/** Documentation or a test result of the index itself, at this very address. */
async function attachedAt(
  parts: DevpiParts,
  call: Call,
  repository: Repository,
  path: string,
): Promise<Attachment | null> {
  const { attachments } = parts.registry;
  const format = parts.registry.format(repository.format);
  const filename = path.slice(path.lastIndexOf("/") + 1);
  for (const project of format.attachmentProjects(filename)) {
    const all = await attachments.list(call.principal, repository.name, project);
    const found = all.find((one) => one.filename === filename);
    if (found === undefined) continue;
    const address = decodeURIComponent(format.attachmentPath(found, await attachments.tested(found)));
    if (address === path) return found;
  }
  return null;
}

function attachmentMeta({ project, version, blob, attachedAt: at }: Attachment): JsonObject {
  const sha256 = hexOf(blob);
  return {
    project,
    version,
    hashes: { sha256 },
    hash_spec: `sha256=${sha256}`,
    last_modified: new Date(at).toUTCString(),
  };
}

export function addressOf(parts: DevpiParts, call: Call, repository: Repository) {
  const path = call.path.replace(/^\/+/, "");
  const filename = path.slice(path.lastIndexOf("/") + 1);
  return { path, filename, candidates: parts.registry.format(repository.format).projectsOf(filename) };
}

/** The listed file of that name, whatever its address. */
export async function findNamed(
  desk: OwnDesk,
  filename: string,
  candidates: readonly ProjectName[],
): Promise<ListedFile | null> {
  for (const project of candidates) {
    const listing = await desk.listing(project);
    const file = listing?.files.find((listed) => factsOf(listed).filename === filename);
    if (file !== undefined) return file;
  }
  return null;
}

/** Below the repository, decoded as the paths of calls are. */
export function addressIn(parts: DevpiParts, repository: Repository, file: ListedFile): string {
  return decodeURIComponent(parts.registry.format(repository.format).filePath(file));
}
