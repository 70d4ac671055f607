import {
  type Artifact,
  type ArtifactLogEntry,
  type Instant,
  type Project,
  type ProjectName,
  type RepositoryName,
  refuse,
  type Version,
} from "#core";
import type { Transaction } from "#stores";

/**
 * Registers the project, which holds its name, unless that is so already and spelled so. Refuses (PEP 792) what nothing
 * may be added to.
 */
export async function registerProject(
  tx: Transaction,
  repository: RepositoryName,
  project: ProjectName,
  displayName: string,
): Promise<void> {
  const known = await tx.project(repository, project);
  refuseClosed(known, repository, project);
  if (known?.isHeld && known.displayName === displayName) return;
  tx.append({ type: "project.registered", repository, project, displayName });
}

/** Merges a version's record over what is there, as later uploads do; unchanged it is no event. */
export async function saveRecord(tx: Transaction, version: Version): Promise<void> {
  const known = await tx.version(version.repository, version.project, version.version);
  const attributes = { ...known?.attributes, ...version.attributes };
  if (known !== null && JSON.stringify(known.attributes) === JSON.stringify(attributes)) return;
  tx.append({ type: "version.saved", version: { ...version, attributes } });
}

/** PEP 792: nothing can be added to what is archived or quarantined. */
export function refuseClosed(known: Project | null, repository: RepositoryName, project: ProjectName): void {
  if (known?.status !== "archived" && known?.status !== "quarantined") return;
  const reason = known.statusReason === null ? "" : ` (${known.statusReason})`;
  const because = `${project} is ${known.status} in ${repository}${reason}, so nothing can be added to it; an owner can set its status to active`;
  throw refuse({ code: "project-closed", repository, project, because });
}

/** devpi counts how often a file was replaced, and does not say by whom. */
export function overwriteOf({ repository, log }: Pick<Artifact, "repository" | "log">, at: Instant): ArtifactLogEntry {
  const count = Math.max(0, ...log.map((entry) => (entry.what === "overwrite" ? (entry.count ?? 0) : 0)));
  return { what: "overwrite", who: null, at, from: null, to: repository, count: count + 1 };
}
