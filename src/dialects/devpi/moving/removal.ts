import type { Digest, LocalRepository, ProjectName } from "#core";
import { objectIn } from "../../json-values.ts";
import { stopIfAsked } from "../../moves.ts";
import { closePlace, openPlace, type Place, type ProjectMover } from "./place.ts";
import type { DevpiIndex } from "./source.ts";
import { filenameOf, type MovedVersion, tallyOf } from "./versions.ts";

/**
 * Takes away what earlier runs brought and the running server no longer has: that, and never what was published here.
 * Only where the server itself tells what it has; an export that lacks something may be damaged.
 */
export async function removeGone(mover: ProjectMover, place: Place, versions: readonly MovedVersion[]): Promise<void> {
  const there = new Set(versions.flatMap((version) => version.files.map((file) => filenameOf(place, version, file))));
  for (const [filename, digest] of place.brought) {
    if (!there.has(filename)) await removeFile(mover, place, filename, digest);
  }
  const { registry, principal } = mover;
  const { to, project } = place;
  const names = new Set(versions.map(({ version }) => version));
  const now = (await (await registry.own(to, principal)).listing(project))?.files ?? [];
  const inUse = new Set(now.flatMap((file) => (file.kind === "artifact" ? [file.artifact.version] : [])));
  // A version goes with its last file, so what is there is asked again.
  for (const { version } of await registry.releases.versions(to, project)) {
    if (names.has(version) || inUse.has(version)) continue;
    await registry.releases.removeVersion(principal, to, project, version, true);
  }
}

async function removeFile(mover: ProjectMover, place: Place, filename: string, digest: Digest): Promise<void> {
  const { registry, principal } = mover;
  const { to: repository, project, brought } = place;
  stopIfAsked(mover);
  if (place.artifacts.get(filename)?.blob === digest) {
    await registry.releases.removeFile(principal, { repository, project, filename }, true);
    tallyOf(mover, { kind: "release" }).removed += 1;
  }
  const attachment = place.attachments.get(filename);
  if (attachment?.blob === digest) {
    const kind = attachment.kind === "documentation" ? "documentation" : "test-result";
    // It may have gone with the file that it is about.
    const left = await registry.attachments.list(principal, repository, project);
    if (left.some((one) => one.filename === filename)) await registry.attachments.remove(principal, attachment, true);
    tallyOf(mover, { kind }).removed += 1;
  }
  brought.delete(filename);
}

/** Empties the projects that earlier runs brought and the running server no longer has. */
export async function removeGoneProjects(
  mover: ProjectMover,
  index: DevpiIndex,
  { name: to, format: formatName }: LocalRepository,
  present: readonly ProjectName[],
): Promise<void> {
  const { registry, principal } = mover;
  const key = `projects/${to}`;
  const noted = Object.keys(objectIn((await registry.moving.note(key)) ?? undefined) ?? {}) as ProjectName[];
  const here = new Set(present);
  const format = registry.format(formatName);
  for (const project of noted.filter((one) => !here.has(one))) {
    stopIfAsked(mover);
    const place = await openPlace(mover, { to, index, project, displayName: project, format });
    const files = [...place.artifacts.values(), ...place.attachments.values()];
    if (files.every(({ filename, blob }) => place.brought.get(filename) === blob)) {
      const isThere = files.length > 0 || place.versions.size > 0;
      if (isThere) await registry.releases.removeProject(principal, to, project, true);
      mover.report.files.removed += place.artifacts.size;
      place.brought.clear();
    } else for (const [filename, digest] of place.brought) await removeFile(mover, place, filename, digest);
    await closePlace(mover, place);
  }
  await registry.moving.keepNote(key, Object.fromEntries(present.map((project) => [project, true])));
}
