import {
  type Artifact,
  type ArtifactLogEntry,
  type Attachment,
  type Companion,
  type Digest,
  type JsonObject,
  type LocalRepository,
  type Offer,
  type ProjectName,
  type Properties,
  placeOf,
  type RemoteRepository,
  type RepositoryName,
  refuse,
} from "#core";
import type { BlobStore, MetadataView } from "#stores";
import { claimBlobs } from "./claims.ts";
import { openConstraining, ownLists } from "./constraining.ts";
import { openKnownBytes } from "./known-bytes.ts";
import { keptDigests } from "./places.ts";
import type { Tools } from "./tools.ts";

/** A file on its way to another repository: all of an artifact but where it is. */
export type ParcelFile = Omit<Artifact, "repository" | "log"> & {
  /** What happened to it before; replacements are the business of where they happened. */
  readonly log: readonly ArtifactLogEntry[];
  /** What was said of it where it was. */
  readonly properties: Properties;
};

/** A version on its way to another repository; its bytes are in the blob store. */
export interface Parcel {
  readonly displayName: string;
  /** The version's record, perhaps empty. */
  readonly attributes: JsonObject;
  /** Sorted by name, as devpi's log of actions has them. */
  readonly files: readonly ParcelFile[];
  /** Of those files, in the order in which they came. */
  readonly testResults: readonly Attachment[];
  readonly documentation: Attachment | null;
}

/** What of a version is put into the parcel. */
export type PushContent = "everything" | "no-documentation" | "only-documentation";

interface Release {
  readonly project: ProjectName;
  readonly version: string;
  readonly content: PushContent;
}

/** What a local repository holds of a version. Refuses what is not there or quarantined. */
export async function parcelOfLocal(
  view: MetadataView,
  { name }: LocalRepository,
  { project, version, content }: Release,
): Promise<Parcel> {
  const known = await view.project(name, project);
  if (known === null) throw refuse({ code: "version-not-found", repository: name, project, version });
  if (known.status === "quarantined") throw quarantined(name, project, known.statusReason);
  const ofVersion = <Item extends { readonly version: string | null }>(items: readonly Item[]): readonly Item[] =>
    items.filter((item) => item.version === version);
  const artifacts = content === "only-documentation" ? [] : ofVersion(await view.artifacts(name, project));
  const attachments = ofVersion(await view.attachments(name, project));
  const documentation =
    content === "no-documentation" ? undefined : attachments.find(({ kind }) => kind === "documentation");
  if (artifacts.length === 0 && documentation === undefined) {
    throw refuse({ code: "version-not-found", repository: name, project, version });
  }
  const record = await view.version(name, project, version);
  const properties = await view.propertiesOf(name, artifacts.map(placeOf));
  return {
    displayName: known.displayName,
    attributes: record?.attributes ?? {},
    files: sorted(
      artifacts.map(({ repository: _repository, log, ...artifact }) => ({
        ...artifact,
        log: log.filter(({ what }) => what !== "overwrite"),
        properties: properties.get(placeOf(artifact)) ?? {},
      })),
    ),
    testResults: attachments.filter(({ about }) => artifacts.some(({ filename }) => filename === about)),
    documentation: documentation ?? null,
  };
}

/** What an upstream offers of a version, fetched, one file after another. */
export async function parcelOfRemote(
  tools: Tools,
  remote: RemoteRepository,
  { project, version, content }: Release,
): Promise<Parcel> {
  const whole = await tools.remotes.listing(remote, project);
  // What its constraints keep out is not here for anybody, also not to be copied from here.
  const listing = whole === null ? null : openConstraining(tools).narrowed(remote.format, ownLists(remote), whole);
  if (listing?.status === "quarantined") throw quarantined(remote.name, project, listing.statusReason);
  const offers = (listing?.files ?? []).flatMap((file) =>
    file.kind === "offer" && file.offer.version === version ? [file.offer] : [],
  );
  // Upstreams have no documentation to fetch.
  if (listing === null || offers.length === 0 || content === "only-documentation") {
    throw refuse({ code: "version-not-found", repository: remote.name, project, version });
  }
  const files: ParcelFile[] = [];
  let attributes: JsonObject = {};
  for (const offer of offers) {
    const copy = await fetched(tools, remote, offer);
    files.push(copy.file);
    attributes = { ...attributes, ...copy.versionAttributes };
  }
  return {
    displayName: listing.displayName,
    attributes,
    files: sorted(files),
    testResults: [],
    documentation: null,
  };
}

async function fetched(
  { remotes, formats, blobs, now }: Tools,
  remote: RemoteRepository,
  offer: Offer,
): Promise<{ readonly file: ParcelFile; readonly versionAttributes: JsonObject }> {
  const { project, filename, version, yanked, publishedAt } = offer;
  const { blob, sizeBytes, companions } = await remotes.keep(remote, offer);
  const contents: Record<string, Uint8Array> = {};
  for (const [suffix, companion] of Object.entries(companions)) {
    const bytes = await readSmall(blobs, companion);
    if (bytes !== null) contents[suffix] = bytes;
  }
  const format = formats.get(remote.format);
  if (format === undefined) throw new TypeError(`${remote.name} is of format ${remote.format}, which is not here`);
  const { attributes, versionAttributes } = format.adopt(offer, { blob, companions: contents });
  await using bytes = await openKnownBytes(blobs, { blob, sizeBytes });
  return {
    file: {
      ...keptDigests(bytes.hex),
      project,
      filename,
      version,
      blob,
      sizeBytes,
      publishedAt: publishedAt ?? now(),
      yanked,
      attributes,
      companions,
      log: [],
      properties: {},
    },
    versionAttributes,
  };
}

/** No companion that says anything is larger. */
const COMPANION_BYTES_MAX = 16_777_216;

/** `null`: too large to be read at once. */
async function readSmall(blobs: BlobStore, { blob, sizeBytes }: Companion): Promise<Uint8Array | null> {
  if (sizeBytes > COMPANION_BYTES_MAX) return null;
  const stream = await blobs.open(blob);
  if (stream === null) throw refuse({ code: "blob-missing", digest: blob });
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Holds the parcel's blobs until the fact is written, although its source may be removed meanwhile, and makes sure that
 * they are there.
 */
export async function claim(tools: Tools, parcel: Parcel): Promise<void> {
  const digests = new Set<Digest>([
    ...parcel.files.flatMap(({ blob, companions }) => [blob, ...Object.values(companions).map((one) => one.blob)]),
    ...parcel.testResults.map(({ blob }) => blob),
    ...(parcel.documentation === null ? [] : [parcel.documentation.blob]),
  ]);
  await claimBlobs(tools, [...digests]);
  for (const digest of digests) {
    if ((await tools.blobs.stat(digest)) === null) throw refuse({ code: "blob-missing", digest });
  }
}

function sorted(files: readonly ParcelFile[]): readonly ParcelFile[] {
  return files.toSorted((a, b) => (a.filename < b.filename ? -1 : 1));
}

function quarantined(repository: RepositoryName, project: ProjectName, reason: string | null): Error {
  const because = `${project} is quarantined in ${repository}${reason === null ? "" : ` (${reason})`}, so nothing of it can be copied`;
  return refuse({ code: "project-quarantined", repository, project, because });
}
