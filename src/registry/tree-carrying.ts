import {
  type Artifact,
  type Attachment,
  accountOf,
  actorOf,
  type Digest,
  type Instant,
  type LocalRepository,
  leafOf,
  NO_PROJECT,
  type Principal,
  type Properties,
  placeOf,
  type Repository,
  type RepositoryName,
  refuse,
  timesOf,
} from "#core";
import type { Candidate } from "#formats";
import type { MetadataView, Transaction } from "#stores";
import { freeResultName } from "./attachment-facts.ts";
import { claimBlobs } from "./claims.ts";
import { openKnownBytes } from "./known-bytes.ts";
import { ownProperties, refuseBelowFile, refuseOccupied, setProperties } from "./places.ts";
import { type KeptBlob, refuseExpired } from "./receive.ts";
import { formatOf, localIn, refuseBlackedOut, requireRight } from "./tools.ts";
import { type Arrival, plainFacts, removalOf, settle } from "./tree-arrivals.ts";
import { endVersions, requireRemovable } from "./tree-removing.ts";
import type { TreeTools } from "./tree-tools.ts";

/** What is carried: from one local repository to another, or to another place of the same. */
export interface Carrying {
  readonly tools: TreeTools;
  readonly principal: Principal;
  readonly isMove: boolean;
  /** Nothing is kept; whatever is written is taken back. */
  readonly isDry: boolean;
  /** Where it goes. */
  readonly target: RepositoryName;
}

/** One file or folder on its way. */
export interface Carried {
  readonly kind: "file" | "folder";
  readonly repository: RepositoryName;
  readonly path: string;
  readonly to: string;
}

/** What the target's format makes of a file that it has to look at. */
export interface Examined {
  /** Of the bytes that were looked at. */
  readonly blob: Digest;
  readonly candidate: Candidate | null;
  readonly companions: Readonly<Record<string, KeptBlob>>;
}

/** A file as it was carried; `null`: it is not there any more; `"other"`: it is not what was looked at. */
export type CarriedFile = Artifact | null | "other";

/**
 * Looks at a file that will be something else where it goes: in a repository of another format, or under another name.
 * `null`: what is known of it holds there, too.
 */
export async function examineCarried(
  { tools, isDry, target: targetName }: Carrying,
  { repository, path, to }: Carried,
): Promise<Examined | null> {
  const { blobs, catalog, metadata, publishing } = tools;
  const [source, target] = [catalog.find(repository), catalog.find(targetName)];
  const found = await metadata.read(async (view) => ({
    artifact: await view.artifactAt(repository, path),
    properties: await view.properties(repository, path),
  }));
  const { artifact } = found;
  if (source === null || target?.kind !== "local" || artifact === null) return null;
  if (!becomesOther(source, target, path, to)) return null;
  const { blob } = artifact;
  await using bytes = await openKnownBytes(blobs, artifact);
  const candidate = await formatOf(tools, target).examine(to, bytes, found.properties, target.validation);
  const companions: Record<string, KeptBlob> = {};
  if (!isDry) {
    await claimBlobs(tools, blob);
    for (const [suffix, contents] of Object.entries(candidate?.companions ?? {})) {
      companions[suffix] = await publishing.drafts.keepBytes(contents);
    }
  }
  return { blob, candidate, companions };
}

/** What a file is depends on its repository's format and on its name. */
function becomesOther(source: Repository, target: Repository, path: string, to: string): boolean {
  return source.format !== target.format || leafOf(path) !== leafOf(to);
}

/** The fact, with everything that belongs to the file. */
export async function carryFile(
  tx: Transaction,
  carrying: Carrying,
  { repository, path, to }: Carried,
  examined: Examined | null,
): Promise<CarriedFile> {
  const { tools, principal, isMove } = carrying;
  const source = await localIn(tx, repository);
  const artifact = await tx.artifactAt(repository, path);
  if (artifact === null) return null;
  const target = await localIn(tx, carrying.target);
  // It was replaced, or has only come, since somebody looked.
  if (becomesOther(source, target, path, to) && examined?.blob !== artifact.blob) return "other";
  requireRight(tools, principal, "read", source, artifact.project, path);
  await refuseQuarantined(tx, artifact);
  const properties = await tx.properties(repository, path);
  const results = await resultsOf(tx, artifact);
  const arrival = await arrivalOf(tx, carrying, { artifact, to, target, properties, examined });
  if (isMove) {
    requireRemovable(tools, principal, source, artifact, path);
    tx.append(removalOf(artifact));
  }
  const { artifact: carried } = await settle(tools, tx, principal, target, arrival);
  const isSameFile = carried.project === artifact.project && carried.filename === artifact.filename;
  if (isSameFile) for (const result of results) await carryResult(tx, target, result);
  if (isMove) await endVersions(tx, [artifact]);
  return carried;
}

/** A folder is made where there is none; what is said of it is said of it there, too. */
export async function carryFolder(
  tx: Transaction,
  { tools, principal, isMove, target: name }: Carrying,
  { repository, path, to }: Carried,
): Promise<void> {
  if (isMove) requireRight(tools, principal, "remove", await localIn(tx, repository), null, path);
  const target = await localIn(tx, name);
  requireRight(tools, principal, "publish", target, null, to);
  refuseBlackedOut(target);
  if ((await tx.artifactAt(name, to)) !== null) await refuseOccupied(tx, name, to);
  const there = await tx.folder(name, to);
  if (there === null) {
    await refuseBelowFile(tx, name, to);
    const folder = { repository: name, path: to, createdAt: tools.now(), createdBy: actorOf(principal).name };
    tx.append({ type: "folder.made", folder });
  }
  // What is said of a repository is not said of a folder of another one.
  const properties = path === "" ? {} : await tx.properties(repository, path);
  if (Object.keys(properties).length === 0) return;
  const isChanged = await setProperties(tx, name, to, { ...(await tx.properties(name, to)), ...properties });
  if (isChanged && there !== null) requireRight(tools, principal, "annotate", target, null, to);
}

interface Arriving {
  readonly artifact: Artifact;
  readonly to: string;
  readonly target: LocalRepository;
  readonly properties: Properties;
  readonly examined: Examined | null;
}

async function arrivalOf(
  tx: Transaction,
  { tools, principal, isMove }: Carrying,
  { artifact, to, target, properties, examined }: Arriving,
): Promise<Arrival> {
  const at = tools.now();
  const { repository, project, version } = artifact;
  const common = {
    path: to,
    replacesProperties: true,
    log: carriedLog(principal, artifact, target.name, at),
    promotedFrom: repository,
  };
  if (examined === null && project !== NO_PROJECT) {
    const known = await tx.project(repository, project);
    const record = version === null ? null : await tx.version(repository, project, version);
    const { repository: _repository, path: _path, log: _log, createdAt: _at, createdBy: _by, ...facts } = artifact;
    const { createdAt, createdBy } = timesOf(artifact);
    return {
      ...common,
      // What was moved is as old as it was; a copy is as old as it is.
      facts: isMove ? { ...facts, createdAt, createdBy } : facts,
      packaged: { displayName: known?.displayName ?? project, versionAttributes: record?.attributes ?? {} },
      properties,
    };
  }
  const candidate = examined?.candidate ?? null;
  if (examined === null || candidate === null) {
    return { ...common, facts: plainFacts(to, artifact), packaged: null, properties };
  }
  refuseExpired(Object.values(examined.companions), at);
  const { project: its, displayName, version: named, filename, attributes, versionAttributes } = candidate;
  const companions = Object.entries(examined.companions);
  return {
    ...common,
    facts: {
      ...plainFacts(to, artifact),
      project: its,
      filename,
      version: named,
      attributes,
      companions: Object.fromEntries(
        companions.map(([suffix, { blob, sizeBytes }]) => [suffix, { blob, sizeBytes }] as const),
      ),
    },
    packaged: { displayName, versionAttributes },
    properties: { ...properties, ...ownProperties(formatOf(tools, target), candidate) },
  };
}

/** What happened to it before, but for replacements, and that it was carried. */
function carriedLog(principal: Principal, { repository, log }: Artifact, to: RepositoryName, at: Instant) {
  const before = log.filter(({ what }) => what !== "overwrite");
  return [...before, { what: "push", who: accountOf(principal), at, from: repository, to } as const];
}

async function resultsOf(
  view: MetadataView,
  { repository, project, filename }: Artifact,
): Promise<readonly Attachment[]> {
  return project === NO_PROJECT ? [] : view.attachments(repository, project, { about: filename });
}

/** Test results are about bytes, which are the same; so they come along. */
async function carryResult(tx: Transaction, { name }: LocalRepository, result: Attachment): Promise<void> {
  const { project, about, attachedAt, filename } = result;
  const there = (await tx.attachments(name, project)).find((one) => one.filename === filename);
  if (there?.blob === result.blob) return;
  const isFree = there === undefined || about === null;
  const attachment = {
    ...result,
    repository: name,
    filename: isFree ? filename : await freeResultName(tx, { repository: name, project, about, at: attachedAt }),
  };
  tx.append({ type: "attachment.saved", attachment });
}

async function refuseQuarantined(view: MetadataView, artifact: Artifact): Promise<void> {
  const { repository, project } = artifact;
  const known = project === NO_PROJECT ? null : await view.project(repository, project);
  if (known?.status !== "quarantined") return;
  const reason = known.statusReason === null ? "" : ` (${known.statusReason})`;
  const because = `${project} is quarantined in ${repository}${reason}, so ${placeOf(artifact)} cannot be copied or moved`;
  throw refuse({ code: "project-quarantined", repository, project, because });
}
