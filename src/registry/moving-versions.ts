import type { Artifact, Attachment, Digest, Principal, RepositoryName } from "#core";
import type { TakenOver } from "#formats";
import type { Transaction } from "#stores";
import type { ArrivedVersion, ArrivingAttachment, ArrivingFile, ArrivingVersion } from "./moving.ts";
import { type Drafts, type KeptBlob, refuseExpired, requireBlobs } from "./receive.ts";
import { registerProject, saveRecord } from "./records.ts";
import { existing, localIn, type Tools, write } from "./tools.ts";

/** A file whose bytes are durable and which the format has looked at. */
interface ReadyFile {
  readonly given: ArrivingFile;
  readonly takenOver: TakenOver;
  readonly kept: KeptBlob;
  readonly companions: Readonly<Record<string, KeptBlob>>;
}

interface ReadyAttachment {
  readonly given: ArrivingAttachment;
  readonly kept: KeptBlob;
}

/** A version from elsewhere: bytes first, then everything about it in one write. */
export async function saveArriving(
  tools: Tools,
  drafts: Drafts,
  principal: Principal,
  name: RepositoryName,
  given: ArrivingVersion,
): Promise<ArrivedVersion> {
  const files = await Promise.all(given.files.map((file) => readyFile(tools, drafts, name, given, file)));
  const attachments = await Promise.all(
    given.attachments.map(
      async (one): Promise<ReadyAttachment> => ({ given: one, kept: await drafts.keep(one.received) }),
    ),
  );
  const blobs = [
    ...files.flatMap(({ kept, companions }) => [kept, ...Object.values(companions)]),
    ...attachments.map(({ kept }) => kept),
  ];
  await requireBlobs(tools.blobs, blobs);
  return write(tools, principal, async (tx) => {
    refuseExpired(blobs, tools.now());
    await localIn(tx, name);
    const { project, displayName, version, attributes } = given;
    await registerProject(tx, name, project, displayName);
    await saveRecord(tx, { repository: name, project, version, attributes });
    const saved: Pick<Artifact, "filename" | "blob">[] = [];
    const clashing: string[] = [];
    for (const file of files) {
      const isSaved = await saveFile(tx, artifactOf(name, given, file), file.given.earlier);
      if (isSaved) saved.push({ filename: file.given.filename, blob: file.kept.blob });
      else clashing.push(file.given.filename);
    }
    const known = await tx.attachments(name, project);
    for (const one of attachments) {
      const attachment = attachmentOf(name, given, one);
      if (saveAttachment(tx, known, attachment, one.given.earlier)) saved.push(attachment);
      else clashing.push(attachment.filename);
    }
    return { saved, clashing };
  });
}

async function readyFile(
  tools: Tools,
  drafts: Drafts,
  name: RepositoryName,
  { project, version, attributes }: ArrivingVersion,
  given: ArrivingFile,
): Promise<ReadyFile> {
  const { format } = await existing(tools, name);
  const language = tools.formats.get(format);
  if (language === undefined) throw new TypeError(`${name} is of format ${format}, which is not here`);
  const { filename, received } = given;
  const takenOver = await language.takeOver({ project, filename, received, version: { version, attributes } });
  const [kept, ...companions] = await Promise.all([
    drafts.keep(received),
    ...Object.entries(takenOver.companions).map(
      async ([suffix, bytes]) => [suffix, await drafts.keepBytes(bytes)] as const,
    ),
  ]);
  return { given, takenOver, kept, companions: Object.fromEntries(companions) };
}

function artifactOf(
  repository: RepositoryName,
  { project, version }: ArrivingVersion,
  { given, takenOver, kept, companions }: ReadyFile,
): Artifact {
  const { filename, publishedAt, yanked, log } = given;
  return {
    repository,
    project,
    filename,
    version,
    blob: kept.blob,
    sizeBytes: kept.sizeBytes,
    publishedAt,
    yanked,
    attributes: takenOver.attributes,
    companions: Object.fromEntries(
      Object.entries(companions).map(([suffix, { blob, sizeBytes }]) => [suffix, { blob, sizeBytes }]),
    ),
    log,
  };
}

/** Whether the file is here now; `false`: this server has other bytes of its own under the name. */
async function saveFile(tx: Transaction, artifact: Artifact, earlier: Digest | null): Promise<boolean> {
  const there = await tx.artifact(artifact.repository, artifact.filename);
  if (there === null) {
    tx.append({ type: "artifact.published", artifact, promotedFrom: null });
    return true;
  }
  if (there.project !== artifact.project) return false;
  if (there.blob === artifact.blob) return true;
  if (there.blob !== earlier) return false;
  tx.append({ type: "artifact.replaced", artifact, promotedFrom: null });
  return true;
}

function attachmentOf(
  repository: RepositoryName,
  { project, version }: ArrivingVersion,
  { given, kept }: ReadyAttachment,
): Attachment {
  const { kind, filename, about, attachedAt, log } = given;
  return {
    repository,
    project,
    version,
    kind,
    filename,
    about,
    blob: kept.blob,
    sizeBytes: kept.sizeBytes,
    attachedAt,
    log,
  };
}

function saveAttachment(
  tx: Transaction,
  known: readonly Attachment[],
  attachment: Attachment,
  earlier: Digest | null,
): boolean {
  const there = known.find(({ filename }) => filename === attachment.filename);
  if (there !== undefined && there.blob === attachment.blob) return true;
  if (there !== undefined && there.blob !== earlier) return false;
  tx.append({ type: "attachment.saved", attachment });
  return true;
}
