import { hash } from "node:crypto";
import {
  type Artifact,
  accountOf,
  type LocalRepository,
  type Offer,
  type Principal,
  RegistryError,
  refuse,
} from "#core";
import type { PackageFormat, Received, UpstreamPage } from "#formats";
import { type Upstream, UpstreamFailure } from "#upstream";
import type { CopiedProject, IndexCopies, IndexSource, ProjectCopy } from "./index-copies.ts";
import { keptDigests, ownProperties, placeFor, setProperties } from "./places.ts";
import { type Drafts, openDrafts, refuseExpired, requireBlobs } from "./receive.ts";
import { registerProject, saveRecord } from "./records.ts";
import { openDigestCheck } from "./remote-digests.ts";
import { readNames } from "./remote-names.ts";
import { failureOf, isMissing } from "./remote-parts.ts";
import { piecesOf } from "./remote-pieces.ts";
import { existing, localIn, requireRight, type Tools, write } from "./tools.ts";
import { refuseUntaken } from "./tree-arrivals.ts";

const FILES_AT_ONCE = 6;
const PAGE_BYTES_MAX = 64 << 20;
const LIST_BYTES_MAX = 256 << 20;
const COMPANION_BYTES_MAX = 16 << 20;
const PAGE_MILLISECONDS_MAX = 120_000;
const METADATA = ".metadata";

/** Opens the copying of other servers' indexes. */
export function openIndexCopies(tools: Tools): IndexCopies {
  const drafts = openDrafts(tools);
  return {
    async projects(source) {
      const [format] = tools.formats.values();
      if (format === undefined) throw new TypeError("this installation has no format");
      const page = await pageOf(upstreamOf(tools, source), "", format, LIST_BYTES_MAX);
      if (page === null) throw invalid(`${source.url} is not there (404), so it is no index`);
      const names = await parsed(() => readNames(format.reader, { ...page, pieces: piecesOf(page.bytes) }));
      return names.map(({ project }) => project);
    },
    async copy(principal, wish) {
      const target = await targetOf(tools, principal, wish);
      const format = tools.formats.get(target.format);
      if (format === undefined) throw new TypeError(`${target.name} is of format ${target.format}, which is not here`);
      const upstream = upstreamOf(tools, wish.source);
      const page = await pageOf(upstream, format.reader.projectAddress(wish.project), format, PAGE_BYTES_MAX);
      if (page === null) return null;
      const listing = await parsed(() => format.reader.readProject(page, wish.project));
      const copying: Copying = { tools, drafts, principal, wish, target, format, upstream };
      return copyAll(copying, listing.displayName, listing.offers);
    },
  };
}

interface Copying {
  readonly tools: Tools;
  readonly drafts: Drafts;
  readonly principal: Principal;
  readonly wish: ProjectCopy;
  readonly target: LocalRepository;
  readonly format: PackageFormat;
  readonly upstream: Upstream;
}

function upstreamOf({ upstreams }: Tools, { url, credentials }: IndexSource): Upstream {
  return upstreams.for({ url, credentials });
}

async function targetOf(tools: Tools, principal: Principal, { into, project }: ProjectCopy): Promise<LocalRepository> {
  const target = await existing(tools, into);
  requireRight(tools, principal, "publish", target, project);
  if (target.kind === "local") return target;
  const because = `${into} is ${target.kind} and holds no files of its own; copy into a local repository`;
  throw refuse({ code: "not-publishable", repository: into, because });
}

async function pageOf(
  upstream: Upstream,
  address: string,
  { reader }: PackageFormat,
  sizeBytesMax: number,
): Promise<UpstreamPage | null> {
  const reply = await upstream.get(address, {
    headers: { accept: reader.accept },
    deadlineMilliseconds: PAGE_MILLISECONDS_MAX,
  });
  if (isMissing(reply.status)) {
    reply.cancel();
    return null;
  }
  if (reply.status !== 200) throw failureOf(reply);
  const bytes = await reply.bytes(sizeBytesMax);
  return { url: reply.url, contentType: reply.header("content-type") ?? "", bytes };
}

/** What is no page of its kind is told as what it is. */
async function parsed<Content>(read: () => Content | Promise<Content>): Promise<Content> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalid(error.message, error);
  }
}

function invalid(because: string, cause?: unknown): Error {
  return refuse({ code: "setting-invalid", because }, cause);
}

/** Some files at a time; one that cannot be had is told of, and the others come. */
async function copyAll(copying: Copying, displayName: string, offers: readonly Offer[]): Promise<CopiedProject> {
  const { wish } = copying;
  const result = { copied: 0, copiedBytes: 0, same: 0 };
  const faults: { filename: string; because: string }[] = [];
  const waiting = offers.values();
  async function work(): Promise<void> {
    for (const offer of waiting) {
      if (wish.signal.aborted) return;
      try {
        const sizeBytes = await copyFile(copying, displayName, offer);
        if (sizeBytes === null) result.same += 1;
        else {
          result.copied += 1;
          result.copiedBytes += sizeBytes;
        }
        wish.passed(sizeBytes ?? 0);
      } catch (error) {
        faults.push({ filename: offer.filename, because: reasonIn(error) });
        wish.passed(0);
      }
    }
  }
  const works = await Promise.allSettled(Array.from({ length: FILES_AT_ONCE }, work));
  for (const ended of works) if (ended.status === "rejected") throw ended.reason;
  return { ...result, faults };
}

/** What concerns one file only, in words; else it is thrown on and ends the copying. */
function reasonIn(error: unknown): string {
  if (error instanceof UpstreamFailure) return error.message;
  if (!(error instanceof RegistryError)) throw error;
  const { problem } = error;
  if (problem.code === "storage-full" || problem.code === "shutting-down") throw error;
  if (problem.code === "too-large") return `it is larger than ${problem.sizeBytesMax} bytes, the most that is taken`;
  return "because" in problem ? problem.because : error.message;
}

/** The bytes that came; `null`: the file was here already. */
async function copyFile(copying: Copying, displayName: string, offer: Offer): Promise<number | null> {
  const { tools, target } = copying;
  const there = await tools.metadata.read((view) => view.artifact(target.name, offer.filename));
  const sha256 = offer.digests["sha256"];
  if (there !== null && sha256 !== undefined) {
    if (there.blob !== `sha256:${sha256}` || there.project !== offer.project) throw clash(target, offer);
    await followYank(copying, there, offer);
    return null;
  }
  await using received = await fetched(copying, offer);
  if (there !== null) {
    if (there.blob !== received.digest) throw clash(target, offer);
    await followYank(copying, there, offer);
    return null;
  }
  await save(copying, displayName, offer, received);
  return received.sizeBytes;
}

function clash({ name }: LocalRepository, { filename }: Offer): Error {
  const because = `${name} has another file of the name ${filename}, with other bytes; it stays`;
  return refuse({ code: "upload-invalid", because });
}

async function followYank({ tools, principal }: Copying, there: Artifact, { yanked }: Offer): Promise<void> {
  if (there.yanked === yanked) return;
  const { repository, project, filename } = there;
  await write(tools, principal, async (tx) => {
    tx.append({ type: "artifact.yanked", ref: { repository, project, filename }, reason: yanked });
  });
}

/** The file's bytes, compared with what the index announces. */
async function fetched({ drafts, upstream }: Copying, offer: Offer): Promise<Received> {
  const reply = await upstream.get(offer.url, { raw: true, deadlineMilliseconds: null });
  if (isMissing(reply.status)) {
    reply.cancel();
    throw refuse({ code: "upload-invalid", because: `${offer.filename} is listed there, and is not there` });
  }
  if (reply.status !== 200) throw failureOf(reply);
  const check = openDigestCheck(offer.digests);
  const received = await drafts.receive(seen(reply.body, check.update));
  const isShort = offer.sizeBytes !== null && received.sizeBytes !== offer.sizeBytes;
  const fault = isShort
    ? `it has ${received.sizeBytes} bytes instead of ${offer.sizeBytes}`
    : check.fault(received.hex);
  if (fault === null) return received;
  await received[Symbol.asyncDispose]();
  throw refuse({ code: "upload-invalid", because: `${offer.filename} is not what the index announces: ${fault}` });
}

async function* seen(bytes: AsyncIterable<Uint8Array>, see: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    see(chunk);
    yield chunk;
  }
}

/** As the index has it, where it announces its hash too; else made from the file itself. */
async function metadataOf({ upstream, format }: Copying, offer: Offer, file: Received): Promise<Uint8Array | null> {
  const at = format.reader.companionAt(offer, METADATA);
  if (at !== null && at.sha256 !== null) {
    const reply = await upstream.get(at.url, { deadlineMilliseconds: PAGE_MILLISECONDS_MAX });
    const bytes = reply.status === 200 ? await reply.bytes(COMPANION_BYTES_MAX) : null;
    if (bytes === null) reply.cancel();
    else if (hash("sha256", bytes) === at.sha256) return bytes;
  }
  try {
    return await format.reader.makeCompanion(offer.filename, METADATA, file);
  } catch (error) {
    // A wheel that is broken inside is still the file that the index has.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Bytes first, then the fact. */
async function save(copying: Copying, displayName: string, offer: Offer, received: Received): Promise<void> {
  const { tools, drafts, principal, target, format } = copying;
  const { project, filename, version, yanked, publishedAt } = offer;
  const metadata = await metadataOf(copying, offer, received);
  const contents: Record<string, Uint8Array> = metadata === null ? {} : { [METADATA]: metadata };
  const file = await drafts.keep(received);
  const companion = metadata === null ? null : await drafts.keepBytes(metadata);
  const kept = companion === null ? [file] : [file, companion];
  await requireBlobs(tools.blobs, kept);
  const { attributes, versionAttributes } = format.adopt(offer, { blob: file.blob, companions: contents });
  await write(tools, principal, async (tx) => {
    const at = tools.now();
    refuseExpired(kept, at);
    const repository = await localIn(tx, target.name);
    requireRight(tools, principal, "publish", repository, project);
    const there = await tx.artifact(target.name, filename);
    if (there !== null && there.blob !== file.blob) throw clash(target, offer);
    if (there !== null) return;
    await registerProject(tx, target.name, project, displayName);
    if (version !== null) {
      await saveRecord(tx, { repository: target.name, project, version, attributes: versionAttributes });
    }
    const packaged = { project, displayName, version, filename, attributes, versionAttributes };
    const path = await placeFor(tx, format, target.name, packaged, null);
    requireRight(tools, principal, "publish", repository, project, path);
    refuseUntaken(repository, path);
    const artifact: Artifact = {
      repository: target.name,
      project,
      filename,
      path,
      ...keptDigests(received.hex),
      version,
      blob: file.blob,
      sizeBytes: file.sizeBytes,
      publishedAt: publishedAt ?? at,
      yanked,
      attributes,
      companions: companion === null ? {} : { [METADATA]: { blob: companion.blob, sizeBytes: companion.sizeBytes } },
      log: [{ what: "upload", who: accountOf(principal), at, from: null, to: target.name }],
    };
    tx.append({ type: "artifact.published", artifact, promotedFrom: null });
    await setProperties(tx, target.name, path, ownProperties(format, packaged));
  });
}
