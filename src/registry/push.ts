import {
  type Artifact,
  type ArtifactLogEntry,
  type Attachment,
  accountOf,
  type Instant,
  type LocalRepository,
  type Principal,
  type ProjectName,
  placeOf,
  type Repository,
  type RepositoryName,
  refuse,
} from "#core";
import type { Transaction } from "#stores";
import { freeResultName, replacedLog } from "./attachment-facts.ts";
import { claim, type Parcel, type ParcelFile, type PushContent, parcelOfLocal, parcelOfRemote } from "./parcels.ts";
import { openPartReading } from "./part-reading.ts";
import { ownProperties, placeFor, setProperties } from "./places.ts";
import { refuseBeyondQuota } from "./quotas.ts";
import { overwriteOf, registerProject, saveRecord } from "./records.ts";
import type { PushStep, Releases } from "./registry.ts";
import { refuseOtherSpelling } from "./spellings.ts";
import { existing, formatOf, localIn, requireRight, type Tools, write } from "./tools.ts";
import { refuseUntaken } from "./tree-arrivals.ts";

/** One push: what, from where, to where, by whom. */
interface Push {
  readonly principal: Principal;
  readonly source: Repository;
  readonly target: LocalRepository;
  readonly project: ProjectName;
  readonly version: string;
  readonly content: PushContent;
}

/** Copies a version with its record, files, test results and documentation. The bytes stay where they are; the source keeps its own. */
export function openPush(tools: Tools): Releases["push"] {
  return async (principal, from, project, version, to, content = "everything") => {
    const source = await existing(tools, from);
    requireRight(tools, principal, "read", source, project);
    const target = await targetOf(tools, to);
    requireRight(tools, principal, "publish", target, project);
    if (source.format !== target.format) {
      const because = `${target.name} holds ${target.format} packages, and ${from} has ${source.format} packages`;
      throw refuse({ code: "not-publishable", repository: target.name, because });
    }
    const push: Push = { principal, source, target, project, version, content };
    const parcel = await collect(tools, push);
    await claim(tools, parcel);
    const steps = await write(tools, principal, async (tx) =>
      // What the source has now counts; the blobs of what it has are there, claimed by us or not.
      deliver(tools, tx, push, source.kind === "local" ? await parcelNow(tools, tx, source, push) : parcel),
    );
    return [{ kind: "register", project, version }, ...steps];
  };
}

/** What the source itself has of a version, fetched first where it is a remote. */
export async function collect(
  tools: Tools,
  { principal, source, project, version, content }: Omit<Push, "target">,
): Promise<Parcel> {
  // As if it were empty.
  if (source.isBlackedOut === true) {
    throw refuse({ code: "version-not-found", repository: source.name, project, version });
  }
  // Whoever copies from a remote fetches what is not here yet.
  if (source.kind === "remote") requireRight(tools, principal, "fill-cache", source, project);
  const parcel = await collectAll(tools, { source, project, version, content });
  return openPartReading(tools).narrowedParcel(principal, source, parcel, version);
}

async function collectAll(
  tools: Tools,
  { source, project, version, content }: Omit<Push, "target" | "principal">,
): Promise<Parcel> {
  switch (source.kind) {
    case "local":
      return tools.metadata.read((view) => parcelOfLocal(view, source, { project, version, content }));
    case "remote":
      return parcelOfRemote(tools, source, { project, version, content });
    case "virtual":
      // As devpi: only what the index itself has, and this one has nothing itself.
      throw refuse({ code: "version-not-found", repository: source.name, project, version });
  }
}

async function parcelNow(tools: Tools, tx: Transaction, source: LocalRepository, push: Push): Promise<Parcel> {
  const parcel = await parcelOfLocal(tx, source, push);
  return openPartReading(tools).narrowedParcel(push.principal, source, parcel, push.version);
}

/** The local repository that holds what is pushed to `name`. */
async function targetOf(tools: Tools, name: RepositoryName): Promise<LocalRepository> {
  const asked = await existing(tools, name);
  const target = asked.kind === "virtual" && asked.publishTo !== null ? await existing(tools, asked.publishTo) : asked;
  if (target.kind === "local") return target;
  const because =
    target.kind === "remote"
      ? `${target.name} is a remote and holds only copies of its upstream; push to a local repository`
      : `${target.name} is virtual and hands uploads to no member; push to a local repository`;
  throw refuse({ code: "not-publishable", repository: target.name, because });
}

/** The facts, in devpi's order: the version, then its files by name, each with its test results, then the documentation. */
async function deliver(tools: Tools, tx: Transaction, push: Push, parcel: Parcel): Promise<readonly PushStep[]> {
  const { displayName, attributes, files, testResults, documentation } = parcel;
  const { principal, project, version } = push;
  const target = await localIn(tx, push.target.name);
  requireRight(tools, principal, "publish", target, project);
  await registerProject(tx, target.name, project, displayName);
  await saveRecord(tx, { repository: target.name, project, version, attributes });
  const current = { ...push, target };
  const steps: PushStep[] = [];
  for (const file of files) {
    const artifact = await deliverFile(tools, tx, current, file, parcel);
    steps.push(stepOf(tools, target, artifact));
    for (const result of testResults) {
      if (result.about !== file.filename) continue;
      const attachment = await deliverTestResult(tools, tx, current, result);
      const path = formatOf(tools, target).attachmentPath(attachment, artifact.blob);
      steps.push({ kind: "test-result", attachment, path });
    }
  }
  if (documentation !== null) {
    await deliverDocumentation(tools, tx, current, documentation);
    steps.push({ kind: "documentation", project, version });
  }
  return steps;
}

/** A result keeps its name, and with it the moment of the test; so the same push twice does not make two of one. */
async function deliverTestResult(tools: Tools, tx: Transaction, push: Push, result: Attachment): Promise<Attachment> {
  const { target } = push;
  const { project, about, attachedAt, filename } = result;
  const there = (await tx.attachments(target.name, project)).find((one) => one.filename === filename);
  if (there?.blob === result.blob) return there;
  const isFree = there === undefined || about === null;
  const attachment: Attachment = {
    ...result,
    repository: target.name,
    filename: isFree ? filename : await freeResultName(tx, { repository: target.name, project, about, at: attachedAt }),
    log: pushedLog(push, result, tools.now()),
  };
  tx.append({ type: "attachment.saved", attachment });
  return attachment;
}

async function deliverDocumentation(
  tools: Tools,
  tx: Transaction,
  push: Push,
  documentation: Attachment,
): Promise<void> {
  const { principal, target } = push;
  const { project, filename, blob } = documentation;
  const there = (await tx.attachments(target.name, project)).find((one) => one.filename === filename);
  if (there?.blob === blob) return;
  const at = tools.now();
  const log = [...replacedLog(tools, principal, target, there, at), ...pushedLog(push, documentation, at)];
  tx.append({ type: "attachment.saved", attachment: { ...documentation, repository: target.name, log } });
}

/** What happened to it before, but for replacements, and that it was pushed. */
function pushedLog(
  { principal, source, target }: Push,
  { log }: { readonly log: readonly ArtifactLogEntry[] },
  at: Instant,
): readonly ArtifactLogEntry[] {
  const before = log.filter(({ what }) => what !== "overwrite");
  return [...before, { what: "push", who: accountOf(principal), at, from: source.name, to: target.name }];
}

async function deliverFile(
  tools: Tools,
  tx: Transaction,
  push: Push,
  file: ParcelFile,
  { displayName, attributes: versionAttributes }: Parcel,
): Promise<Artifact> {
  const { source, target } = push;
  const { properties, ...facts } = file;
  const at = tools.now();
  const format = formatOf(tools, target);
  const there = await tx.artifact(target.name, file.filename);
  if (there === null) await refuseOtherSpelling(tx, format, target, file);
  else if (there.project === file.project && there.blob === file.blob) return there;
  else refuseReplacing(tools, push, there, file);
  await refuseBeyondQuota(tx, target, file.filename, file.sizeBytes, there?.sizeBytes);
  const packaged = { ...file, displayName, versionAttributes };
  const path = await placeFor(tx, format, target.name, packaged, there);
  requireRight(tools, push.principal, "publish", target, file.project, path);
  refuseUntaken(target, path);
  const replaced = there === null ? [] : [overwriteOf(there, at)];
  const log = [...replaced, ...pushedLog(push, file, at)];
  const artifact: Artifact = { ...facts, repository: target.name, path, log };
  const type = there === null ? "artifact.published" : "artifact.replaced";
  tx.append({ type, artifact, promotedFrom: source.name });
  await setProperties(tx, target.name, path, { ...properties, ...ownProperties(format, packaged) });
  return artifact;
}

function refuseReplacing(
  tools: Tools,
  { principal, target }: Push,
  there: Artifact,
  { project, filename }: Pick<Artifact, "project" | "filename">,
): void {
  if (there.project !== project || target.mutability === "immutable") {
    throw refuse({ code: "file-exists", repository: target.name, filename });
  }
  requireRight(tools, principal, "overwrite", target, project, placeOf(there));
}

function stepOf(tools: Tools, target: LocalRepository, artifact: Artifact): PushStep {
  const { repository, project, filename } = artifact;
  const path = formatOf(tools, target).filePath({ kind: "artifact", member: repository, artifact });
  return { kind: "file", ref: { repository, project, filename }, path };
}
