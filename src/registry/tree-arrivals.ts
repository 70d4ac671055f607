import {
  type Artifact,
  type ArtifactLogEntry,
  decide,
  type Instant,
  type JournalEvent,
  type JsonObject,
  type LocalRepository,
  NO_PROJECT,
  type Principal,
  type Properties,
  placeOf,
  type Repository,
  type RepositoryName,
  refuse,
  timesOf,
} from "#core";
import type { Transaction } from "#stores";
import { refuseOccupied, setProperties } from "./places.ts";
import { refuseBeyondQuota } from "./quotas.ts";
import { overwriteOf, registerProject, saveRecord } from "./records.ts";
import { refuseOtherSpelling } from "./spellings.ts";
import { formatOf, refuseBlackedOut, requireRight, type Tools } from "./tools.ts";
import { endVersions } from "./tree-removing.ts";
import { takes } from "./tree-sources.ts";

/** A file on its way to a place in a local repository's tree; its bytes are durable. */
export interface Arrival {
  readonly path: string;
  /** All of the artifact but where it is, and what happened to it here. */
  readonly facts: Omit<Artifact, "repository" | "path" | "log">;
  /** What its project and version are told; `null`: it belongs to none. */
  readonly packaged: { readonly displayName: string; readonly versionAttributes: JsonObject } | null;
  readonly properties: Properties;
  /** Whether the same file takes the properties too, should it be there already; else it keeps those that it has. */
  readonly replacesProperties: boolean;
  /** What happened to it so far, this arrival included. */
  readonly log: readonly ArtifactLogEntry[];
  readonly promotedFrom: RepositoryName | null;
}

export interface Settled {
  readonly artifact: Artifact;
  /** `false`: the same file was there already. */
  readonly created: boolean;
}

/** The fact. Looks at rights and settings as they are in the transaction, and refuses what may not come. */
export async function settle(
  tools: Tools,
  tx: Transaction,
  principal: Principal,
  target: LocalRepository,
  arrival: Arrival,
): Promise<Settled> {
  const { path, facts, packaged, properties } = arrival;
  const { project, filename, version, blob } = facts;
  const { name } = target;
  requireRight(tools, principal, "publish", target, project, path);
  refuseUntaken(target, path);
  const there = await tx.artifactAt(name, path);
  if (there !== null && there.blob === blob && there.project === project && there.filename === filename) {
    const isChanged = arrival.replacesProperties && (await setProperties(tx, name, path, properties));
    if (isChanged) requireDescribing(tools, principal, target, there, path);
    return { artifact: there, created: false };
  }
  if (there === null) await refuseOccupied(tx, name, path, filename);
  else refuseReplacing(tools, principal, target, there, path);
  await refuseBeyondQuota(tx, target, filename, facts.sizeBytes, there?.sizeBytes);
  if (packaged !== null) await checkPackage(tools, tx, target, arrival);
  const replaced = there?.filename === filename && there.project === project ? there : null;
  // What was no package and is one now, or the other way round, is another file, although its path is the same.
  if (there !== null && replaced === null) {
    tx.append(removalOf(there));
    await endVersions(tx, [there]);
  }
  if (packaged !== null && version !== null) {
    await registerProject(tx, name, project, packaged.displayName);
    await saveRecord(tx, { repository: name, project, version, attributes: packaged.versionAttributes });
  }
  const at = tools.now();
  const log = there === null ? arrival.log : [overwriteOf(there, at), ...arrival.log];
  const artifact: Artifact = { ...facts, repository: name, path, log };
  const type = replaced === null ? "artifact.published" : "artifact.replaced";
  tx.append({ type, artifact, promotedFrom: arrival.promotedFrom });
  await setProperties(tx, name, path, properties);
  if (replaced === null) return { artifact, created: true };
  const { createdAt, createdBy } = timesOf(replaced);
  return { artifact: { ...artifact, createdAt, createdBy }, created: true };
}

/** Refuses a path that the repository's patterns leave out, and everything where it is blacked out. */
export function refuseUntaken(repository: Repository, path: string): void {
  refuseBlackedOut(repository);
  const { name } = repository;
  if (takes(repository, path)) return;
  // Artifactory's words, for those who look for them.
  const because = `the repository ${name} rejected the artifact '${path}' due to its include/exclude pattern settings`;
  throw refuse({ code: "path-excluded", repository: name, path, because });
}

/** The log of what comes by an upload. */
export function uploadedBy(who: string | null, at: Instant, to: RepositoryName): readonly ArtifactLogEntry[] {
  return [{ what: "upload", who, at, from: null, to }];
}

/** Refuses to replace a file where files never change. */
export function refuseFixed({ name, mutability }: LocalRepository, { filename }: Artifact): void {
  if (mutability === "immutable") throw refuse({ code: "file-exists", repository: name, filename });
}

function refuseReplacing(
  tools: Tools,
  principal: Principal,
  target: LocalRepository,
  there: Artifact,
  path: string,
): void {
  refuseFixed(target, there);
  requireRight(tools, principal, "overwrite", target, there.project, path);
}

/** What is said of a file is changed by who may say it, or may put another file in its place, which says what it likes. */
function requireDescribing(
  tools: Tools,
  principal: Principal,
  target: LocalRepository,
  { project }: Artifact,
  path: string,
): void {
  const subject = { repository: target, project, path };
  if (decide(principal, "annotate", subject, tools.rules).isAllowed) return;
  requireRight(tools, principal, "overwrite", target, project, path);
}

/** A package's file is asked for by its name, so that stands once in a repository. */
async function checkPackage(
  tools: Tools,
  tx: Transaction,
  target: LocalRepository,
  { path, facts: { project, filename } }: Arrival,
): Promise<void> {
  const { name } = target;
  const namesake = await tx.artifact(name, filename);
  if (namesake === null) {
    await refuseOtherSpelling(tx, formatOf(tools, target), target, { project, filename });
    return;
  }
  if (namesake.project === project && placeOf(namesake) === path) return;
  const because = `File already exists: '${filename}' stands at ${placeOf(namesake)} in ${name}, and a file of a package is there only once; move it, or remove it first`;
  throw refuse({ code: "file-exists", repository: name, filename, because });
}

/** That a file is not there any more, but elsewhere, or another one. */
export function removalOf(artifact: Artifact): JournalEvent {
  const { repository, project, filename } = artifact;
  return { type: "artifact.removed", ref: { repository, project, filename }, path: placeOf(artifact) };
}

/** Facts of a file that belongs to no package. */
export function plainFacts(
  path: string,
  { blob, sizeBytes, publishedAt, digests }: Pick<Artifact, "blob" | "sizeBytes" | "publishedAt" | "digests">,
): Arrival["facts"] {
  return {
    project: NO_PROJECT,
    filename: path,
    version: null,
    blob,
    sizeBytes,
    ...(digests === undefined ? {} : { digests }),
    publishedAt,
    yanked: null,
    attributes: {},
    companions: {},
  };
}
