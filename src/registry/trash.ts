import { createHash } from "node:crypto";
import { type Artifact, type Instant, placeOf } from "#core";
import type { Transaction } from "#stores";
import type { Tools } from "./tools.ts";

/**
 * Takes a file out of its repository: the one way for all removals. Where there is a trash it rests there, with its
 * properties; its name is free again either way. Awaits nothing but `tx`.
 */
export async function trashOrRemove(
  tx: Transaction,
  { now, settings }: Pick<Tools, "now" | "settings">,
  artifact: Artifact,
  skipsTrash = false,
): Promise<void> {
  const { repository, project, filename } = artifact;
  const ref = { repository, project, filename };
  const { trashMilliseconds } = settings;
  if (skipsTrash || trashMilliseconds === 0) {
    tx.append({ type: "artifact.removed", ref, path: placeOf(artifact) });
    return;
  }
  const at = now();
  tx.append({ type: "artifact.trashed", ref, id: trashIdOf(artifact, at), until: (at + trashMilliseconds) as Instant });
}

/** Sorts by time. A file of one name is thrown away at most once in a moment. */
function trashIdOf({ repository, filename, blob }: Artifact, at: Instant): string {
  const what = createHash("sha256").update(`${repository}\n${filename}\n${blob}`).digest("hex");
  return `${at.toString(36).padStart(9, "0")}-${what.slice(0, 16)}`;
}
