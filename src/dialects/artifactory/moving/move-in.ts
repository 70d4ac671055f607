import { Stopped } from "../../moves.ts";
import { moveGroups, movePermissions, moveUsers } from "./accounts.ts";
import { moveFiles } from "./files.ts";
import { ARTIFACTORY_MOVER, type ArtifactoryMoveParts, type Mover } from "./mover.ts";
import { type ArtifactoryReport, emptyArtifactoryReport } from "./report.ts";
import { moveRepositories } from "./repositories.ts";

/**
 * Brings over what is not here yet: accounts, groups, repositories, the files of local ones with their properties, and
 * permissions, in an order in which everything that is named is there. What is here already stays as it is; groups take in
 * the members that they have there. Told to stop, it finishes what it has begun; run again, it goes on from what is there.
 */
export async function moveInFromArtifactory(parts: ArtifactoryMoveParts): Promise<ArtifactoryReport> {
  const report = emptyArtifactoryReport();
  const mover: Mover = { ...parts, principal: ARTIFACTORY_MOVER, report };
  try {
    await moveUsers(mover);
    await moveGroups(mover);
    const locals = await moveRepositories(mover);
    await movePermissions(mover);
    await moveFiles(mover, locals);
    report.isComplete = report.faults.length === 0;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    report.notes.push("it was stopped; what was finished stays, and the same command goes on from there");
  }
  return report;
}
