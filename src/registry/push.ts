import {
  type Artifact,
  type ArtifactLogEntry,
  accountOf,
  type LocalRepository,
  type Principal,
  type ProjectName,
  type Repository,
  type RepositoryName,
  refuse,
} from "#core";
import type { Transaction } from "#stores";
import { claim, type Parcel, type ParcelFile, parcelOfLocal, parcelOfRemote } from "./parcels.ts";
import { overwriteOf, registerProject, saveRecord } from "./records.ts";
import type { PushStep, Releases } from "./registry.ts";
import { existing, localIn, requireRight, type Tools, write } from "./tools.ts";

/** One push: what, from where, to where, by whom. */
interface Push {
  readonly principal: Principal;
  readonly source: Repository;
  readonly target: LocalRepository;
  readonly project: ProjectName;
  readonly version: string;
}

/** Copies a version with its record and files. The bytes stay where they are; the source keeps its own. */
export function openPush(tools: Tools): Releases["push"] {
  return async (principal, from, project, version, to) => {
    const source = await existing(tools, from);
    requireRight(principal, "read", source, project);
    const target = await targetOf(tools, to);
    requireRight(principal, "publish", target, project);
    if (source.format !== target.format) {
      const because = `${target.name} holds ${target.format} packages, and ${from} has ${source.format} packages`;
      throw refuse({ code: "not-publishable", repository: target.name, because });
    }
    const push: Push = { principal, source, target, project, version };
    const parcel = await collect(tools, push);
    await claim(tools, parcel);
    const files = await write(tools, principal, async (tx) =>
      // What the source has now counts; the blobs of what it has are there, claimed by us or not.
      deliver(tools, tx, push, source.kind === "local" ? await parcelOfLocal(tx, source, push) : parcel),
    );
    return [{ kind: "register", project, version }, ...files.map((artifact) => stepOf(tools, target, artifact))];
  };
}

async function collect(tools: Tools, { source, project, version }: Push): Promise<Parcel> {
  switch (source.kind) {
    case "local":
      return tools.metadata.read((view) => parcelOfLocal(view, source, { project, version }));
    case "remote":
      return parcelOfRemote(tools, source, { project, version });
    case "virtual":
      // As devpi: only what the index itself has, and this one has nothing itself.
      throw refuse({ code: "version-not-found", repository: source.name, project, version });
  }
}

/** The local repository that holds what is pushed to `name`. */
async function targetOf(tools: Tools, name: RepositoryName): Promise<LocalRepository> {
  const asked = await existing(tools, name);
  const target = asked.kind === "virtual" && asked.publishTo !== null ? await existing(tools, asked.publishTo) : asked;
  if (target.kind === "local") return target;
  const because =
    target.kind === "remote"
      ? `${target.name} is a remote and holds only copies of its upstream; push to a local repository`
      : `${target.name} is virtual and hands uploads to no member; push to a local repository`;
  throw refuse({ code: "not-publishable", repository: target.name, because });
}

/** The facts, in devpi's order: the version, then its files by name. */
async function deliver(
  tools: Tools,
  tx: Transaction,
  push: Push,
  { displayName, attributes, files }: Parcel,
): Promise<readonly Artifact[]> {
  const { principal, project, version } = push;
  const target = await localIn(tx, push.target.name);
  requireRight(principal, "publish", target, project);
  await registerProject(tx, target.name, project, displayName);
  await saveRecord(tx, { repository: target.name, project, version, attributes });
  const delivered: Artifact[] = [];
  for (const file of files) delivered.push(await deliverFile(tools, tx, { ...push, target }, file));
  return delivered;
}

async function deliverFile(tools: Tools, tx: Transaction, push: Push, file: ParcelFile): Promise<Artifact> {
  const { principal, source, target } = push;
  const at = tools.now();
  const pushed: ArtifactLogEntry = {
    what: "push",
    who: accountOf(principal),
    at,
    from: source.name,
    to: target.name,
  };
  const artifact: Artifact = { ...file, repository: target.name, log: [...file.log, pushed] };
  const there = await tx.artifact(target.name, file.filename);
  if (there === null) {
    tx.append({ type: "artifact.published", artifact, promotedFrom: source.name });
    return artifact;
  }
  if (there.project === file.project && there.blob === file.blob) return there;
  if (there.project !== file.project || target.mutability === "immutable") {
    throw refuse({ code: "file-exists", repository: target.name, filename: file.filename });
  }
  requireRight(principal, "overwrite", target, file.project);
  const replacing: Artifact = { ...artifact, log: [overwriteOf(there, at), ...artifact.log] };
  tx.append({ type: "artifact.replaced", artifact: replacing, promotedFrom: source.name });
  return replacing;
}

function stepOf({ formats }: Tools, target: LocalRepository, artifact: Artifact): PushStep {
  const { repository, project, filename } = artifact;
  const path = formats.get(target.format)?.filePath({ kind: "artifact", member: repository, artifact });
  if (path === undefined) throw new TypeError(`${target.name} is of format ${target.format}, which is not here`);
  return { kind: "file", ref: { repository, project, filename }, path };
}
