import { createHash } from "node:crypto";
import {
  type Digest,
  hexOf,
  type Instant,
  type Json,
  type Principal,
  type ProjectName,
  type RemoteRepository,
  type RepositoryName,
  refuse,
  type User,
} from "#core";
import type { UpstreamPage } from "#formats";
import type { BlobStore, Transaction } from "#stores";
import { joinGroups } from "./memberships.ts";
import type { ArrivingCopy, Moving } from "./moving.ts";
import { saveArriving } from "./moving-versions.ts";
import { refuseTakenUserName } from "./name-clashes.ts";
import { openDrafts } from "./receive.ts";
import { registerProject } from "./records.ts";
import { writePageCopy } from "./remote-copies.ts";
import { addressPrefix, fileKey, projectKey, SPACES } from "./remote-keys.ts";
import { existing, localIn, type Tools, write } from "./tools.ts";

/** In the shared state; see {@link Moving.note}. */
const NOTES = "moving";
/** As long as copies of pages that nobody asks for are kept. */
const PAGE_FOR_MILLISECONDS = 180 * 86_400_000;

/** Opens what moving in and out needs besides the other rooms' ordinary operations. */
export function openMoving(tools: Tools): Moving {
  const { state, blobs } = tools;
  const drafts = openDrafts(tools);
  return {
    async saveUser(principal, user) {
      requireInstallation(principal);
      await write(tools, principal, (tx) => saveUser(tx, user));
    },
    // What old clients may want to be compared besides is slow to compute, and no export tells it.
    receive: (bytes) => drafts.receive(bytes, ["md5", "sha1"]),
    async saveProject(principal, name, project, displayName) {
      requireInstallation(principal);
      await write(tools, principal, async (tx) => {
        await localIn(tx, name);
        await registerProject(tx, name, project, displayName);
      });
    },
    async saveVersions(principal, name, given) {
      requireInstallation(principal);
      return saveArriving(tools, drafts, principal, name, given);
    },
    async copyOf(name, offer) {
      const remote = await remoteOf(tools, name);
      const { value = null } = (await state.get(SPACES.files, fileKey(addressPrefix(remote), offer))) ?? {};
      const blob = typeof value === "object" && value !== null && "blob" in value ? value["blob"] : null;
      return typeof blob === "string" && (await blobs.stat(blob as Digest)) !== null ? (blob as Digest) : null;
    },
    async saveCopy(principal, name, copy) {
      requireInstallation(principal);
      const remote = await remoteOf(tools, name);
      const kept = await drafts.keep(copy.received);
      await noteCopy(tools, remote, copy, kept);
    },
    async savePage(principal, name, project, page) {
      requireInstallation(principal);
      await savePage(tools, await remoteOf(tools, name), project, page);
    },
    open: (blob) => blobs.open(blob),
    examine: (blob) => examine(blobs, blob),
    note: async (key) => (await state.get(NOTES, key))?.value ?? null,
    keepNote: (key, value: Json) => state.put(NOTES, key, { value }),
  };
}

function requireInstallation(principal: Principal): void {
  if (principal.kind === "system") return;
  const because = "only an offline command of the installation itself may bring in what happened elsewhere";
  throw refuse({ code: "not-permitted", action: "administer", because });
}

async function saveUser(tx: Transaction, user: User): Promise<void> {
  const known = await tx.user(user.name);
  if (known === null) await refuseTakenUserName(tx, user.name);
  // Sessions belong to an account by the moment of its creation, so that of one that is here already stays.
  const wanted = known === null ? user : { ...known, ...user, createdAt: known.createdAt };
  if (JSON.stringify(wanted) !== JSON.stringify(known)) tx.append({ type: "user.saved", user: wanted });
  if (known === null) await joinGroups(tx, user.name);
}

async function remoteOf(tools: Tools, name: RepositoryName): Promise<RemoteRepository> {
  const repository = await existing(tools, name);
  if (repository.kind === "remote") return repository;
  const because = `${name} is ${repository.kind}, and only a remote keeps copies of an upstream's files`;
  throw refuse({ code: "not-publishable", repository: name, because });
}

async function noteCopy(
  { state }: Tools,
  remote: RemoteRepository,
  { offer, received, lastModified }: ArrivingCopy,
  { blob, sizeBytes }: { readonly blob: Digest; readonly sizeBytes: number },
): Promise<void> {
  const key = fileKey(addressPrefix(remote), offer);
  if ((await state.get(SPACES.files, key)) !== null) return;
  const value = { blob, sizeBytes, hex: received.hex, lastModified, url: offer.url };
  await state.put(SPACES.files, key, { value, blobs: [blob] });
}

/** Outdated from the first: the upstream is asked first, and the copy is shown while it cannot answer. */
async function savePage(
  { state, now, formats }: Tools,
  remote: RemoteRepository,
  project: ProjectName,
  page: UpstreamPage,
): Promise<void> {
  const key = projectKey(addressPrefix(remote), project);
  if ((await state.get(SPACES.pages, key)) !== null) return;
  const displayName = formats.get(remote.format)?.reader.readProject(page, project).displayName ?? project;
  const copy = { page, etag: null, lastModified: null, upstreamSerial: null, checkedAt: 1 as Instant };
  await state.put(SPACES.pages, key, {
    value: await writePageCopy({ ...copy, isOutdated: true }),
    expiresAt: (now() + PAGE_FOR_MILLISECONDS) as Instant,
  });
  await state.put(SPACES.projects, key, { value: { project, displayName } });
}

async function examine(blobs: BlobStore, blob: Digest): Promise<"sound" | "missing" | "damaged"> {
  const stream = await blobs.open(blob);
  if (stream === null) return "missing";
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Uint8Array);
  return hash.digest("hex") === hexOf(blob) ? "sound" : "damaged";
}
