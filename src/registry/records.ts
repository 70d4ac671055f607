import { type ProjectName, type RepositoryName, refuse, type Version } from "#core";
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
  if (known !== null && (known.status === "archived" || known.status === "quarantined")) {
    const reason = known.statusReason === null ? "" : ` (${known.statusReason})`;
    const because = `${project} is ${known.status} in ${repository}${reason}, so nothing can be added to it; an owner can set its status to active`;
    throw refuse({ code: "project-closed", repository, project, because });
  }
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
