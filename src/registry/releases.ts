import {
  type LocalRepository,
  type Principal,
  type Project,
  type ProjectName,
  type RepositoryName,
  refuse,
} from "#core";
import type { MetadataView } from "#stores";
import { openPush } from "./push.ts";
import { registerProject, saveRecord } from "./records.ts";
import type { Releases } from "./registry.ts";
import { openRemoval } from "./removal.ts";
import { existing, requireRight, type Tools, write } from "./tools.ts";

const REASON_LENGTH_MAX = 1000;

/** Opens what is done to published things. */
export function openReleases(tools: Tools): Releases {
  const { metadata } = tools;
  return {
    ...openRemoval(tools),
    push: openPush(tools),
    versions: (repository, project) => metadata.read((view) => view.versions(repository, project)),
    async yank(principal, name, project, version, reason) {
      const { name: repository } = await local(tools, principal, "yank", name, project);
      checkReason(reason);
      return write(tools, principal, async (tx) => {
        const all = await tx.artifacts(repository, project);
        const artifacts = all.filter((artifact) => artifact.version === version);
        if (artifacts.length === 0) throw refuse({ code: "version-not-found", repository, project, version });
        const refs = artifacts.map(({ filename }) => ({ repository, project, filename }));
        // PEP 592: a version is yanked by yanking all its files.
        for (const [index, ref] of refs.entries()) {
          if (artifacts[index]?.yanked !== reason) tx.append({ type: "artifact.yanked", ref, reason });
        }
        return refs;
      });
    },
    async setStatus(principal, name, project, status, reason) {
      const { name: repository } = await local(tools, principal, "yank", name, project);
      checkReason(reason);
      await write(tools, principal, async (tx) => {
        const known = await existingProject(tx, repository, project);
        if (known.status === status && known.statusReason === reason) return;
        tx.append({ type: "project.status", repository, project, status, reason });
      });
    },
    async releaseName(principal, name, project) {
      const { name: repository } = await local(tools, principal, "administer", name, project);
      await write(tools, principal, async (tx) => {
        const { isHeld } = await existingProject(tx, repository, project);
        if (isHeld) tx.append({ type: "project.released", repository, project });
      });
    },
    async saveVersion(principal, version, displayName) {
      const { repository: name, project } = version;
      const { name: repository } = await local(tools, principal, "publish", name, project);
      await write(tools, principal, async (tx) => {
        await registerProject(tx, repository, project, displayName);
        await saveRecord(tx, version);
      });
    },
  };
}

/** The local repository, in which the principal may do this; refuses where nothing is held that it could be done to. */
async function local(
  tools: Tools,
  principal: Principal,
  action: "yank" | "publish" | "administer",
  name: RepositoryName,
  project: ProjectName,
): Promise<LocalRepository> {
  const repository = await existing(tools, name);
  requireRight(principal, action, repository, project);
  if (repository.kind === "local") return repository;
  const because =
    repository.kind === "remote"
      ? `${name} is a remote and shows ${project} as its upstream has it; that can be changed in local repositories only`
      : `${name} is virtual and holds nothing itself; change ${project} in the member that holds it`;
  throw refuse({ code: "not-publishable", repository: name, because });
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
