import {
  type LocalRepository,
  type Principal,
  type Project,
  type ProjectName,
  placeOf,
  type RepositoryName,
  refuse,
} from "#core";
import type { MetadataView, Transaction } from "#stores";
import { openPush } from "./push.ts";
import { registerProject, saveRecord } from "./records.ts";
import type { Releases } from "./registry.ts";
import { openRemoval } from "./removal.ts";
import { requireRight, type Tools, write } from "./tools.ts";

const REASON_LENGTH_MAX = 1000;

/** Opens what is done to published things. */
export function openReleases(tools: Tools): Releases {
  const { metadata } = tools;
  return {
    ...openRemoval(tools),
    push: openPush(tools),
    versions: (repository, project) => metadata.read((view) => view.versions(repository, project)),
    version: (repository, project, version) => metadata.read((view) => view.version(repository, project, version)),
    async yank(principal, repository, project, version, reason) {
      checkReason(reason);
      return change(tools, { principal, action: "yank", repository, project }, async (tx, local) => {
        const all = await tx.artifacts(repository, project);
        const artifacts = all.filter((artifact) => artifact.version === version);
        if (artifacts.length === 0) throw refuse({ code: "version-not-found", repository, project, version });
        for (const artifact of artifacts) requireRight(tools, principal, "yank", local, project, placeOf(artifact));
        const refs = artifacts.map(({ filename }) => ({ repository, project, filename }));
        // PEP 592: a version is yanked by yanking all its files.
        for (const [index, ref] of refs.entries()) {
          if (artifacts[index]?.yanked !== reason) tx.append({ type: "artifact.yanked", ref, reason });
        }
        return refs;
      });
    },
    async setStatus(principal, repository, project, status, reason) {
      checkReason(reason);
      await change(tools, { principal, action: "yank", repository, project }, async (tx, local) => {
        const known = await existingProject(tx, repository, project);
        requireRight(tools, principal, "yank", local, project, known.displayName);
        if (known.status === status && known.statusReason === reason) return;
        tx.append({ type: "project.status", repository, project, status, reason });
      });
    },
    async releaseName(principal, repository, project) {
      await change(tools, { principal, action: "administer", repository, project }, async (tx) => {
        const { isHeld } = await existingProject(tx, repository, project);
        if (isHeld) tx.append({ type: "project.released", repository, project });
      });
    },
    async saveVersion(principal, version, displayName) {
      const { repository, project } = version;
      await change(tools, { principal, action: "publish", repository, project }, async (tx, local) => {
        requireRight(tools, principal, "publish", local, project, displayName);
        await registerProject(tx, repository, project, displayName);
        await saveRecord(tx, version);
      });
    },
  };
}

interface Change {
  readonly principal: Principal;
  readonly action: "yank" | "publish" | "administer";
  readonly repository: RepositoryName;
  readonly project: ProjectName;
}

/** Writes to a local repository what the principal may; refuses where nothing is held that it could be done to. */
function change<Result>(
  tools: Tools,
  { principal, action, repository: name, project }: Change,
  work: (tx: Transaction, repository: LocalRepository) => Promise<Result>,
): Promise<Result> {
  return write(tools, principal, async (tx) => {
    const repository = await tx.repository(name);
    if (repository === null) throw refuse({ code: "repository-not-found", repository: name });
    if (repository.kind === "local") {
      requireRight(tools, principal, action, repository, project);
      return work(tx, repository);
    }
    // No right would help. Who may not even look is not told what it is.
    requireRight(tools, principal, "read", repository, project);
    const because =
      repository.kind === "remote"
        ? `${name} is a remote and shows ${project} as its upstream has it; that can be changed in local repositories only`
        : `${name} is virtual and holds nothing itself; change ${project} in the member that holds it`;
    throw refuse({ code: "not-publishable", repository: name, because });
  });
}

async function existingProject(tx: MetadataView, repository: RepositoryName, project: ProjectName): Promise<Project> {
  const known = await tx.project(repository, project);
  if (known === null) throw refuse({ code: "project-not-found", repository, project });
  return known;
}

function checkReason(reason: string | null): void {
  if (reason === null || reason.length <= REASON_LENGTH_MAX) return;
  throw refuse({ code: "request-invalid", because: `a reason has at most ${REASON_LENGTH_MAX} characters` });
}
