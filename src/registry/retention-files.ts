import {
  type AgingFile,
  type Artifact,
  compileRetention,
  countsVersion,
  hasVersion,
  type LocalRepository,
  NO_PROJECT,
  type ProjectName,
  type Properties,
  placeOf,
  type RemoteRepository,
  type Repository,
  type RepositoryName,
  type RetentionPolicy,
  type RetentionRule,
  type TreeEntry,
} from "#core";
import type { RemoteFile, RemoteTree } from "./remote-tree.ts";
import { formatOf, type Tools } from "./tools.ts";

export interface RetentionTools extends Tools {
  readonly remoteTree: RemoteTree;
}

/** A file that a policy clears away, and why. */
export interface GoingFile extends AgingFile {
  readonly repository: RepositoryName;
  /** `null`: a copy of a remote's file. */
  readonly artifact: Artifact | null;
  readonly because: string;
}

/** Files are read so many at a time. */
const PAGE = 500;
/** Of so many projects it is remembered which versions they have: files of one stand together, mostly. */
const PROJECTS_REMEMBERED = 64;

/**
 * The files of a repository that a policy clears away, in pages; never all files at once. What is removed between two
 * pages changes nothing of the next. Ends early when aborted.
 */
export async function* goingFiles(
  tools: RetentionTools,
  policy: RetentionPolicy,
  repository: LocalRepository | RemoteRepository,
  signal: AbortSignal,
): AsyncGenerator<readonly GoingFile[]> {
  const rule = compileRetention(policy);
  const ranks = openRanks(tools, policy, repository);
  const pages = repository.kind === "local" ? localPages(tools, repository) : remotePages(tools, repository);
  for await (const page of pages) {
    if (signal.aborted) return;
    const covered = page.filter(({ file }) => rule.covers(file));
    const known = await withProperties(tools, policy, repository, covered);
    const going: GoingFile[] = [];
    for (const { file, artifact } of known) {
      const because = await whyGone({ tools, repository, rule, policy, ranks }, file);
      if (because !== null) going.push({ ...file, repository: repository.name, artifact, because });
    }
    if (going.length > 0) yield going;
  }
}

interface Read {
  readonly file: AgingFile;
  readonly artifact: Artifact | null;
}

async function* localPages({ metadata }: Tools, { name }: LocalRepository): AsyncGenerator<readonly Read[]> {
  let after: string | null = null;
  for (;;) {
    const from: string | null = after;
    const entries: readonly TreeEntry[] = await metadata.read((view) =>
      view.below(name, "", { after: from, limit: PAGE }),
    );
    yield entries.flatMap((entry) =>
      entry.kind === "file" ? [{ file: agingOf(entry.artifact), artifact: entry.artifact }] : [],
    );
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE) return;
    after = last.kind === "file" ? placeOf(last.artifact) : last.folder.path;
  }
}

async function* remotePages(tools: RetentionTools, remote: RemoteRepository): AsyncGenerator<readonly Read[]> {
  let after: string | null = null;
  for (;;) {
    const copies: readonly RemoteFile[] = await tools.remoteTree.cached(remote, "", { after, limit: PAGE });
    yield copies.map((copy) => ({ file: agingCopyOf(tools, remote, copy), artifact: null }));
    const last = copies.at(-1);
    if (last === undefined || copies.length < PAGE) return;
    after = last.path;
  }
}

function agingOf(artifact: Artifact): AgingFile {
  const { project, version, sizeBytes, publishedAt } = artifact;
  return { path: placeOf(artifact), project, version, sizeBytes, publishedAt, lastDownloadAt: null, properties: {} };
}

/** A copy is as old as it has been here. Its place says what it is of, because its format has laid it out. */
function agingCopyOf(tools: Tools, remote: RemoteRepository, { path, sizeBytes, copiedAt }: RemoteFile): AgingFile {
  const format = formatOf(tools, remote);
  const [folder = "", version = null, ...rest] = path.split("/");
  const project = format.knowsProjects && version !== null ? format.normalize(folder) : null;
  return {
    path,
    project: project ?? NO_PROJECT,
    version: project === null || rest.length === 0 ? null : version,
    sizeBytes: sizeBytes ?? 0,
    publishedAt: copiedAt ?? tools.now(),
    lastDownloadAt: null,
    properties: {},
  };
}

/** Properties are read only for policies that look at some. */
async function withProperties(
  { metadata }: Tools,
  policy: RetentionPolicy,
  { name }: Repository,
  files: readonly Read[],
): Promise<readonly Read[]> {
  const { withProperties: wanted, withoutProperties: keeping } = policy;
  if (files.length === 0 || Object.keys({ ...wanted, ...keeping }).length === 0) return files;
  const paths = files.map(({ file }) => file.path);
  const all = await metadata.read((view) => view.propertiesOf(name, paths));
  const none: Properties = {};
  return files.map((one) => ({ ...one, file: { ...one.file, properties: all.get(one.file.path) ?? none } }));
}

interface Judging {
  readonly tools: RetentionTools;
  readonly repository: Repository;
  readonly rule: RetentionRule;
  readonly policy: RetentionPolicy;
  readonly ranks: Ranks;
}

/** Asks the cheap questions first: what stays for its age alone is not looked up anywhere. */
async function whyGone({ tools, repository, rule, policy, ranks }: Judging, file: AgingFile): Promise<string | null> {
  const now = tools.now();
  const isPreRelease = hasVersion(file) && file.version !== null && !formatOf(tools, repository).isStable(file.version);
  const atMost = rule.whyGone(file, { now, isPreRelease, newerVersions: Number.MAX_SAFE_INTEGER });
  if (atMost === null) return null;
  const newerVersions = policy.keepVersions === null ? null : await ranks.newerThan(file);
  const lastDownloadAt =
    policy.unusedForDays === null ? null : (await tools.downloads.of(repository.name, file.path)).lastAt;
  return rule.whyGone({ ...file, lastDownloadAt }, { now, isPreRelease, newerVersions });
}

interface Ranks {
  /** How many of the file's project's versions are newer than its own; `null`: it is of no version. */
  newerThan(file: Pick<AgingFile, "project" | "version" | "path">): Promise<number | null>;
}

function openRanks(
  tools: RetentionTools,
  policy: RetentionPolicy,
  repository: LocalRepository | RemoteRepository,
): Ranks {
  const format = formatOf(tools, repository);
  /** Newest first, of the projects that were looked at last. */
  const known = new Map<ProjectName, readonly string[]>();

  async function versionsOf(file: Pick<AgingFile, "project" | "path">): Promise<readonly string[]> {
    const { project } = file;
    const there = known.get(project);
    if (there !== undefined) return there;
    const versions = await allVersions(tools, repository, file);
    const counted = [...versions].filter((version) => countsVersion(policy, !format.isStable(version)));
    const sorted = counted.sort((a, b) => format.compareVersions(b, a));
    const oldest = known.keys().next();
    if (known.size >= PROJECTS_REMEMBERED && !oldest.done) known.delete(oldest.value);
    known.set(project, sorted);
    return sorted;
  }

  return {
    async newerThan(file) {
      const { project, version } = file;
      if (project === NO_PROJECT || version === null) return null;
      const versions = await versionsOf(file);
      // Other spellings of one version are as new as it is.
      const newer = versions.findIndex((other) => format.compareVersions(other, version) <= 0);
      return newer < 0 ? versions.length : newer;
    },
  };
}

/** The versions of a file's project that have files in the repository; of a remote, copies. */
async function allVersions(
  tools: RetentionTools,
  repository: LocalRepository | RemoteRepository,
  { project, path }: Pick<AgingFile, "project" | "path">,
): Promise<ReadonlySet<string>> {
  const { name } = repository;
  if (repository.kind === "local") {
    const artifacts = await tools.metadata.read((view) => view.artifacts(name, project));
    return new Set(artifacts.flatMap(({ version }) => version ?? []));
  }
  const versions = new Set<string>();
  const [folder = ""] = path.split("/");
  let after: string | null = null;
  for (;;) {
    const copies: readonly RemoteFile[] = await tools.remoteTree.cached(repository, folder, { after, limit: PAGE });
    for (const copy of copies) {
      const { version } = agingCopyOf(tools, repository, copy);
      if (version !== null) versions.add(version);
    }
    const last = copies.at(-1);
    if (last === undefined || copies.length < PAGE) return versions;
    after = last.path;
  }
}
