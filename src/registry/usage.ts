import {
  foldersAround,
  type Instant,
  type ItemCriterion,
  type LocalRepository,
  type Principal,
  type RemoteRepository,
  type Repository,
} from "#core";
import type { MetadataView } from "#stores";
import { requireAdministrator } from "./account-rights.ts";
import type { RemoteFile } from "./remote-tree.ts";
import type { TreeTools } from "./tree-tools.ts";

/** What a repository holds; a virtual one holds nothing. */
export interface RepositoryUsage {
  readonly repository: Repository;
  /** Of a remote: the copies that are here. */
  readonly files: number;
  readonly folders: number;
  readonly sizeBytes: number;
}

/** How much there is. */
export interface Usage {
  /** Of every repository, by name. Counts what a keeper's tables do not tell, so it takes its time. Needs an administrator. */
  all(principal: Principal): Promise<{ readonly repositories: readonly RepositoryUsage[]; readonly at: Instant }>;
}

type UsageTools = Pick<TreeTools, "metadata" | "catalog" | "remoteTree" | "now">;

const AT_ONCE = 1000;

export function openUsage(tools: UsageTools): Usage {
  return {
    async all(principal) {
      requireAdministrator(principal, "administer", "see how much every repository holds");
      const repositories: RepositoryUsage[] = [];
      for (const repository of tools.catalog.all())
        repositories.push({ repository, ...(await heldBy(tools, repository)) });
      return { repositories, at: tools.now() };
    },
  };
}

type Held = Omit<RepositoryUsage, "repository">;

async function heldBy(tools: UsageTools, repository: Repository): Promise<Held> {
  switch (repository.kind) {
    case "local":
      return tools.metadata.read((view) => heldLocally(view, repository));
    case "remote":
      return heldRemotely(tools, repository);
    case "virtual":
      return { files: 0, folders: 0, sizeBytes: 0 };
  }
}

/** The repository itself is no folder in it. */
const FOLDERS: ItemCriterion = {
  kind: "all",
  of: [
    { kind: "field", field: "kind", operator: "eq", value: "folder" },
    { kind: "field", field: "path", operator: "ne", value: "" },
  ],
};

async function heldLocally(view: MetadataView, { name }: LocalRepository): Promise<Held> {
  const { artifacts, sizeBytes } = await view.totals(name);
  let folders = 0;
  for (;;) {
    const found = await view.search({
      where: FOLDERS,
      repositories: [name],
      order: [],
      offset: folders,
      limit: AT_ONCE,
      withProperties: false,
    });
    folders += found.length;
    if (found.length < AT_ONCE) return { files: artifacts, folders, sizeBytes };
  }
}

async function heldRemotely({ remoteTree }: UsageTools, remote: RemoteRepository): Promise<Held> {
  let [files, folders, sizeBytes] = [0, 0, 0];
  let before = "";
  for (let after: string | null = null; ; ) {
    const page: readonly RemoteFile[] = await remoteTree.cached(remote, "", { after, limit: AT_ONCE });
    for (const file of page) {
      files += 1;
      sizeBytes += file.sizeBytes ?? 0;
      // By path: a folder that the one before does not stand in is met for the first time.
      folders += foldersAround(file.path).filter((folder) => !before.startsWith(`${folder}/`)).length;
      before = file.path;
    }
    after = page.at(-1)?.path ?? null;
    if (page.length < AT_ONCE || after === null) return { files, folders, sizeBytes };
  }
}
