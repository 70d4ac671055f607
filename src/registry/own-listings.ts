import type { Listing, LocalRepository, ProjectName } from "#core";
import type { MetadataView } from "#stores";
import type { Changes } from "./changes.ts";
import type { Tools } from "./tools.ts";
import { openWatchedMemory } from "./watched-memory.ts";

/** A project as a local repository has it by itself. */
export interface OwnProject {
  readonly listing: Listing;
  readonly isHeld: boolean;
}

/** What local repositories hold, remembered until it changes. */
export interface OwnListings extends Disposable {
  /** As new as every finished write. `null`: neither registered here nor a file of it. */
  get(repository: LocalRepository, project: ProjectName): Promise<OwnProject | null>;
}

/** What a listed file takes in memory, about. */
const BYTES_PER_FILE = 1_500;

export function openOwnListings(tools: Tools, changes: Changes): OwnListings {
  const { metadata, settings } = tools;
  const memory = openWatchedMemory<{ readonly own: OwnProject | null }>(settings.memoryBytesMax / 8);

  return {
    async get({ name }, project) {
      const told = metadata.catchUp();
      if (told !== undefined) await told;
      const key = `${name}\n${project}`;
      const known = memory.get(key);
      if (known !== null) return known.own;
      const read = async () => ({ own: await metadata.read((view) => readOwn(view, name, project)) });
      const weigh = ({ own }: { readonly own: OwnProject | null }) =>
        BYTES_PER_FILE * (1 + (own?.listing.files.length ?? 0));
      return (await memory.load(key, changes.watch([name], project), read, weigh)).own;
    },
    [Symbol.dispose]: () => memory.clear(),
  };
}

async function readOwn(
  view: MetadataView,
  repository: LocalRepository["name"],
  project: ProjectName,
): Promise<OwnProject | null> {
  const known = await view.project(repository, project);
  if (known === null) return null;
  const versions = await view.versions(repository, project);
  const artifacts = await view.artifacts(repository, project);
  const { displayName, status, statusReason, isHeld, changedAtSeq } = known;
  const listing: Listing = {
    project,
    displayName,
    status,
    statusReason,
    versions: versions.map(({ version }) => version),
    files: artifacts.map((artifact) => ({ kind: "artifact", member: repository, artifact })),
    members: [repository],
    seq: changedAtSeq,
    upstreamSerial: null,
    validUntil: null,
    staleSince: null,
  };
  return { listing, isHeld };
}
