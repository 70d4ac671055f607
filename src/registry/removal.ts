import {
  type Artifact,
  type Listing,
  type Offer,
  type Principal,
  type ProjectName,
  placeOf,
  type RemoteRepository,
  type Repository,
  type RepositoryName,
  refuse,
  type Version,
} from "#core";
import type { MetadataView } from "#stores";
import type { Releases } from "./registry.ts";
import { placeOfOffer } from "./remote-place.ts";
import { existing, formatOf, localIn, requireRight, type Tools, write } from "./tools.ts";
import { trashOrRemove } from "./trash.ts";

type Removal = Pick<Releases, "removeProject" | "removeVersion" | "removeFile">;

/**
 * Taking published things away. In a local repository the name stays held; of a remote only copies are dropped, and they
 * come back when somebody asks for them; a virtual one has nothing of its own.
 */
export function openRemoval(tools: Tools): Removal {
  return {
    async removeProject(principal, name, project, force) {
      const repository = await removable(tools, principal, name, project);
      const missing = () => refuse({ code: "project-not-found", repository: name, project });
      if (repository.kind === "virtual") throw missing();
      if (repository.kind === "remote") {
        const offers = offersOf(await known(tools, repository, project));
        if (offers.length === 0) throw missing();
        await drop(tools, principal, repository, project, offers, force);
        return;
      }
      await write(tools, principal, async (tx) => {
        const artifacts = await tx.artifacts(name, project);
        const versions = await tx.versions(name, project);
        // What is held without anything in it is gone already for who removes; the name is released otherwise.
        if (artifacts.length === 0 && versions.length === 0) throw missing();
        refuseImmutable(
          await removableIn(tools, tx, principal, { name, project, artifacts }),
          `project ${project}`,
          force,
        );
        for (const artifact of artifacts) await trashOrRemove(tx, tools, artifact);
        for (const { version } of versions) tx.append({ type: "version.removed", repository: name, project, version });
      });
    },
    async removeVersion(principal, name, project, version, force) {
      const repository = await removable(tools, principal, name, project);
      const missing = () => refuse({ code: "version-not-found", repository: name, project, version });
      if (repository.kind === "virtual") throw missing();
      if (repository.kind === "remote") {
        const all = offersOf(await known(tools, repository, project));
        const offers = all.filter((offer) => offer.version === version);
        if (offers.length === 0) throw missing();
        await drop(tools, principal, repository, project, offers, force);
        return;
      }
      await write(tools, principal, async (tx) => {
        const all = await tx.artifacts(name, project);
        const artifacts = all.filter((artifact) => artifact.version === version);
        const record = await tx.version(name, project, version);
        if (artifacts.length === 0 && record === null) throw missing();
        refuseImmutable(
          await removableIn(tools, tx, principal, { name, project, artifacts }),
          `version ${version} of ${project}`,
          force,
        );
        for (const artifact of artifacts) await trashOrRemove(tx, tools, artifact);
        if (record !== null) tx.append({ type: "version.removed", repository: name, project, version });
      });
    },
    async removeFile(principal, ref, force) {
      const { repository: name, project, filename } = ref;
      const repository = await removable(tools, principal, name, project);
      if (repository.kind === "virtual") throw refuse({ code: "file-not-found", repository: name, filename });
      if (repository.kind === "remote") {
        const offer = offersOf(await known(tools, repository, project)).find((one) => one.filename === filename);
        if (offer === undefined) throw refuse({ code: "file-not-found", repository: name, filename });
        requireRemovalOf(tools, principal, repository, [offer]);
        refuseImmutable(repository, `file ${filename}`, force);
        await tools.remotes.dropFile(repository, offer);
        return;
      }
      await write(tools, principal, async (tx) => {
        const artifact = await tx.artifact(name, filename);
        if (artifact === null || artifact.project !== project) throw await absence(tx, name, filename);
        refuseImmutable(
          await removableIn(tools, tx, principal, { name, project, artifacts: [artifact] }),
          `file ${filename}`,
          force,
        );
        await trashOrRemove(tx, tools, artifact);
        const { version } = artifact;
        if (version === null || (await tx.version(name, project, version)) === null) return;
        // devpi: the last file of a version takes its record along; its documentation is a file, too.
        if (await isEmpty(tx, { repository: name, project, version })) {
          tx.append({ type: "version.removed", repository: name, project, version });
        }
      });
    },
  };
}

/** Whether a version has neither files nor documentation. */
export async function isEmpty(
  view: MetadataView,
  { repository, project, version }: Pick<Version, "repository" | "project" | "version">,
): Promise<boolean> {
  const all = [...(await view.artifacts(repository, project)), ...(await view.attachments(repository, project))];
  return all.every((one) => one.version !== version);
}

async function removable(
  tools: Tools,
  principal: Principal,
  name: RepositoryName,
  project: ProjectName,
): Promise<Repository> {
  const repository = await existing(tools, name);
  requireRight(tools, principal, "remove", repository, project);
  return repository;
}

/** The repository as it is in the transaction: it may have become immutable, or somebody else's, since it was looked up. */
async function removableIn(
  tools: Tools,
  tx: MetadataView,
  principal: Principal,
  { name, project, artifacts }: Removed,
): Promise<Repository> {
  const repository = await localIn(tx, name);
  requireRight(tools, principal, "remove", repository, project);
  // Of what has no files, what is written about it stands in the project's folder.
  const paths = artifacts.length === 0 ? [project] : artifacts.map(placeOf);
  for (const path of paths) requireRight(tools, principal, "remove", repository, project, path);
  return repository;
}

/** What goes; none of it does unless all of it may. */
interface Removed {
  readonly name: RepositoryName;
  readonly project: ProjectName;
  readonly artifacts: readonly Artifact[];
}

function refuseImmutable({ name, mutability }: Repository, what: string, force: boolean): void {
  if (mutability === "volatile" || force) return;
  const because = `cannot remove ${what} from ${name}, which is immutable; make it volatile, or remove by force`;
  throw refuse({ code: "repository-immutable", repository: name, because });
}

async function absence(tx: MetadataView, repository: RepositoryName, filename: string): Promise<Error> {
  const isGone = (await tx.artifact(repository, filename)) === null && (await tx.wasRemoved(repository, filename));
  return refuse({ code: isGone ? "file-gone" : "file-not-found", repository, filename });
}

/** What the remote shows of the project; asks the upstream only when nothing is remembered. */
async function known({ remotes }: Tools, remote: RemoteRepository, project: ProjectName): Promise<Listing | null> {
  const remembered = remotes.remembered(remote, project);
  return remembered === undefined ? remotes.listing(remote, project) : remembered;
}

function offersOf(listing: Listing | null): readonly Offer[] {
  return (listing?.files ?? []).flatMap((file) => (file.kind === "offer" ? [file.offer] : []));
}

function requireRemovalOf(
  tools: Tools,
  principal: Principal,
  remote: RemoteRepository,
  offers: readonly Offer[],
): void {
  const format = formatOf(tools, remote);
  for (const offer of offers) {
    requireRight(tools, principal, "remove", remote, offer.project, placeOfOffer(format, offer));
  }
}

async function drop(
  tools: Tools,
  principal: Principal,
  remote: RemoteRepository,
  project: ProjectName,
  offers: readonly Offer[],
  force: boolean,
): Promise<void> {
  requireRemovalOf(tools, principal, remote, offers);
  refuseImmutable(remote, `the copies of ${project}`, force);
  for (const offer of offers) await tools.remotes.dropFile(remote, offer);
  await tools.remotes.refresh(remote, project);
}
