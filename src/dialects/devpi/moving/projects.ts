import type { JsonObject, LocalRepository, ProjectName } from "#core";
import { textIn } from "../../json-values.ts";
import { closePlace, openPlace, type Place, type ProjectMover } from "./place.ts";
import { removeGone } from "./removal.ts";
import type { DevpiFile, DevpiIndex, DevpiProject } from "./source.ts";
import { type MovedVersion, moveVersion } from "./versions.ts";

/** One project of a stage, version by version. Returns its name here; `null`: it has none. */
export async function moveProject(
  mover: ProjectMover,
  index: DevpiIndex,
  repository: LocalRepository,
  name: string,
): Promise<ProjectName | null> {
  const { registry, source, report, principal } = mover;
  const given = await source.project(index, name);
  const displayName = textIn(given.versions.at(-1)?.record["name"]) ?? name;
  const format = registry.format(repository.format);
  const project = format.normalize(displayName) ?? format.normalize(name);
  if (project === null) {
    report.leftOut.push({ what: `project ${name} of index ${index.name}`, because: "that is no project name here" });
    for (const _file of given.files) mover.passed(0);
    return null;
  }
  const place = await openPlace(mover, { to: repository.name, index, project, displayName, format });
  const versions = versionsOf(mover, place, given);
  if (versions.length === 0) await registry.moving.saveProject(principal, place.to, project, displayName);
  const results = await Promise.allSettled(versions.map((one) => mover.turn(() => moveVersion(mover, place, one))));
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined && source.isLive) await removeGone(mover, place, versions);
  await closePlace(mover, place);
  if (failed !== undefined) throw failed.reason;
  report.projects += 1;
  return project;
}

/** The versions with their files; a file that names none goes to the one that its name speaks of. */
function versionsOf(mover: ProjectMover, { index, project, format }: Place, given: DevpiProject): MovedVersion[] {
  const records = new Map<string, JsonObject>();
  for (const { version, record } of given.versions) {
    const read = format.readRecord(textIn(record["version"]) ?? version, record);
    records.set(read.version, { ...records.get(read.version), ...read.attributes });
  }
  const files = new Map<string, DevpiFile[]>();
  for (const file of given.files) {
    const text = file.version ?? versionIn(file.about ?? file.filename, [...records.keys()]);
    if (text === null) {
      const because = `the version of ${project} that it belongs to is not known`;
      mover.report.leftOut.push({ what: `${file.where} of index ${index.name}`, because });
      mover.passed(0);
      continue;
    }
    const { version } = format.readRecord(text, {});
    files.set(version, [...(files.get(version) ?? []), file]);
  }
  return [...new Set([...records.keys(), ...files.keys()])].map((version) => ({
    version,
    attributes: records.get(version) ?? {},
    files: files.get(version) ?? [],
  }));
}

/** The longest of the versions that stands in a file's name. */
function versionIn(filename: string, versions: readonly string[]): string | null {
  const found = versions.filter((version) => filename.includes(`-${version}`));
  return found.toSorted((a, b) => b.length - a.length)[0] ?? null;
}
