import type { Json, JsonObject, Listing } from "#core";
import type { ProjectNames } from "../format.ts";
import {
  type AddressOf,
  API_VERSION,
  entriesOf,
  type FileEntry,
  isoTime,
  NAMES_IN_PART,
  versionsOf,
} from "./render-entries.ts";

/** The project page of PEP 691 with PEP 700, 714, 740 and 792. `up` leads from the page to its repository. */
export function renderProjectJson(listing: Listing, up: string, addressOf?: AddressOf): string {
  const entries = entriesOf(listing, addressOf);
  // PEP 700 makes `size` mandatory from 1.1 on. A mirrored HTML page has none, and then the page must not promise it;
  // the newer keys stay, as clients of 1.0 ignore what they do not know.
  const isSized = entries.every((entry) => entry.sizeBytes !== null);
  return JSON.stringify({
    meta: { "api-version": isSized ? API_VERSION : "1.0", ...serialOf(listing.upstreamSerial) },
    name: listing.project,
    "project-status": {
      status: listing.status,
      ...(listing.statusReason === null ? {} : { reason: listing.statusReason }),
    },
    versions: versionsOf(listing),
    files: entries.map((entry) => fileOf(entry, up)),
  });
}

/** The list of all projects, in parts. */
export function* renderListJson(projects: ProjectNames): Iterable<string> {
  const [before, after] = JSON.stringify({ meta: { "api-version": API_VERSION }, projects: [] }).split("]");
  yield before ?? "";
  for (let start = 0; start < projects.length; start += NAMES_IN_PART) {
    const some = projects.slice(start, start + NAMES_IN_PART);
    const text = some.map(({ displayName }) => `{"name":${JSON.stringify(displayName)}}`).join(",");
    yield start === 0 ? text : `,${text}`;
  }
  yield `]${after}`;
}

function fileOf(entry: FileEntry, up: string): JsonObject {
  const file: Record<string, Json> = { filename: entry.filename, url: up + entry.path, hashes: entry.hashes };
  if (entry.sizeBytes !== null) file["size"] = entry.sizeBytes;
  // Never invented: without it, `--exclude-newer` leaves the file out, which is what the user asked for.
  if (entry.uploadTime !== null) file["upload-time"] = isoTime(entry.uploadTime);
  if (entry.requiresPython !== null) file["requires-python"] = entry.requiresPython;
  // PEP 592 by PEP 691: a reason must not be empty.
  file["yanked"] = entry.yanked === null ? false : entry.yanked === "" ? true : entry.yanked;
  const metadata = entry.coreMetadata ?? false;
  file["core-metadata"] = metadata;
  // PEP 714: what clients before it read; it must say the same.
  file["dist-info-metadata"] = metadata;
  if (entry.provenance !== null) file["provenance"] = entry.provenance;
  return file;
}

/** Keys with `_` are the server's own (PEP 691); mirrors read this one. */
function serialOf(upstreamSerial: string | null): JsonObject {
  const serial = upstreamSerial === null ? Number.NaN : Number(upstreamSerial);
  return Number.isSafeInteger(serial) ? { "_last-serial": serial } : {};
}
