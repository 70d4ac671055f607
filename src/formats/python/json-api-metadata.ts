import { factsOf, type ListedFile, RegistryError } from "#core";
import type { Desk, OpenFile } from "../format.ts";
import { type MetadataRecord, pythonAttributes } from "./attributes.ts";
import { BrokenFile } from "./broken-file.ts";
import { parseCoreMetadata } from "./core-metadata.ts";
import type { Release } from "./json-api-releases.ts";

const SUFFIX = ".metadata";
const SIZE_BYTES_MAX = 8 * 1024 * 1024;

export interface ReleaseMetadata {
  readonly record: MetadataRecord;
  /** `false`: there is more to know, but it could not be had just now. */
  readonly isWhole: boolean;
}

/**
 * The metadata of a release: of its first file whose metadata file can be had, description included; else what is kept
 * with its files. A failing upstream does not fail the answer: most who ask want the hashes.
 */
export async function metadataOf(
  release: Pick<Release, "files">,
  desk: Pick<Desk, "companion">,
): Promise<ReleaseMetadata> {
  const file = release.files.find(isAnnounced);
  if (file === undefined) return { record: keptWith(release), isWhole: true };
  const { project, filename } = factsOf(file);
  try {
    const opened = await desk.companion(project, filename, SUFFIX);
    const bytes = opened === null ? null : await read(opened);
    return bytes === null
      ? { record: keptWith(release), isWhole: true }
      : { record: parseCoreMetadata(bytes), isWhole: true };
  } catch (error) {
    // Broken metadata stays so; an upstream that fails will answer again.
    if (error instanceof BrokenFile) return { record: keptWith(release), isWhole: true };
    if (error instanceof RegistryError) return { record: keptWith(release), isWhole: false };
    throw error;
  }
}

function isAnnounced(file: ListedFile): boolean {
  const { filename, attributes } = factsOf(file);
  return pythonAttributes(attributes).coreMetadata !== null || (file.kind === "offer" && filename.endsWith(".whl"));
}

async function read(opened: OpenFile): Promise<Uint8Array | null> {
  if (opened.kind === "elsewhere") return null;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of opened.kind === "stored" ? await opened.body.open() : opened.chunks) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > SIZE_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What the listing itself tells, without a description. */
function keptWith(release: Pick<Release, "files">): MetadataRecord {
  const attributes = release.files.map((file) => pythonAttributes(factsOf(file).attributes));
  const metadata = attributes.find((one) => one.metadata !== null)?.metadata;
  const requiresPython = attributes.find((one) => one.requiresPython !== null)?.requiresPython;
  return metadata ?? (requiresPython == null ? {} : { requires_python: requiresPython });
}
