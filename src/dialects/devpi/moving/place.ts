import type { Artifact, Attachment, Digest, JsonObject, ProjectName, RepositoryName, Version } from "#core";
import type { Registry } from "#registry";
import { objectIn } from "../../json-values.ts";
import type { Batches } from "./batches.ts";
import type { Mover } from "./mover.ts";
import type { DevpiFile, DevpiIndex } from "./source.ts";

/** What every project of one move is moved with. */
export interface ProjectMover extends Mover {
  /** Waits until it may run; so many run at once. */
  turn<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly batches: Batches;
  /** A file is dealt with: it is here, or told of in the report. */
  passed(bytes: number): void;
  /** A file that is here, to be compared at the end. */
  arrived(arrival: Arrival): void;
}

/** A file of the source and the bytes that stand for it here. */
export interface Arrival {
  readonly where: string;
  readonly blob: Digest;
  /** It came in this run. */
  readonly isNew: boolean;
}

/** A project that is being moved, and what of it is here already. */
export interface Place {
  readonly to: RepositoryName;
  readonly index: DevpiIndex;
  readonly project: ProjectName;
  readonly displayName: string;
  readonly format: ReturnType<Registry["format"]>;
  readonly artifacts: ReadonlyMap<string, Artifact>;
  readonly attachments: ReadonlyMap<string, Attachment>;
  readonly versions: ReadonlyMap<string, Version>;
  /** The digests that earlier runs brought, and this one brings, by file name. */
  readonly brought: Map<string, Digest>;
}

/** Where notes of what came into a project are kept. */
export function filesKey(to: RepositoryName, project: ProjectName): string {
  return `files/${to}/${project}`;
}

export async function openPlace(
  { registry, principal }: ProjectMover,
  given: Pick<Place, "to" | "index" | "project" | "displayName" | "format">,
): Promise<Place> {
  const { to, project } = given;
  const desk = await registry.own(to, principal);
  const [listing, versions, attachments, noted] = await Promise.all([
    desk.listing(project),
    registry.releases.versions(to, project),
    registry.attachments.list(principal, to, project),
    registry.moving.note(filesKey(to, project)),
  ]);
  const artifacts = (listing?.files ?? []).flatMap((file) => (file.kind === "artifact" ? [file.artifact] : []));
  return {
    ...given,
    artifacts: byName(artifacts),
    attachments: byName(attachments),
    versions: new Map(versions.map((version) => [version.version, version])),
    // Only this module writes these.
    brought: new Map(Object.entries(objectIn(noted ?? undefined) ?? {}) as [string, Digest][]),
  };
}

export async function closePlace({ registry }: ProjectMover, { to, project, brought }: Place): Promise<void> {
  const noted: JsonObject = Object.fromEntries(brought);
  await registry.moving.keepNote(filesKey(to, project), noted);
}

/** The blob that stands for a file here; `null`: none, or one of which that cannot be said without reading the file. */
export function blobHere({ artifacts, attachments }: Place, filename: string, file: DevpiFile): Digest | null {
  const blob = (file.kind === "release" ? artifacts : attachments).get(filename)?.blob;
  return blob !== undefined && blob === `sha256:${file.digests["sha256"]}` ? blob : null;
}

function byName<Value extends { readonly filename: string }>(values: readonly Value[]): ReadonlyMap<string, Value> {
  return new Map(values.map((value) => [value.filename, value]));
}
