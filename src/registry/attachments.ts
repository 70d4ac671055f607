import {
  type Attachment,
  type Digest,
  documentationFilename,
  type Freshness,
  type LocalRepository,
  type Principal,
  type ProjectName,
  placeOf,
  type Repository,
  type RepositoryName,
  refuse,
} from "#core";
import type { DocumentationWish, Received } from "#formats";
import type { MetadataView } from "#stores";
import { newestVersion, requireFile, saveDocumentation, saveTestResult } from "./attachment-facts.ts";
import type { Publishing } from "./publish.ts";
import { requireBlobs } from "./receive.ts";
import { registerProject, saveRecord } from "./records.ts";
import { isEmpty } from "./removal.ts";
import { isPrivate, mayRead, partRead } from "./rights.ts";
import { type StoredFile, storedFile } from "./stored-files.ts";
import { existing, localIn, requireRight, type Tools, write } from "./tools.ts";

/** What belongs to versions and is no release: their documentation and the test results of their files. */
export interface Attachments {
  /** What the repository itself holds for the project, in the order in which it came. Needs the right to read. */
  list(principal: Principal, repository: RepositoryName, project: ProjectName): Promise<readonly Attachment[]>;
  /** Also what the local repositories hold that are looked into from it, as far as the principal may read them. */
  shown(
    principal: Principal,
    repository: RepositoryName,
    project: ProjectName,
    which?: WhichAttachments,
  ): Promise<readonly Attachment[]>;
  /** Needs the right to publish. Documentation of an immutable repository is not replaced (`file-exists`). */
  saveDocumentation(
    principal: Principal,
    repository: RepositoryName,
    wish: DocumentationWish,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<SavedAttachment>;
  /** As `saveDocumentation`, of what this registry has received already. */
  document(
    principal: Principal,
    repository: RepositoryName,
    wish: DocumentationWish,
    received: Received,
  ): Promise<SavedAttachment>;
  /** Any JSON, kept byte for byte. Needs the right to upload test results. `file-not-found` when there is no such file. */
  saveTestResult(
    principal: Principal,
    repository: RepositoryName,
    result: { readonly project: ProjectName; readonly about: string },
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<Attachment>;
  /** The bytes, for somebody who may read the repository. Refuses with `project-quarantined`. */
  open(principal: Principal, attachment: Attachment): Promise<StoredFile>;
  /** The blob of the file that a test result is about; `null` for documentation. */
  tested(attachment: Attachment): Promise<Digest | null>;
  /** Needs the right to remove; `force` lifts the refusal of immutable repositories. */
  remove(
    principal: Principal,
    which: Pick<Attachment, "repository" | "project" | "filename">,
    force: boolean,
  ): Promise<void>;
}

/** Those of one kind, or the test results of one file. */
export type WhichAttachments = Parameters<MetadataView["attachments"]>[2];

export interface SavedAttachment {
  readonly attachment: Attachment;
  /** `false`: the same was there already. */
  readonly created: boolean;
}

/** A test run says much, but not more. */
const RESULT_BYTES_MAX = 16 * 1024 * 1024;

export function openAttachments(tools: Tools, publishing: Publishing): Attachments {
  const { metadata, catalog, blobs, now, formats } = tools;

  async function held(
    repository: RepositoryName,
    project: ProjectName,
    which?: WhichAttachments,
  ): Promise<readonly Attachment[]> {
    if (catalog.find(repository)?.isBlackedOut === true) return [];
    return metadata.read((view) => view.attachments(repository, project, which));
  }

  async function document(
    principal: Principal,
    asked: RepositoryName,
    wish: DocumentationWish,
    received: Received,
  ): Promise<SavedAttachment> {
    const target = await publishing.requireTarget(principal, asked, wish.project);
    requireVersion(wish.version);
    const format = formats.get(target.format);
    if (format === undefined) throw new TypeError(`${target.name} is of format ${target.format}, which is not here`);
    await format.documentation.check(documentationFilename(wish.project, wish.version ?? "latest"), received);
    const kept = await publishing.drafts.keep(received);
    await requireBlobs(blobs, [kept]);
    return write(tools, principal, async (tx) => {
      const repository = await localIn(tx, target.name);
      const spelled =
        wish.displayName ?? (await tx.project(repository.name, wish.project))?.displayName ?? wish.project;
      requireRight(tools, principal, "publish", repository, wish.project, spelled);
      const version = wish.version ?? (await newestVersion(tx, repository, wish, format.compareVersions));
      await registerProject(tx, repository.name, wish.project, spelled);
      await saveRecord(tx, {
        repository: repository.name,
        project: wish.project,
        version,
        attributes: wish.attributes,
      });
      return saveDocumentation(tools, tx, { principal, repository, project: wish.project, version, kept, at: now() });
    });
  }

  /** Who may read some files only sees the test results of these, and documentation where the project's folder is open. */
  async function visibleOf(
    principal: Principal,
    repository: Repository,
    project: ProjectName,
    attachments: readonly Attachment[],
  ): Promise<readonly Attachment[]> {
    if (attachments.length === 0 || partRead(tools, principal, repository, project) === null) return attachments;
    const places = await metadata.read(async (view) => {
      const found: string[] = [];
      for (const attachment of attachments) found.push(await placeOfAttachment(view, attachment));
      return found;
    });
    return attachments.filter((_, index) => mayRead(tools, principal, repository, project, places[index]));
  }

  return {
    async list(principal, name, project) {
      const repository = await existing(tools, name);
      requireRight(tools, principal, "read", repository, project);
      return visibleOf(principal, repository, project, await held(name, project));
    },
    async shown(principal, name, project, which) {
      const asked = await existing(tools, name);
      requireRight(tools, principal, "read", asked, project);
      if (asked.isBlackedOut === true) return [];
      const places = new Set([asked, ...catalog.order(asked)].map((place) => place.name));
      const open = [...places].map((place) => catalog.find(place)).filter((place) => place !== null);
      const locals = open.filter((place) => place.kind === "local" && mayRead(tools, principal, place, project));
      const found = locals.map(async (place) =>
        visibleOf(principal, place, project, await held(place.name, project, which)),
      );
      return (await Promise.all(found)).flat();
    },
    document,
    async saveDocumentation(principal, asked, wish, bytes) {
      await using received = await publishing.receive(principal, asked, bytes);
      return await document(principal, asked, wish, received);
    },
    async saveTestResult(principal, asked, result, bytes) {
      const target = await requireTested(tools, principal, asked, result.project);
      const content = await readResult(bytes);
      // Before anything is made durable; the transaction looks once more.
      await metadata.read((view) => requireFile(view, target.name, result));
      const kept = await publishing.drafts.keepBytes(content);
      await requireBlobs(blobs, [kept]);
      return write(tools, principal, async (tx) => {
        const repository = await localIn(tx, target.name);
        requireRight(tools, principal, "upload-test-result", repository, result.project);
        const tested = await tx.artifact(target.name, result.about);
        const path = tested === null ? null : placeOf(tested);
        requireRight(tools, principal, "upload-test-result", repository, result.project, path);
        return saveTestResult(tx, { principal, repository: target.name, ...result, kept, at: now() });
      });
    },
    async open(principal, attachment) {
      const { repository: name, project, filename, attachedAt } = attachment;
      const repository = await existing(tools, name);
      requireRight(tools, principal, "read", repository, project);
      if ((await visibleOf(principal, repository, project, [attachment])).length === 0) {
        throw refuse({ code: "file-not-found", repository: name, filename });
      }
      const status = await metadata.read((view) => view.project(name, project));
      if (status?.status === "quarantined") {
        // PEP 792: nothing of the project is offered.
        const because = `'${filename}' cannot be downloaded because the project '${project}' is quarantined`;
        throw refuse({ code: "project-quarantined", repository: name, project, because });
      }
      const about = { publishedAt: attachedAt, isPrivate: isPrivate(repository), freshness: ASKED_EACH_TIME };
      return storedFile(blobs, attachment, about);
    },
    async tested({ repository, about }) {
      if (about === null) return null;
      const artifact = await metadata.read((view) => view.artifact(repository, about));
      return artifact?.blob ?? null;
    },
    async remove(principal, { repository: name, project, filename }, force) {
      requireRight(tools, principal, "remove", await existing(tools, name), project);
      await write(tools, principal, async (tx) => {
        const repository = await localIn(tx, name);
        requireRight(tools, principal, "remove", repository, project);
        const found = (await tx.attachments(name, project)).find((one) => one.filename === filename);
        if (found === undefined) throw refuse({ code: "file-not-found", repository: name, filename });
        requireRight(tools, principal, "remove", repository, project, await placeOfAttachment(tx, found));
        if (repository.mutability === "immutable" && !force) {
          const because = `cannot remove ${filename} from ${name}, which is immutable; make it volatile, or remove by force`;
          throw refuse({ code: "repository-immutable", repository: name, because });
        }
        const { version } = found;
        tx.append({ type: "attachment.removed", repository: name, project, version, filename });
        // As with the last release file of a version.
        if (await isEmpty(tx, { repository: name, project, version })) {
          tx.append({ type: "version.removed", repository: name, project, version });
        }
      });
    },
  };
}

/** Where in the tree rights on it are looked for: the file that a test result is about, or the folder of the project. */
async function placeOfAttachment(view: MetadataView, { repository, project, about }: Attachment): Promise<string> {
  const tested = about === null ? null : await view.artifact(repository, about);
  if (tested !== null) return placeOf(tested);
  return (await view.project(repository, project))?.displayName ?? project;
}

/** Attachments are read seldom, and are not kept in memory. */
const ASKED_EACH_TIME: Freshness = { isCurrent: () => false };

/** The local repository that holds what was tested. */
async function requireTested(
  tools: Tools,
  principal: Principal,
  name: RepositoryName,
  project: ProjectName,
): Promise<LocalRepository> {
  const asked = await existing(tools, name);
  requireRight(tools, principal, "upload-test-result", asked, project);
  if (asked.kind === "local") return asked;
  const because = `${name} holds no files itself, so it keeps no test results; send them to the address of the file in its own repository`;
  throw refuse({ code: "not-publishable", repository: name, because });
}

async function readResult(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > RESULT_BYTES_MAX)
      throw refuse({ code: "too-large", what: "the test result", sizeBytesMax: RESULT_BYTES_MAX });
    chunks.push(chunk);
  }
  const content = Buffer.concat(chunks);
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (cause) {
    // devpi's sentence.
    throw refuse({ code: "request-invalid", because: "Bad request: could not decode json" }, cause);
  }
  return content;
}

/** A version is a part of addresses and of the file's name. */
function requireVersion(version: string | null): void {
  if (version === null || (!/[/\\\x00-\x1f\x7f]/.test(version) && !["", ".", ".."].includes(version))) return;
  throw refuse({ code: "upload-invalid", because: `'${version}' cannot be the version of documentation` });
}
