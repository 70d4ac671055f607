import {
  type ArtifactLogEntry,
  type Attachment,
  factsOf,
  hexOf,
  type Json,
  type JsonObject,
  type ListedFile,
  type Version,
} from "#core";

/** Core metadata that devpi keeps, in its spelling; absent ones read as `""`, and those that repeat as `[]`. */
const TEXT_FIELDS = [
  "author",
  "author_email",
  "comment",
  "description",
  "description_content_type",
  "download_url",
  "home_page",
  "keywords",
  "license",
  "license_expression",
  "maintainer",
  "maintainer_email",
  "metadata_version",
  "requires_python",
  "summary",
];
const LIST_FIELDS = [
  "classifiers",
  "dynamic",
  "license_file",
  "obsoletes",
  "obsoletes_dist",
  "platform",
  "project_urls",
  "provides",
  "provides_dist",
  "provides_extras",
  "requires",
  "requires_dist",
  "requires_external",
  "supported_platform",
];
/** Where the record of a version has another word for it. */
const OUR_WORDS: Readonly<Record<string, string>> = { provides_extras: "provides_extra" };

/** What a stage says of a version: all metadata fields, then its files. */
export function stageVersionData(
  record: Version,
  displayName: string,
  files: readonly ListedFile[],
  hrefOf: (file: ListedFile) => string,
  attachments: readonly AttachmentLink[] = [],
): JsonObject {
  const { attributes } = record;
  const data: Record<string, Json> = { name: attributes["name"] ?? displayName, version: record.version };
  for (const field of TEXT_FIELDS) data[field] = textOf(attributes[OUR_WORDS[field] ?? field]);
  for (const field of LIST_FIELDS) data[field] = listOf(attributes[OUR_WORDS[field] ?? field]);
  data["+links"] = inOrderOfArrival(files, attachments).map((one) =>
    "attachment" in one ? attachmentLinkOf(one) : linkOf(one, hrefOf),
  );
  return data;
}

/** Documentation or a test result, with its address and that of the file that it is about. */
export interface AttachmentLink {
  readonly attachment: Attachment;
  readonly href: string;
  readonly forHref: string | null;
}

/** As devpi lists them: what came first, first; what came at one moment, as a push does it: each file before its results. */
function inOrderOfArrival(
  files: readonly ListedFile[],
  attachments: readonly AttachmentLink[],
): readonly (ListedFile | AttachmentLink)[] {
  const grouped = [
    ...files.flatMap((file) => [
      file,
      ...attachments.filter(({ attachment }) => attachment.about === factsOf(file).filename),
    ]),
    ...attachments.filter(({ attachment }) => attachment.about === null),
  ];
  // Sorting keeps the order of what is equal.
  return grouped.sort((a, b) => arrivalOf(a) - arrivalOf(b));
}

function arrivalOf(one: ListedFile | AttachmentLink): number {
  if ("attachment" in one) return one.attachment.log.at(-1)?.at ?? one.attachment.attachedAt;
  if (one.kind === "offer") return 0;
  return one.artifact.log.findLast(({ what }) => what !== "overwrite")?.at ?? one.artifact.publishedAt;
}

function attachmentLinkOf({ attachment, href, forHref }: AttachmentLink): JsonObject {
  const sha256 = hexOf(attachment.blob);
  return {
    rel: attachment.kind === "documentation" ? "doczip" : "toxresult",
    href,
    hash_spec: `sha256=${sha256}`,
    hashes: { sha256 },
    ...(forHref === null ? {} : { for_href: forHref }),
    log: logOf(attachment.log),
  };
}

/** What a mirror says of a version: only what its page tells. */
export function mirrorVersionData(
  displayName: string,
  version: string,
  files: readonly ListedFile[],
  hrefOf: (file: ListedFile) => string,
): JsonObject {
  const [first] = files.map(factsOf);
  const data: Record<string, Json> = { name: displayName, version };
  const requiresPython = first?.attributes["requiresPython"];
  if (typeof requiresPython === "string") data["requires_python"] = requiresPython;
  if (first !== undefined && first.yanked !== null) data["yanked"] = first.yanked === "" ? true : first.yanked;
  data["+links"] = files.map((file) => linkOf(file, hrefOf));
  return data;
}

function linkOf(file: ListedFile, hrefOf: (file: ListedFile) => string): JsonObject {
  const href = hrefOf(file);
  if (file.kind === "offer") {
    const [algorithm, hex] = preferredDigest(file.offer.digests);
    const hashes: JsonObject =
      algorithm === null ? {} : { hash_spec: `${algorithm}=${hex}`, hashes: file.offer.digests };
    return { rel: "releasefile", href, ...hashes };
  }
  const sha256 = hexOf(file.artifact.blob);
  return { rel: "releasefile", href, hash_spec: `sha256=${sha256}`, hashes: { sha256 }, log: logOf(file.artifact.log) };
}

/** devpi shows how often a file was replaced first, then what happened, oldest first. */
export function logOf(entries: readonly ArtifactLogEntry[]): Json {
  const shown = [
    ...entries.filter((entry) => entry.what === "overwrite"),
    ...entries.filter((entry) => entry.what !== "overwrite"),
  ];
  return shown.map((entry): JsonObject => {
    const log: Record<string, Json> = { what: entry.what, who: entry.who, when: timeParts(entry.at) };
    // devpi says of a replaced file only how often; it went nowhere.
    if (entry.what !== "overwrite") log["dst"] = entry.to;
    if (entry.from !== null) log["src"] = entry.from;
    if (entry.count !== undefined) log["count"] = entry.count;
    return log;
  });
}

function preferredDigest(digests: Readonly<Record<string, string>>): readonly [string | null, string] {
  const sha256 = digests["sha256"];
  if (sha256 !== undefined) return ["sha256", sha256];
  return Object.entries(digests)[0] ?? [null, ""];
}

/** Year, month, day, hour, minute, second in UTC. */
function timeParts(at: number): Json {
  const date = new Date(at);
  return [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : Array.isArray(value) ? value.join(", ") : "";
}

function listOf(value: Json | undefined): Json {
  return Array.isArray(value) ? value : typeof value === "string" && value !== "" ? [value] : [];
}
