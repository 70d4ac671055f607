import {
  type Artifact,
  type Attachment,
  type Companion,
  type Digest,
  type Principal,
  type ProjectName,
  RegistryError,
  type RepositoryName,
  type Version,
} from "#core";
import type { PackageFormat, TakenOver } from "#formats";
import type { Transaction } from "#stores";
import type { ArrivedVersion, ArrivingAttachment, ArrivingFile, ArrivingVersion } from "./moving.ts";
import { keptDigests, ownProperties, placeFor, setProperties } from "./places.ts";
import { type Drafts, type KeptBlob, refuseExpired, requireBlobs } from "./receive.ts";
import { registerProject } from "./records.ts";
import { existing, localIn, type Tools, write } from "./tools.ts";

/** A file whose bytes are durable and which the format has looked at. */
interface ReadyFile {
  readonly given: ArrivingFile;
  readonly attributes: TakenOver["attributes"];
  readonly kept: KeptBlob;
  readonly companions: Readonly<Record<string, Companion>>;
}

interface ReadyAttachment {
  readonly given: ArrivingAttachment;
  readonly kept: KeptBlob;
}

interface ReadyVersion {
  readonly given: ArrivingVersion;
  readonly files: readonly ReadyFile[];
  readonly attachments: readonly ReadyAttachment[];
  readonly refused: ArrivedVersion["refused"];
}

/** Versions from elsewhere: the bytes of all of them first, then everything about them in one write. */
export async function saveArriving(
  tools: Tools,
  drafts: Drafts,
  principal: Principal,
  name: RepositoryName,
  given: readonly ArrivingVersion[],
): Promise<readonly ArrivedVersion[]> {
  const { format } = await existing(tools, name);
  const language = tools.formats.get(format);
  if (language === undefined) throw new TypeError(`${name} is of format ${format}, which is not here`);
  const { versions, blobs } = await makeReady(drafts, language, given);
  await requireBlobs(tools.blobs, blobs);
  return write(tools, principal, async (tx) => {
    refuseExpired(blobs, tools.now());
    await localIn(tx, name);
    const known = new Map<ProjectName, KnownProject>();
    const arrived: ArrivedVersion[] = [];
    for (const version of versions) arrived.push(await saveVersion(tx, language, name, known, version));
    return arrived;
  });
}

/** What the format makes of each file, and all bytes durable, kept together. */
async function makeReady(
  drafts: Drafts,
  language: PackageFormat,
  given: readonly ArrivingVersion[],
): Promise<{ readonly versions: readonly ReadyVersion[]; readonly blobs: readonly KeptBlob[] }> {
  const taken = await Promise.all(given.map((version) => takenOver(language, version)));
  const contents = taken.flatMap(({ version, files }) => [
    ...files.flatMap((file) => [file.given.received, ...Object.values(file.takenOver.companions)]),
    ...version.attachments.map(({ received }) => received),
  ]);
  const blobs = await drafts.keepAll(contents);
  const rest = blobs.values();
  // In the order in which the contents were gathered.
  const next = (): KeptBlob => {
    const { value } = rest.next();
    if (value === undefined) throw new TypeError("fewer blobs were kept than there are contents");
    return value;
  };
  const versions = taken.map(({ version, files, refused }): ReadyVersion => {
    const ready = files.map((file): ReadyFile => {
      const kept = next();
      const companions = Object.keys(file.takenOver.companions).map((suffix) => [suffix, companionOf(next())] as const);
      const { attributes } = file.takenOver;
      return { given: file.given, attributes, kept, companions: Object.fromEntries(companions) };
    });
    const attachments = version.attachments.map((one): ReadyAttachment => ({ given: one, kept: next() }));
    return { given: version, files: ready, attachments, refused };
  });
  return { versions, blobs };
}

async function takenOver(language: PackageFormat, given: ArrivingVersion) {
  const files: { readonly given: ArrivingFile; readonly takenOver: TakenOver }[] = [];
  const refused: { filename: string; because: string }[] = [];
  const { project, version, attributes } = given;
  for (const file of given.files) {
    const { filename, received } = file;
    try {
      const made = await language.takeOver({ project, filename, received, version: { version, attributes } });
      files.push({ given: file, takenOver: made });
    } catch (error) {
      refused.push({ filename, because: refusalIn(error) });
    }
  }
  return { version: given, files, refused };
}

/** A refusal in words; anything else is thrown on. */
function refusalIn(error: unknown): string {
  if (!(error instanceof RegistryError) || !("because" in error.problem)) throw error;
  if (error.problem.code === "storage-full") throw error;
  return error.problem.because;
}

/** What a project has, read once for all of its versions that come together; kept right by what is appended. */
interface KnownProject {
  readonly versions: Map<string, Version>;
  readonly artifacts: Map<string, Artifact>;
  readonly attachments: Map<string, Attachment>;
}

async function knownOf(
  tx: Transaction,
  name: RepositoryName,
  project: ProjectName,
  all: Map<ProjectName, KnownProject>,
): Promise<KnownProject> {
  const there = all.get(project);
  if (there !== undefined) return there;
  const [versions, artifacts, attachments] = await Promise.all([
    tx.versions(name, project),
    tx.artifacts(name, project),
    tx.attachments(name, project),
  ]);
  const known: KnownProject = {
    versions: new Map(versions.map((one) => [one.version, one])),
    artifacts: new Map(artifacts.map((one) => [one.filename, one])),
    attachments: new Map(attachments.map((one) => [one.filename, one])),
  };
  all.set(project, known);
  return known;
}

async function saveVersion(
  tx: Transaction,
  language: PackageFormat,
  name: RepositoryName,
  all: Map<ProjectName, KnownProject>,
  { given, files, attachments, refused }: ReadyVersion,
): Promise<ArrivedVersion> {
  const { project, displayName } = given;
  const isFirst = !all.has(project);
  const known = await knownOf(tx, name, project, all);
  try {
    if (isFirst) await registerProject(tx, name, project, displayName);
  } catch (error) {
    all.delete(project);
    return { saved: [], clashing: [], refused, because: refusalIn(error) };
  }
  saveRecord(tx, name, known, given);
  const saved: { filename: string; blob: Digest }[] = [];
  const clashing: string[] = [];
  for (const file of files) {
    const artifact = artifactOf(name, given, file);
    const isSaved = await saveFile(tx, language, known, { artifact, file, given });
    if (isSaved) saved.push({ filename: artifact.filename, blob: artifact.blob });
    else clashing.push(artifact.filename);
  }
  for (const one of attachments) {
    const attachment = attachmentOf(name, given, one);
    if (saveAttachment(tx, known, attachment, one.given.earlier)) saved.push(attachment);
    else clashing.push(attachment.filename);
  }
  return { saved, clashing, refused, because: null };
}

/** Merged over what is there, as later uploads do; unchanged it is no event. */
function saveRecord(tx: Transaction, repository: RepositoryName, known: KnownProject, given: ArrivingVersion): void {
  const { project, version } = given;
  const there = known.versions.get(version);
  const attributes = { ...there?.attributes, ...given.attributes };
  if (there !== undefined && JSON.stringify(there.attributes) === JSON.stringify(attributes)) return;
  const record: Version = { repository, project, version, attributes };
  known.versions.set(version, record);
  tx.append({ type: "version.saved", version: record });
}

function artifactOf(
  repository: RepositoryName,
  { project, version }: ArrivingVersion,
  { given, attributes, kept, companions }: ReadyFile,
): Artifact {
  const { filename, publishedAt, yanked, log } = given;
  const { blob, sizeBytes } = kept;
  return { repository, project, filename, version, blob, sizeBytes, publishedAt, yanked, attributes, companions, log };
}

/** Whether the file is here now; `false`: this server has other bytes of its own under the name. */
async function saveFile(
  tx: Transaction,
  language: PackageFormat,
  { artifacts, attachments, versions }: KnownProject,
  { artifact: bare, file, given }: { artifact: Artifact; file: ReadyFile; given: ArrivingVersion },
): Promise<boolean> {
  const { repository } = bare;
  const { earlier } = file.given;
  const versionAttributes = versions.get(given.version)?.attributes ?? given.attributes;
  const packaged = { ...bare, displayName: given.displayName, versionAttributes };
  const there = artifacts.get(bare.filename) ?? (await tx.artifact(repository, bare.filename));
  if (there !== null && there.project !== bare.project) return false;
  if (there?.blob === bare.blob) return true;
  if (there !== null && there.blob !== earlier) return false;
  const path = await placeFor(tx, language, repository, packaged, there).catch(nullIfOccupied);
  if (path === null) return false;
  const artifact: Artifact = { ...bare, path, ...keptDigests(file.given.received.hex) };
  tx.append({ type: there === null ? "artifact.published" : "artifact.replaced", artifact, promotedFrom: null });
  await setProperties(tx, repository, path, ownProperties(language, packaged));
  artifacts.set(artifact.filename, artifact);
  // Test results went with the bytes that they were about.
  for (const { filename, about } of attachments.values()) if (about === artifact.filename) attachments.delete(filename);
  return true;
}

/** Where something else stands that is no file of a package, that stays. */
function nullIfOccupied(error: unknown): null {
  if (error instanceof RegistryError && error.problem.code === "file-exists") return null;
  throw error;
}

function attachmentOf(
  repository: RepositoryName,
  { project, version }: ArrivingVersion,
  { given, kept }: ReadyAttachment,
): Attachment {
  const { kind, filename, about, attachedAt, log } = given;
  const { blob, sizeBytes } = kept;
  return { repository, project, version, kind, filename, about, blob, sizeBytes, attachedAt, log };
}

function saveAttachment(
  tx: Transaction,
  { attachments }: KnownProject,
  attachment: Attachment,
  earlier: Digest | null,
): boolean {
  const there = attachments.get(attachment.filename);
  if (there?.blob === attachment.blob) return true;
  if (there !== undefined && there.blob !== earlier) return false;
  tx.append({ type: "attachment.saved", attachment });
  attachments.set(attachment.filename, attachment);
  return true;
}

function companionOf({ blob, sizeBytes }: KeptBlob): Companion {
  return { blob, sizeBytes };
}
