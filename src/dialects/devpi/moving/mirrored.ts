import type { JsonObject, Offer, ProjectName, RemoteRepository } from "#core";
import { textIn } from "../../json-values.ts";
import { refusalIn, stopIfAsked } from "../../moves.ts";
import type { ProjectMover } from "./place.ts";
import { receiveFile } from "./receiving.ts";
import { type DevpiFile, type DevpiIndex, SourceFault } from "./source.ts";

/**
 * What a mirror had copied of a project: the files go into the cache, and the page that lists them is there for when the
 * upstream cannot be asked.
 */
export async function moveMirrored(
  mover: ProjectMover,
  index: DevpiIndex,
  remote: RemoteRepository,
  name: string,
): Promise<void> {
  const { registry, source, principal, report } = mover;
  const given = await source.project(index, name);
  const project = registry.format(remote.format).normalize(name);
  if (project === null) {
    for (const _file of given.files) mover.passed(0);
    return;
  }
  const records = new Map(given.versions.map(({ version, record }) => [version, record]));
  const offers: Offer[] = [];
  for (const file of given.files) {
    stopIfAsked(mover);
    const offer = offerOf(project, file, records.get(file.version ?? "") ?? {});
    if (offer === null) {
      report.leftOut.push({ what: file.where, because: "the export does not say where its mirror has it from" });
      mover.passed(0);
      continue;
    }
    if (await mover.turn(() => moveCopy(mover, remote, file, offer))) offers.push(offer);
  }
  if (offers.length > 0 && remote.url !== null) {
    const page = { url: remote.url, contentType: "application/vnd.pypi.simple.v1+json", bytes: pageOf(name, offers) };
    await registry.moving.savePage(principal, remote.name, project, page);
  }
  report.projects += 1;
}

function offerOf(project: ProjectName, file: DevpiFile, record: JsonObject): Offer | null {
  const url = file.url === null ? null : URL.parse(file.url);
  if (url === null || file.kind !== "release") return null;
  url.hash = "";
  const yanked = record["yanked"];
  const requiresPython = textIn(record["requires_python"]);
  return {
    project,
    filename: file.filename,
    version: file.version,
    url: url.href,
    digests: file.digests,
    sizeBytes: null,
    publishedAt: null,
    yanked: typeof yanked === "string" ? yanked : yanked === true ? "" : null,
    attributes: requiresPython === null ? {} : { requiresPython },
  };
}

/** Whether a copy of the file is here now. */
async function moveCopy(
  mover: ProjectMover,
  remote: RemoteRepository,
  file: DevpiFile,
  offer: Offer,
): Promise<boolean> {
  const { registry, principal, report } = mover;
  const known = await registry.moving.copyOf(remote.name, offer);
  if (known !== null) {
    report.files.same += 1;
    mover.arrived({ where: file.where, blob: known, isNew: false });
    mover.passed(0);
    return true;
  }
  try {
    const { received, lastModified } = await receiveFile(registry, file);
    await using _received = received;
    await registry.moving.saveCopy(principal, remote.name, { offer, received, lastModified });
    report.files.copied += 1;
    report.files.copiedBytes += received.sizeBytes;
    mover.arrived({ where: file.where, blob: received.digest, isNew: true });
    mover.passed(received.sizeBytes);
    return true;
  } catch (error) {
    report.faults.push({
      what: file.where,
      because: error instanceof SourceFault ? error.message : refusalIn(error),
    });
    mover.passed(0);
    return false;
  }
}

/** PEP 691. */
function pageOf(name: string, offers: readonly Offer[]): Uint8Array {
  const files = offers.map(({ filename, url, digests, yanked, attributes }) => ({
    filename,
    url,
    hashes: digests,
    ...(yanked === null ? {} : { yanked: yanked === "" ? true : yanked }),
    ...("requiresPython" in attributes ? { "requires-python": attributes["requiresPython"] } : {}),
  }));
  return Buffer.from(JSON.stringify({ meta: { "api-version": "1.0" }, name, files }));
}
