import {
  type Artifact,
  type ArtifactLogEntry,
  type Attachment,
  type Digest,
  hexOf,
  type JsonObject,
  type Principal,
  type ProjectName,
  type Repository,
} from "#core";
import type { Registry } from "#registry";
import { logOf, stageVersionData } from "../version-data.ts";
import type { Remark } from "./report.ts";

/** An index as `dataindex.json` has it, and where its files' bytes are. */
export interface ExportedIndex {
  readonly indexconfig: JsonObject;
  readonly projects: JsonObject;
  readonly files: readonly ExportedFile[];
}

export interface ExportedFile {
  /** In the export's folder. */
  readonly relpath: string;
  readonly blob: Digest;
  readonly sizeBytes: number;
  /** As it stands in the list. */
  readonly entry: JsonObject;
}

interface Exporting {
  readonly registry: Registry;
  readonly principal: Principal;
  readonly repository: Repository;
  readonly config: JsonObject;
  /** What has no place in an export is told here. */
  readonly leftOut: Remark[];
}

/** Everything that a local repository holds; what a remote has copied, its upstream has. */
export async function exportedIndex(exporting: Exporting): Promise<ExportedIndex> {
  const { registry, principal, repository, config } = exporting;
  if (repository.kind !== "local") {
    return { indexconfig: config, projects: {}, files: [] };
  }
  const desk = await registry.own(repository.name, principal);
  const projects: Record<string, JsonObject> = {};
  const files: ExportedFile[] = [];
  for (const { project, displayName } of (await desk.projects()).projects) {
    const listing = await desk.listing(project);
    const artifacts = (listing?.files ?? []).flatMap((file) => (file.kind === "artifact" ? [file.artifact] : []));
    const versions = await registry.releases.versions(repository.name, project);
    projects[project] = Object.fromEntries(
      versions.map((version) => {
        const { "+links": _elsewhere, ...data } = stageVersionData(version, displayName, [], () => "");
        return [version.version, data];
      }),
    );
    const known = new Set(versions.map(({ version }) => version));
    files.push(...artifacts.flatMap((artifact) => releaseFile(exporting, artifact, known)));
    const attachments = await registry.attachments.list(principal, repository.name, project);
    files.push(...attachments.flatMap((attachment) => attachmentFile(exporting, attachment, artifacts, known)));
    remarkOnYanks(exporting, project, artifacts);
  }
  return { indexconfig: config, projects, files };
}

function releaseFile(
  { repository, leftOut }: Exporting,
  artifact: Artifact,
  versions: ReadonlySet<string>,
): readonly ExportedFile[] {
  const { project, version, filename, blob, sizeBytes, publishedAt, log } = artifact;
  if (version === null || !versions.has(version)) {
    leftOut.push({ what: `${filename} of ${repository.name}`, because: "it belongs to no version that is registered" });
    return [];
  }
  const relpath = `${repository.name}/${project}/${version}/${filename}`;
  const entry = entryOf({ type: "releasefile", project, version, relpath, blob, at: publishedAt, log });
  return [{ relpath, blob, sizeBytes, entry }];
}

function attachmentFile(
  { repository, leftOut }: Exporting,
  attachment: Attachment,
  artifacts: readonly Artifact[],
  versions: ReadonlySet<string>,
): readonly ExportedFile[] {
  const { project, version, kind, filename, about, blob, sizeBytes, attachedAt: at, log } = attachment;
  const tested = artifacts.find((artifact) => artifact.filename === about);
  if (!versions.has(version) || (kind === "test-result" && tested === undefined)) {
    leftOut.push({ what: `${filename} of ${repository.name}`, because: "what it is about is not there" });
    return [];
  }
  if (tested === undefined) {
    const relpath = `${repository.name}/${project}-${version}.doc.zip`;
    return [{ relpath, blob, sizeBytes, entry: entryOf({ type: "doczip", project, version, relpath, blob, at, log }) }];
  }
  const hex = hexOf(tested.blob);
  const relpath = `${repository.name}/${project}/sha256=${hex}/${filename}`;
  const entry = entryOf({ type: "toxresult", project, version, relpath, blob, at, log });
  const address = `${repository.name}/+f/${hex.slice(0, 3)}/${hex.slice(3, 16)}/${tested.filename}`;
  return [{ relpath, blob, sizeBytes, entry: { ...entry, for_entrypath: address } }];
}

function entryOf({
  type,
  project,
  version,
  relpath,
  blob,
  at,
  log,
}: {
  readonly type: "releasefile" | "doczip" | "toxresult";
  readonly project: ProjectName;
  readonly version: string;
  readonly relpath: string;
  readonly blob: Digest;
  readonly at: number;
  readonly log: readonly ArtifactLogEntry[];
}): JsonObject {
  const sha256 = hexOf(blob);
  return {
    type,
    projectname: project,
    version,
    relpath,
    entrymapping: {
      project,
      version,
      hash_spec: `sha256=${sha256}`,
      hashes: { sha256 },
      last_modified: new Date(at).toUTCString(),
    },
    log: logOf(log),
  };
}

function remarkOnYanks({ repository, leftOut }: Exporting, project: ProjectName, artifacts: readonly Artifact[]): void {
  const yanked = artifacts.filter((artifact) => artifact.yanked !== null);
  if (yanked.length === 0) return;
  const what = `the yanks of ${yanked.length} files of ${project} in ${repository.name}`;
  leftOut.push({ what, because: "a devpi's own indexes know none" });
}
