import { type Digest, documentationFilename, type Instant, type JsonObject } from "#core";
import type { ArrivedVersion, ArrivingAttachment, ArrivingFile } from "#registry";
import { refusalIn, stopIfAsked } from "../../moves.ts";
import { logFrom, uploadMoment } from "./logs.ts";
import { blobHere, type Place, type ProjectMover } from "./place.ts";
import { type ReceivedFile, receiveFile } from "./receiving.ts";
import type { Draft, FileTally } from "./report.ts";
import { type DevpiFile, SourceFault } from "./source.ts";

/** A version of the source under its name here, and what belongs to it. */
export interface MovedVersion {
  readonly version: string;
  readonly attributes: JsonObject;
  readonly files: readonly DevpiFile[];
}

/** A file of the source whose bytes have come. */
interface Incoming {
  readonly file: DevpiFile;
  readonly filename: string;
  readonly arriving: ReceivedFile;
}

/** Takes in what is not here yet, and writes it down together; a damaged file is left out and told, the others come. */
export async function moveVersion(mover: ProjectMover, place: Place, version: MovedVersion): Promise<void> {
  stopIfAsked(mover);
  await using received = new AsyncDisposableStack();
  const incoming: Incoming[] = [];
  for (const file of version.files) {
    stopIfAsked(mover);
    const filename = filenameOf(place, version, file);
    const here = blobHere(place, filename, file);
    if (here !== null) {
      found(mover, place, { file, filename, blob: here });
      continue;
    }
    const arriving = await takenIn(mover, file);
    if (arriving === null) continue;
    received.use(arriving.received);
    incoming.push({ file, filename, arriving });
  }
  await save(mover, place, version, incoming);
}

/** Documentation may have had another spelling in its name. */
export function filenameOf({ project }: Place, { version }: MovedVersion, { kind, filename }: DevpiFile): string {
  return kind === "documentation" ? documentationFilename(project, version) : filename;
}

async function takenIn(mover: ProjectMover, file: DevpiFile): Promise<ReceivedFile | null> {
  try {
    return await receiveFile(mover.registry, file);
  } catch (error) {
    const because = error instanceof SourceFault ? error.message : refusalIn(error);
    mover.report.faults.push({ what: file.where, because });
    mover.passed(0);
    return null;
  }
}

async function save(
  mover: ProjectMover,
  place: Place,
  { version, attributes }: MovedVersion,
  incoming: readonly Incoming[],
): Promise<void> {
  const { report } = mover;
  const { to, project, displayName } = place;
  const known = place.versions.get(version)?.attributes;
  const isSameRecord = known !== undefined && JSON.stringify({ ...known, ...attributes }) === JSON.stringify(known);
  if (incoming.length === 0 && isSameRecord) {
    report.versions.same += 1;
    return;
  }
  const { clashing, refused, because } = await mover.batches.save(to, {
    project,
    displayName,
    version,
    attributes,
    files: incoming.filter(({ file }) => file.kind === "release").map((one) => arrivingFile(mover, place, one)),
    attachments: incoming
      .filter(({ file }) => file.kind !== "release")
      .map((one) => arrivingAttachment(mover, place, one)),
  });
  if (because !== null) {
    mover.report.leftOut.push({ what: `${project} ${version} of index ${place.index.name}`, because });
    for (const _one of incoming) mover.passed(0);
    return;
  }
  for (const one of incoming) settle(mover, place, one, { clashing, refused });
  if (known === undefined) report.versions.made += 1;
  else report.versions.changed += 1;
}

/** Counts a file that has come; where this server has other bytes of its own, those stay. */
function settle(
  mover: ProjectMover,
  place: Place,
  one: Incoming,
  { clashing, refused }: Pick<ArrivedVersion, "clashing" | "refused">,
): void {
  const { file, filename, arriving } = one;
  const { digest, sizeBytes } = arriving.received;
  const refusal = refused.find((each) => each.filename === filename && file.kind === "release");
  if (refusal !== undefined) {
    mover.report.leftOut.push({ what: file.where, because: refusal.because });
    mover.passed(0);
    return;
  }
  if (clashing.includes(filename)) {
    const because = `${place.to} has another file of this name, which did not come from there; it stays`;
    mover.report.leftOut.push({ what: file.where, because });
    mover.passed(0);
    return;
  }
  const here = (file.kind === "release" ? place.artifacts : place.attachments).get(filename)?.blob;
  if (here === digest) {
    found(mover, place, { file, filename, blob: digest });
    return;
  }
  const tally = tallyOf(mover, file);
  tally.copied += 1;
  tally.copiedBytes += sizeBytes;
  place.brought.set(filename, digest);
  mover.arrived({ where: file.where, blob: digest, isNew: true });
  mover.passed(sizeBytes);
}

function found(
  mover: ProjectMover,
  { brought }: Place,
  { file, filename, blob }: { readonly file: DevpiFile; readonly filename: string; readonly blob: Digest },
): void {
  tallyOf(mover, file).same += 1;
  brought.set(filename, blob);
  mover.arrived({ where: file.where, blob, isNew: false });
  mover.passed(0);
}

export function tallyOf({ report }: ProjectMover, { kind }: Pick<DevpiFile, "kind">): Draft<FileTally> {
  switch (kind) {
    case "release":
      return report.files;
    case "documentation":
      return report.documentation;
    case "test-result":
      return report.testResults;
  }
}

function arrivingFile(mover: ProjectMover, place: Place, one: Incoming): ArrivingFile {
  return { ...arriving(mover, place, one), publishedAt: momentOf(mover, one), yanked: null };
}

function arrivingAttachment(mover: ProjectMover, place: Place, one: Incoming): ArrivingAttachment {
  return {
    ...arriving(mover, place, one),
    kind: one.file.kind === "documentation" ? "documentation" : "test-result",
    about: one.file.about,
    attachedAt: momentOf(mover, one),
  };
}

function arriving(mover: ProjectMover, { to, brought }: Place, one: Incoming) {
  const { file, filename, arriving: given } = one;
  const nameOf = (index: string) => mover.indexes.get(index) ?? null;
  return {
    filename,
    received: given.received,
    log: logFrom(file.log, { to, at: momentOf(mover, one), nameOf }),
    earlier: brought.get(filename) ?? null,
  };
}

/** devpi says it with `Last-Modified`; old data only by the file's log. */
function momentOf({ now }: ProjectMover, { file, arriving: given }: Incoming): Instant {
  return given.lastModified ?? uploadMoment(file.log) ?? now();
}
