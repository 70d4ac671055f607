import {
  type Freshness,
  factsOf,
  type Instant,
  type ListedFile,
  type Listing,
  type Offer,
  type Principal,
  type ProjectName,
  placeOf,
  RegistryError,
  type RemoteRepository,
  type Repository,
  refuse,
  type Source,
} from "#core";
import type { OpenFile } from "#formats";
import { type Changes, reachOf, type Watch } from "./changes.ts";
import { freshnessOf } from "./freshness.ts";
import type { Listings } from "./listing.ts";
import { placeOfOffer } from "./remote-place.ts";
import { isPrivate, mayFill, visibilityTo } from "./rights.ts";
import { storedFile, withBytes } from "./stored-files.ts";
import { formatOf, type Tools } from "./tools.ts";
import { openWatchedMemory } from "./watched-memory.ts";

/** Files as they are read through a repository, by someone who may read it; the small ones stay in memory. */
export interface HotFiles extends Disposable {
  /** The file, or with a suffix its companion. Refuses with `project-quarantined`. `null`: not here, or not announced. */
  open(asked: Repository, principal: Principal, wanted: WantedFile): Promise<OpenFile | null>;
}

export interface WantedFile {
  readonly project: ProjectName;
  readonly filename: string;
  /** `null`: the file itself. */
  readonly suffix: string | null;
}

const WEIGHT_PER_FILE = 1_024;

export function openHotFiles(tools: Tools, changes: Changes, listings: Listings): HotFiles {
  const { blobs, catalog, downloads, metadata, remotes, now } = tools;
  const memory = openWatchedMemory<{ readonly file: OpenFile | null }>(tools.settings.memoryBytesMax / 8);

  async function find(asked: Repository, principal: Principal, wanted: WantedFile, watch: Watch) {
    // In the same moment as the listing takes them: an offer is opened with the settings that it was read with, because
    // under a changed address it would be taken for what that one has.
    const members = catalog.order(asked);
    const listing = await listings.resolved(asked, wanted.project, principal);
    const file = listing?.files.find((listed) => factsOf(listed).filename === wanted.filename);
    if (listing === null || file === undefined) return null;
    refuseQuarantined(asked, listing, wanted);
    const member = members.find(({ name }) => name === file.member);
    if (member === undefined) return null;
    if (file.kind === "offer" && member.kind === "remote" && wanted.suffix === null) {
      await requireFill(tools, principal, member, file.offer);
    }
    const opened = await openListed(
      asked,
      member,
      file,
      wanted.suffix,
      freshnessOf(metadata, watch, listing.validUntil),
    );
    if (opened === null || opened.kind === "elsewhere" || wanted.suffix !== null) return opened;
    return { ...opened, noteServed: downloads.counterOf(member.name, pathOf(member, file)) };
  }

  async function openListed(
    asked: Repository,
    member: Source,
    file: ListedFile,
    suffix: string | null,
    freshness: Freshness,
  ): Promise<OpenFile | null> {
    const isFilePrivate = isPrivate(asked) || isPrivate(member);
    if (file.kind === "artifact") {
      const { artifact } = file;
      const part = suffix === null ? artifact : artifact.companions[suffix];
      if (part === undefined) return null;
      return inMemory(
        storedFile(blobs, part, { publishedAt: artifact.publishedAt, isPrivate: isFilePrivate, freshness }),
      );
    }
    if (member.kind !== "remote") return null;
    const opened = await reopened(() => openOffer(member, file, suffix));
    if (opened === null || opened.kind === "elsewhere") return opened;
    if (opened.kind === "fetching") return { ...opened, isPrivate: isFilePrivate };
    return { ...opened, isPrivate: isFilePrivate, freshness: both(opened.freshness, freshness) };
  }

  /** Where the file stands in the tree of the member that has it. */
  function pathOf(member: Source, file: ListedFile): string {
    return file.kind === "artifact" ? placeOf(file.artifact) : placeOfOffer(formatOf(tools, member), file.offer);
  }

  function openOffer(
    remote: RemoteRepository,
    { offer }: ListedFile & { readonly kind: "offer" },
    suffix: string | null,
  ): Promise<OpenFile | null> {
    return suffix === null ? remotes.file(remote, offer) : remotes.companion(remote, offer, suffix);
  }

  return {
    async open(asked, principal, wanted) {
      const visibility = visibilityTo(tools, principal, catalog.order(asked), wanted.project);
      const key = [asked.name, wanted.filename, wanted.suffix ?? "", wanted.project, visibility].join("\n");
      const known = memory.get(key)?.file;
      if (known?.kind === "stored" && known.freshness.isCurrent(now())) return known;
      const watch = changes.watch(reachOf(catalog, asked), wanted.project);
      const open = async () => ({ file: await find(asked, principal, wanted, watch) });
      const { file } = await memory.load(key, watch, open, ({ file }) =>
        file?.kind === "stored" ? WEIGHT_PER_FILE + (file.body.bytes?.byteLength ?? 0) : null,
      );
      return file;
    },
    [Symbol.dispose]: () => memory.clear(),
  };
}

/** Artifactory's rule: who may only read a remote has what others have had fetched. */
async function requireFill(tools: Tools, principal: Principal, remote: RemoteRepository, offer: Offer): Promise<void> {
  const { project, filename } = offer;
  const path = placeOfOffer(formatOf(tools, remote), offer);
  // Where nothing is fetched, nothing is filled.
  if (remote.useExternalUrls || mayFill(tools, principal, remote, path, project)) return;
  if ((await tools.remotes.tree.ofOffer(remote, offer)).copiedAt !== null) return;
  const because = `${filename} is not in ${remote.name} yet, and to have it fetched from the upstream needs the right to publish there`;
  throw principal.kind === "anonymous"
    ? refuse({ code: "not-signed-in", because: `${because}; sign in first` })
    : refuse({ code: "not-permitted", action: "fill-cache", because });
}

function refuseQuarantined(asked: Repository, { status, statusReason }: Listing, { project, filename }: WantedFile) {
  if (status !== "quarantined") return;
  const reason = statusReason === null ? "" : ` (${statusReason})`;
  // PEP 792: not offered means not by a direct address either.
  const because = `'${filename}' cannot be downloaded because the project '${project}' is quarantined${reason}`;
  throw refuse({ code: "project-quarantined", repository: asked.name, project, because });
}

async function inMemory(file: OpenFile | null): Promise<OpenFile | null> {
  return file?.kind === "stored" ? { ...file, body: await withBytes(file.body) } : file;
}

/** A copy whose blob turns out to be gone is forgotten by that, and fetched again. */
async function reopened(open: () => Promise<OpenFile | null>): Promise<OpenFile | null> {
  try {
    return await inMemory(await open());
  } catch (error) {
    if (error instanceof RegistryError && error.problem.code === "blob-missing") return inMemory(await open());
    throw error;
  }
}

function both(one: Freshness, other: Freshness): Freshness {
  return { isCurrent: (now: Instant) => one.isCurrent(now) && other.isCurrent(now) };
}
