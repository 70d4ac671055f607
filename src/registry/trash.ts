import { createHash } from "node:crypto";
import { type Artifact, type Instant, placeOf } from "#core";
import type { MetadataView, Transaction } from "#stores";
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
  const id = await trashIdFor(tx, artifact, at);
  tx.append({ type: "artifact.trashed", ref, id, until: (at + trashMilliseconds) as Instant });
}

/** Sorts by time. */
async function trashIdFor(view: MetadataView, { repository, filename, blob }: Artifact, at: Instant): Promise<string> {
  const moment = at.toString(36).padStart(9, "0");
  // The same file may come and go several times in a moment.
  for (let round = 0; ; round += 1) {
    const what = createHash("sha256").update(`${repository}\n${filename}\n${blob}\n${round}`).digest("hex");
    const id = `${moment}-${what.slice(0, 16)}`;
    if ((await view.trashed(id)) === null) return id;
  }
}
