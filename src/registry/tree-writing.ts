import {
  type Artifact,
  accountOf,
  actorOf,
  type Digest,
  isInCharge,
  type LocalRepository,
  NO_PROJECT,
  type Principal,
  placeOf,
  refuse,
  sha256Digest,
} from "#core";
import type { Candidate, Received } from "#formats";
import { claimBlobs } from "./claims.ts";
import { openKnownBytes } from "./known-bytes.ts";
import { keptDigests, ownProperties, refuseBelowFile, refuseOccupied, requirePath } from "./places.ts";
import { type KeptBlob, refuseExpired, requireBlobs } from "./receive.ts";
import { mayRead } from "./rights.ts";
import { existing, formatOf, localIn, plainFileSizeBytesMax, refuseBlackedOut, requireRight, write } from "./tools.ts";
import type { FolderNode, Place, PutOptions, Tree } from "./tree.ts";
import {
  type Arrival,
  plainFacts,
  refuseFixed,
  refuseUntaken,
  type Settled,
  settle,
  uploadedBy,
} from "./tree-arrivals.ts";
import { fileNodeOf, folderNodeOf } from "./tree-nodes.ts";
import { checkChange } from "./tree-properties.ts";
import type { TreeTools } from "./tree-tools.ts";

export interface TreeWriting extends Pick<Tree, "receive" | "put" | "putKnown" | "makeFolder"> {
  /** Where what is put at the place ends up, for who may put something there. */
  targetOf(principal: Principal, place: Place, kind?: "file" | "folder"): Promise<LocalRepository>;
  /** Puts bytes, however they are kept. */
  putBytes(principal: Principal, place: Place, bytes: PutBytes, options: PutOptions): Promise<Settled>;
}

export interface PutBytes {
  readonly received: Received;
  /** Makes them durable, and holds them until their fact is written. */
  keep(): Promise<KeptBlob>;
}

/** So many places that have the same bytes are looked at, of which most may be closed to who asks. */
const HOLDERS_MAX = 100;

export function openTreeWriting(tools: TreeTools): TreeWriting {
  const { blobs, metadata, publishing } = tools;
  const { drafts } = publishing;

  async function targetOf(
    principal: Principal,
    { repository, path }: Place,
    kind: "file" | "folder" = "file",
  ): Promise<LocalRepository> {
    requirePath(path);
    const target = await publishing.requireTarget(principal, repository, null);
    requireRight(tools, principal, "publish", target, null, path);
    const asked = await existing(tools, repository);
    // Patterns are about files; of a folder nobody can say what will be in it.
    for (const one of [asked, target]) kind === "file" ? refuseUntaken(one, path) : refuseBlackedOut(one);
    return target;
  }

  async function putBytes(
    principal: Principal,
    place: Place,
    { received, keep }: PutBytes,
    { properties, expected = {}, publishedAt }: PutOptions,
  ): Promise<Settled> {
    const target = await targetOf(principal, place);
    const { path } = place;
    if (path === "") throw refuse({ code: "request-invalid", because: "a file needs a name; give the path of one" });
    checkExpected(path, received, expected);
    checkChange(properties ?? {});
    const candidate = await formatOf(tools, target).examine(path, received, properties ?? {}, target.validation);
    requireRight(tools, principal, "publish", target, candidate?.project ?? NO_PROJECT, path);
    const same = await sameThere(target, path, received.digest, candidate);
    if (same !== null && properties === undefined) return { artifact: same, created: false };
    const kept = await keep();
    const companions: Record<string, KeptBlob> = {};
    for (const [suffix, bytes] of Object.entries(candidate?.companions ?? {})) {
      companions[suffix] = await drafts.keepBytes(bytes);
    }
    const all = [kept, ...Object.values(companions)];
    await requireBlobs(blobs, all);
    return write(tools, principal, async (tx) => {
      refuseExpired(all, tools.now());
      const current = await localIn(tx, target.name);
      const arrival = arrivalOf({
        principal,
        target: current,
        path,
        received,
        candidate,
        kept,
        companions,
        properties,
        publishedAt: principal.kind === "system" ? publishedAt : undefined,
      });
      return settle(tools, tx, principal, current, arrival);
    });
  }

  /**
   * What can be said before the disk is asked to make anything durable. The file itself, and its blobs too: a copy that
   * was lost is healed by the same file coming again.
   */
  async function sameThere(
    target: LocalRepository,
    path: string,
    blob: Digest,
    candidate: Candidate | null,
  ): Promise<Artifact | null> {
    const there = await metadata.read((view) => view.artifactAt(target.name, path));
    if (there === null) return null;
    if (there.blob !== blob || there.project !== (candidate?.project ?? NO_PROJECT)) {
      refuseFixed(target, there);
      return null;
    }
    const held = [there, ...Object.values(there.companions)].map((one) => blobs.stat(one.blob));
    return (await Promise.all(held)).includes(null) ? null : there;
  }

  /**
   * Files with these bytes that the principal may read: who knows no more than a digest must not come by the bytes. Copies
   * of remotes' files, and what rests in the trash, are in no table that could say who may; in charge one may read all.
   */
  async function holdersOf(principal: Principal, digest: KnownDigest): Promise<readonly Holder[]> {
    const holders = await metadata.read((view) => view.artifactsWith(digest, HOLDERS_MAX));
    const readable = holders.filter((holder) => {
      const repository = tools.catalog.find(holder.repository);
      return repository !== null && mayRead(tools, principal, repository, holder.project, placeOf(holder));
    });
    const blob = digest.algorithm === "sha256" && isInCharge(principal) ? sha256Digest(digest.hex) : null;
    return blob === null ? readable : [...readable, { blob }];
  }

  function arrivalOf(putting: Putting): Arrival {
    const { principal, target, path, received, candidate, kept, companions, properties } = putting;
    const at = putting.publishedAt ?? tools.now();
    const log = uploadedBy(accountOf(principal), at, target.name);
    const { blob, sizeBytes } = kept;
    const bytes = { blob, sizeBytes, publishedAt: at, ...keptDigests(received.hex) };
    const common = { path, log, promotedFrom: null, replacesProperties: properties !== undefined };
    if (candidate === null) {
      return { ...common, facts: plainFacts(path, bytes), packaged: null, properties: properties ?? {} };
    }
    const { project, displayName, version, filename, attributes, versionAttributes } = candidate;
    const own = ownProperties(formatOf(tools, target), candidate);
    return {
      ...common,
      facts: {
        ...bytes,
        project,
        filename,
        version,
        yanked: null,
        attributes,
        companions: Object.fromEntries(
          Object.entries(companions).map(([suffix, one]) => [suffix, { blob: one.blob, sizeBytes: one.sizeBytes }]),
        ),
      },
      packaged: { displayName, versionAttributes },
      properties: { ...properties, ...own },
    };
  }

  return {
    targetOf,
    putBytes,

    async receive(principal, place, bytes) {
      const target = await targetOf(principal, place);
      const { knowsProjects } = formatOf(tools, target);
      // What installers of packages compare besides is slow to compute, and asked of nothing else.
      if (knowsProjects) return drafts.receive(bytes);
      return drafts.receive(bytes, ["md5", "sha1"], plainFileSizeBytesMax(tools.settings));
    },

    async put(principal, place, received, options = {}) {
      const bytes = { received, keep: () => drafts.keep(received) };
      const { artifact, created } = await putBytes(principal, place, bytes, options);
      return { node: fileNodeOf(artifact), created };
    },

    async putKnown(principal, place, { algorithm, hex }, options = {}) {
      // The right first: whether some repository has these bytes is nobody's business but those who may put them here.
      await targetOf(principal, place);
      for (const holder of await holdersOf(principal, { algorithm, hex: hex.toLowerCase() })) {
        const claimedUntil = await claimBlobs(tools, holder.blob);
        const info = await blobs.stat(holder.blob);
        if (info === null) continue;
        const { sizeBytes } = info;
        const { blob } = holder;
        await using received = await openKnownBytes(blobs, { ...holder, sizeBytes });
        const bytes = { received, keep: async () => ({ blob, sizeBytes, claimedUntil }) };
        const { artifact, created } = await putBytes(principal, place, bytes, options);
        return { node: fileNodeOf(artifact), created };
      }
      return null;
    },

    async makeFolder(principal, place) {
      const { name } = await targetOf(principal, place, "folder");
      const { path } = place;
      return write(tools, principal, async (tx): Promise<FolderNode> => {
        const target = await localIn(tx, name);
        requireRight(tools, principal, "publish", target, null, path);
        const there = await tx.folder(name, path);
        if (there !== null) return folderNodeOf(there);
        if ((await tx.artifactAt(name, path)) !== null) await refuseOccupied(tx, name, path);
        await refuseBelowFile(tx, name, path);
        const folder = { repository: name, path, createdAt: tools.now(), createdBy: actorOf(principal).name };
        tx.append({ type: "folder.made", folder });
        return folderNodeOf(folder);
      });
    },
  };
}

type KnownDigest = Parameters<Tree["putKnown"]>[2];
type Holder = Pick<Artifact, "blob" | "digests">;

interface Putting {
  readonly principal: Principal;
  readonly target: LocalRepository;
  readonly path: string;
  readonly received: Received;
  readonly candidate: Candidate | null;
  readonly kept: KeptBlob;
  readonly companions: Readonly<Record<string, KeptBlob>>;
  readonly properties: PutOptions["properties"];
  readonly publishedAt: PutOptions["publishedAt"];
}

function checkExpected(path: string, { hex }: Received, expected: Readonly<Record<string, string>>): void {
  for (const [algorithm, wanted] of Object.entries(expected)) {
    const actual = hex[algorithm];
    if (actual === undefined) {
      const because = `cannot compare the ${algorithm} of ${path}: only ${Object.keys(hex).join(", ")} are computed; send one of these`;
      throw refuse({ code: "request-invalid", because });
    }
    if (actual !== wanted.toLowerCase()) {
      throw refuse({
        code: "digest-mismatch",
        filename: path,
        expected: `${algorithm}=${wanted}`,
        actual: `${algorithm}=${actual}`,
      });
    }
  }
}
