import {
  type ArtifactLogEntry,
  type Attachment,
  accountOf,
  documentationFilename,
  type LocalRepository,
  type Principal,
  type ProjectName,
  type RepositoryName,
  refuse,
  testResultFilename,
} from "#core";
import type { DocumentationWish } from "#formats";
import type { MetadataView, Transaction } from "#stores";
import type { SavedAttachment } from "./attachments.ts";
import { type KeptBlob, refuseExpired } from "./receive.ts";
import { overwriteOf } from "./records.ts";
import { requireRight, type Tools } from "./tools.ts";

/** The version of a file that a test result may be about; refuses where the project has no such file, or none any more. */
export async function requireFile(
  view: MetadataView,
  repository: RepositoryName,
  { project, about }: { readonly project: ProjectName; readonly about: string },
): Promise<{ readonly version: string }> {
  const artifact = await view.artifact(repository, about);
  if (artifact !== null && artifact.project === project && artifact.version !== null) {
    return { version: artifact.version };
  }
  const isGone = artifact === null && (await view.wasRemoved(repository, about));
  throw refuse({ code: isGone ? "file-gone" : "file-not-found", repository, filename: about });
}

interface Saving {
  readonly principal: Principal;
  readonly kept: KeptBlob;
  readonly at: Attachment["attachedAt"];
  readonly project: ProjectName;
}

/** The fact of a test result whose bytes are durable. */
export async function saveTestResult(
  tx: Transaction,
  {
    principal,
    repository,
    project,
    about,
    kept,
    at,
  }: Saving & { readonly repository: RepositoryName; readonly about: string },
): Promise<Attachment> {
  refuseExpired([kept], at);
  const { version } = await requireFile(tx, repository, { project, about });
  const attachment: Attachment = {
    repository,
    project,
    version,
    kind: "test-result",
    filename: await freeResultName(tx, { repository, project, about, at }),
    about,
    blob: kept.blob,
    sizeBytes: kept.sizeBytes,
    attachedAt: at,
    log: [uploaded(principal, repository, at)],
  };
  tx.append({ type: "attachment.saved", attachment });
  return attachment;
}

/** devpi counts the results that a file has; where one was removed in between, the next free number is taken. */
export async function freeResultName(
  view: MetadataView,
  {
    repository,
    project,
    about,
    at,
  }: Pick<Attachment, "repository" | "project"> & {
    readonly about: string;
    readonly at: Attachment["attachedAt"];
  },
): Promise<string> {
  const others = await view.attachments(repository, project, { about });
  const taken = new Set(others.map(({ filename }) => filename));
  for (let number = others.length; ; number += 1) {
    const filename = testResultFilename(about, at, number);
    if (!taken.has(filename)) return filename;
  }
}

/** The fact of documentation whose bytes are durable; the same again is none. */
export async function saveDocumentation(
  tools: Pick<Tools, "rules">,
  tx: Transaction,
  {
    principal,
    repository,
    project,
    version,
    kept,
    at,
  }: Saving & { readonly repository: LocalRepository; readonly version: string },
): Promise<SavedAttachment> {
  refuseExpired([kept], at);
  const filename = documentationFilename(project, version);
  const documents = await tx.attachments(repository.name, project, { kind: "documentation" });
  const there = documents.find((one) => one.filename === filename);
  if (there?.blob === kept.blob) return { attachment: there, created: false };
  const attachment: Attachment = {
    repository: repository.name,
    project,
    version,
    kind: "documentation",
    filename,
    about: null,
    blob: kept.blob,
    sizeBytes: kept.sizeBytes,
    attachedAt: at,
    log: [...replacedLog(tools, principal, repository, there, at), uploaded(principal, repository.name, at)],
  };
  tx.append({ type: "attachment.saved", attachment });
  return { attachment, created: true };
}

/** What the log of new documentation begins with; refuses where it would replace what must stay. */
export function replacedLog(
  tools: Pick<Tools, "rules">,
  principal: Principal,
  repository: LocalRepository,
  there: Attachment | undefined,
  at: Attachment["attachedAt"],
): readonly ArtifactLogEntry[] {
  if (there === undefined) return [];
  if (repository.mutability === "immutable") {
    throw refuse({ code: "file-exists", repository: repository.name, filename: there.filename });
  }
  requireRight(tools, principal, "overwrite", repository, there.project, there.project);
  return [overwriteOf(there, at)];
}

/** The newest version that there is of the project, by record or by file. */
export async function newestVersion(
  view: MetadataView,
  { name }: LocalRepository,
  { project, displayName }: DocumentationWish,
  compare: (a: string, b: string) => number,
): Promise<string> {
  const records = (await view.versions(name, project)).map(({ version }) => version);
  const files = (await view.artifacts(name, project)).flatMap(({ version }) => (version === null ? [] : [version]));
  const newest = [...records, ...files].toSorted(compare).at(-1);
  if (newest !== undefined) return newest;
  const because = `doczip has no version and '${displayName ?? project}' has no releases to derive one from`;
  throw refuse({ code: "upload-invalid", because });
}

function uploaded(principal: Principal, repository: RepositoryName, at: Attachment["attachedAt"]): ArtifactLogEntry {
  return { what: "upload", who: accountOf(principal), at, from: null, to: repository };
}
