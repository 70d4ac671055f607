import assert from "node:assert/strict";
import {
  type Action,
  type Artifact,
  accountOf,
  type Companion,
  type Digest,
  type Instant,
  type JsonObject,
  type LocalRepository,
  type Principal,
  type ProjectName,
  placeOf,
  type Repository,
  type RepositoryName,
  refuse,
} from "#core";
import type { Candidate, Received } from "#formats";
import type { MetadataView, Transaction } from "#stores";
import { keptDigests, ownProperties, placeFor, setProperties } from "./places.ts";
import { refuseBeyondQuota } from "./quotas.ts";
import { type Drafts, type KeptBlob, openDrafts, refuseExpired, requireBlobs } from "./receive.ts";
import { overwriteOf, refuseClosed, registerProject, saveRecord } from "./records.ts";
import { refuseOtherSpelling } from "./spellings.ts";
import { existing, formatOf, localIn, refuseBlackedOut, requireRight, type Tools, write } from "./tools.ts";
import { refuseUntaken } from "./tree-arrivals.ts";

/** What becomes of uploads: bytes first, then the fact. */
export interface Publishing {
  /** Where a file that is published here ends up; `null`: nowhere. */
  targetOf(asked: Repository): LocalRepository | null;
  /** What an action on the repository is done to: what changes a virtual one changes the member it publishes to. */
  subjectOf(action: Action, asked: Repository): Repository;
  /** The place that the principal may publish to; without a project: may they publish anything there at all. */
  requireTarget(principal: Principal, asked: RepositoryName, project: ProjectName | null): Promise<LocalRepository>;
  /** Where the bytes of uploads are, before and after they are durable. */
  readonly drafts: Drafts;
  receive(principal: Principal, asked: RepositoryName, bytes: AsyncIterable<Uint8Array>): Promise<Received>;
  publish(principal: Principal, asked: RepositoryName, candidate: Candidate): Promise<Published>;
  register(principal: Principal, asked: RepositoryName, wish: Registration): Promise<void>;
  /** How many files have been published since the start. */
  uploads(): number;
}

export interface Published {
  readonly artifact: Artifact;
  /** `false`: the same file was there already. */
  readonly created: boolean;
}

export interface Registration {
  readonly project: ProjectName;
  readonly displayName: string;
  readonly version: { readonly version: string; readonly attributes: JsonObject } | null;
}

const CHANGES: ReadonlySet<Action> = new Set(["annotate", "overwrite", "publish", "remove", "yank"]);

/** The blobs of a candidate, durable and claimed. */
interface Kept {
  readonly file: KeptBlob;
  readonly companions: Readonly<Record<string, KeptBlob>>;
}

export function openPublishing(tools: Tools): Publishing {
  const { blobs, catalog, metadata, now } = tools;
  const drafts = openDrafts(tools);
  let uploads = 0;

  function targetOf(asked: Repository): LocalRepository | null {
    const target = asked.kind === "virtual" && asked.publishTo !== null ? catalog.find(asked.publishTo) : asked;
    return target?.kind === "local" ? target : null;
  }

  async function requireTarget(
    principal: Principal,
    name: RepositoryName,
    project: ProjectName | null,
  ): Promise<LocalRepository> {
    const asked = await existing(tools, name);
    const target = targetOf(asked);
    if (target === null) {
      // Who may not even look is not told what it is.
      requireRight(tools, principal, "read", asked);
      throw refuse({ code: "not-publishable", repository: name, because: whyNotPublishable(asked) });
    }
    requireRight(tools, principal, "publish", target, project);
    for (const one of [asked, target]) refuseBlackedOut(one);
    return target;
  }

  /** What can be said before the disk is asked to make anything durable; said once more inside the transaction. */
  async function lookBefore(
    principal: Principal,
    asked: Repository,
    target: LocalRepository,
    candidate: Candidate,
  ): Promise<Published | null> {
    const { known, fate } = await metadata.read((view) =>
      decideFate(tools, view, target, candidate, candidate.received.digest),
    );
    if (fate === "replaces") requireOverwrite(tools, principal, target, known.artifact);
    const there = fate === "same" ? known.artifact : null;
    if (there === null) {
      const path = known.artifact === null ? formatOf(tools, target).placeOf(candidate) : placeOf(known.artifact);
      requireRight(tools, principal, "publish", target, candidate.project, path);
      for (const one of [asked, target]) refuseUntaken(one, path);
      return null;
    }
    // A copy that was lost is healed by the same file coming again.
    const blobsThere = await Promise.all([there.blob, ...companionBlobs(there)].map((blob) => blobs.stat(blob)));
    return blobsThere.includes(null) ? null : { artifact: there, created: false };
  }

  async function keep({ received, companions }: Candidate): Promise<Kept> {
    const named = Object.entries(companions);
    const [file, ...others] = await drafts.keepAll([received, ...named.map(([, bytes]) => bytes)]);
    assert(file !== undefined);
    return { file, companions: Object.fromEntries(others.map((kept, index) => [named[index]?.[0], kept])) };
  }

  return {
    targetOf,
    requireTarget,
    drafts,

    subjectOf: (action, asked) => (CHANGES.has(action) ? (targetOf(asked) ?? asked) : asked),

    async receive(principal, asked, bytes) {
      await requireTarget(principal, asked, null);
      return drafts.receive(bytes);
    },

    async publish(principal, asked, candidate) {
      const target = await requireTarget(principal, asked, candidate.project);
      const before = await lookBefore(principal, await existing(tools, asked), target, candidate);
      if (before !== null) return before;
      const kept = await keep(candidate);
      const all = [kept.file, ...Object.values(kept.companions)];
      await requireBlobs(blobs, all);
      const published = await write(tools, principal, async (tx) => {
        refuseExpired(all, now());
        return record(tools, tx, { principal, target: target.name, candidate, kept, at: now() });
      });
      if (published.created) uploads += 1;
      return published;
    },

    async register(principal, asked, { project, displayName, version }) {
      const target = await requireTarget(principal, asked, project);
      await write(tools, principal, async (tx) => {
        const repository = await localIn(tx, target.name);
        requireRight(tools, principal, "publish", repository, project, displayName);
        await registerProject(tx, target.name, project, displayName);
        if (version !== null) await saveRecord(tx, { repository: target.name, project, ...version });
      });
    },

    uploads: () => uploads,
  };
}

interface Recording {
  readonly principal: Principal;
  readonly target: RepositoryName;
  readonly candidate: Candidate;
  readonly kept: Kept;
  readonly at: Instant;
}

/** The fact. Rights and settings are looked at once more: they may have changed while the bytes came. */
async function record(
  tools: Tools,
  tx: Transaction,
  { principal, target, candidate, kept, at }: Recording,
): Promise<Published> {
  const { project, displayName, version, filename } = candidate;
  const repository = await localIn(tx, target);
  requireRight(tools, principal, "publish", repository, project);
  const { known, fate } = await decideFate(tools, tx, repository, candidate, kept.file.blob);
  if (fate === "same" && known.artifact !== null) return { artifact: known.artifact, created: false };
  if (fate === "replaces") requireOverwrite(tools, principal, repository, known.artifact);
  const format = formatOf(tools, repository);
  const path = await placeFor(tx, format, target, candidate, known.artifact);
  requireRight(tools, principal, "publish", repository, project, path);
  refuseUntaken(repository, path);
  const artifact: Artifact = {
    repository: target,
    project,
    filename,
    path,
    ...keptDigests(candidate.received.hex),
    version,
    blob: kept.file.blob,
    sizeBytes: kept.file.sizeBytes,
    publishedAt: at,
    yanked: null,
    attributes: candidate.attributes,
    companions: Object.fromEntries(
      Object.entries(kept.companions).map(([suffix, blob]) => [suffix, companionOf(blob)]),
    ),
    log: [
      ...(known.artifact === null ? [] : [overwriteOf(known.artifact, at)]),
      { what: "upload", who: accountOf(principal), at, from: null, to: target },
    ],
  };
  await registerProject(tx, target, project, displayName);
  await saveRecord(tx, { repository: target, project, version, attributes: candidate.versionAttributes });
  tx.append({ type: fate === "replaces" ? "artifact.replaced" : "artifact.published", artifact, promotedFrom: null });
  await setProperties(tx, target, path, ownProperties(format, candidate));
  return { artifact, created: true };
}

/** What is there that has a say in whether a file may come. */
async function look(view: MetadataView, { name }: LocalRepository, { project, filename }: Candidate) {
  const [known, artifact] = await Promise.all([view.project(name, project), view.artifact(name, filename)]);
  return { project: known, artifact };
}

type Fate = "new" | "same" | "replaces";

/** Is the file new, the same as before, or does it take another one's place? Refuses what may not come at all. */
async function decideFate(
  tools: Tools,
  view: MetadataView,
  target: LocalRepository,
  candidate: Candidate,
  blob: Digest,
): Promise<{ readonly known: Awaited<ReturnType<typeof look>>; readonly fate: Fate }> {
  const { project, filename, received } = candidate;
  const { name, mutability } = target;
  const known = await look(view, target, candidate);
  const there = known.artifact;
  if (there !== null && there.blob === blob && there.project === project) return { known, fate: "same" };
  refuseClosed(known.project, name, project);
  if (there === null) {
    await refuseOtherSpelling(view, formatOf(tools, target), target, candidate);
    await refuseBeyondQuota(view, target, filename, received.sizeBytes);
    return { known, fate: "new" };
  }
  if (mutability === "immutable" || there.project !== project) {
    throw refuse({ code: "file-exists", repository: name, filename });
  }
  await refuseBeyondQuota(view, target, filename, received.sizeBytes, there.sizeBytes);
  return { known, fate: "replaces" };
}

function requireOverwrite(
  tools: Tools,
  principal: Principal,
  repository: LocalRepository,
  there: Artifact | null,
): void {
  if (there !== null) requireRight(tools, principal, "overwrite", repository, there.project, placeOf(there));
}

function whyNotPublishable(asked: Repository): string {
  return asked.kind === "virtual"
    ? `${asked.name} shows other repositories and names none that takes uploads; publish to one of its members, or set where it publishes to`
    : `${asked.name} reads through to another server and takes no uploads; publish to a local repository`;
}

function companionOf({ blob, sizeBytes }: KeptBlob): Companion {
  return { blob, sizeBytes };
}

function companionBlobs({ companions }: Artifact): readonly Digest[] {
  return Object.values(companions).map(({ blob }) => blob);
}
