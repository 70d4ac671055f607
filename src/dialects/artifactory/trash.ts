import {
  type Call,
  hexOf,
  type JsonObject,
  keyOf,
  placeOf,
  type Reply,
  type RepositoryName,
  refuse,
  type TrashedFile,
} from "#core";
import type { DialectRoute } from "#http";
import { route } from "./addresses.ts";
import { isoTime } from "./file-json.ts";
import { mediaTypeOf } from "./media-types.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { contentUrl, findNamed, namedBy, placeAt, storageUrl, trimmedPath } from "./places.ts";

/** The repository under which real servers show what was removed. */
const TRASH_KEY = "auto-trashcan";
const AT_ONCE = 1000;
/** Of one folder; more is cleared away or restored in portions. */
const FILES_MAX = 100_000;

/** Removed files, while they rest: `api/trash`. */
export function trashRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  return [
    route("POST", "/api/trash/empty", (call) => empty(parts, call)),
    route("POST", "/api/trash/restore/*", (call) => restore(parts, call)),
    route("DELETE", "/api/trash/clean/*", (call) => clean(parts, call)),
  ];
}

export function isTrashKey(key: string): boolean {
  return key.toLowerCase() === TRASH_KEY;
}

async function empty({ registry }: ArtifactoryParts, call: Call): Promise<Reply> {
  const tally = await registry.trash.empty(call.principal);
  return told(`Trash can emptied: ${tally.files} files`);
}

/** `{repo}/{path}`, which may begin with the trash's own key; a folder means all below it. */
async function restore(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const { registry } = parts;
  const found = await named(parts, call, call.params["*"] ?? "");
  const target = trimmedPath(call.query.get("to") ?? "").trimmed;
  // The newest of what was removed from one path; what is older went before it.
  const files = [...new Map(found.files.map((file) => [placeOf(file.artifact), file])).values()];
  for (const file of files) {
    await registry.trash.restore(call.principal, file.id, await restoredTo(parts, file, found.path, target));
  }
  return told(`Successfully restored ${files.length} items`);
}

async function restoredTo(parts: ArtifactoryParts, { artifact }: TrashedFile, asked: string, target: string) {
  if (target === "") return undefined;
  const slash = target.indexOf("/");
  const key = slash < 0 ? target : target.slice(0, slash);
  const base = slash < 0 ? "" : target.slice(slash + 1);
  const path = placeOf(artifact);
  // A file that was named itself goes to the very path, what was below a folder keeps its place in it.
  const below = path === asked ? "" : path.slice(asked === "" ? 0 : asked.length + 1);
  const { place } = await placeAt(parts, key, [base, below].filter((part) => part !== "").join("/") || path);
  return place;
}

async function clean(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const { files } = await named(parts, call, call.params["*"] ?? "");
  for (const { id } of files) await parts.registry.trash.clear(call.principal, id);
  return told(`Successfully removed ${files.length} items from the trash can`);
}

interface NamedTrash {
  readonly repository: RepositoryName;
  readonly path: string;
  readonly files: readonly TrashedFile[];
}

/** What rests of a file or folder; refused where that is nothing. */
async function named(parts: ArtifactoryParts, call: Call, asked: string): Promise<NamedTrash> {
  const { trimmed } = trimmedPath(asked);
  const [first = "", ...rest] = trimmed.split("/");
  const [key = "", ...path] = isTrashKey(first) ? rest : [first, ...rest];
  const { repository } = await namedBy(parts, key);
  const wanted = path.join("/");
  const files = await restingIn(parts, call, repository.name, wanted);
  if (files.length === 0) {
    const because = `Unable to find item: nothing of '${key}/${wanted}' rests in the trash`;
    throw refuse({ code: "file-not-found", repository: repository.name, filename: wanted, because });
  }
  return { repository: repository.name, path: wanted, files };
}

async function restingIn(
  { registry }: ArtifactoryParts,
  call: Call,
  repository?: RepositoryName,
  path = "",
): Promise<readonly TrashedFile[]> {
  const files: TrashedFile[] = [];
  for (let after: string | null = null; files.length < FILES_MAX; ) {
    const page: readonly TrashedFile[] = await registry.trash.list(call.principal, {
      ...(repository === undefined ? {} : { repository, path }),
      after,
      limit: AT_ONCE,
    });
    files.push(...page);
    after = page.at(-1)?.id ?? null;
    if (page.length < AT_ONCE || after === null) break;
  }
  return files;
}

/** `api/storage/auto-trashcan/{repo}/{path}`. */
export async function showTrash(parts: ArtifactoryParts, call: Call, asked: string): Promise<Reply> {
  const { trimmed } = trimmedPath(asked);
  const [key = "", ...inner] = trimmed.split("/");
  // Of a repository that is no more the files rest still.
  const repository = key === "" ? null : await findNamed(parts, key);
  const resting = await restingIn(parts, call, repository?.repository.name, inner.join("/"));
  const files = resting.map((file) => ({
    file,
    path: `${keyOf(file.artifact.repository)}/${placeOf(file.artifact)}`,
  }));
  const exact = files.findLast(({ path }) => path === trimmed);
  if (exact !== undefined) return { kind: "json", status: 200, body: trashedInfo(call, exact.file, exact.path) };
  const below = files.filter(({ path }) => isBelow(path, trimmed));
  if (below.length === 0 && trimmed !== "") {
    const repository = TRASH_KEY as RepositoryName;
    throw refuse({ code: "file-not-found", repository, filename: trimmed });
  }
  const children = new Map<string, JsonObject>();
  for (const { path } of below) {
    const rest = trimmed === "" ? path : path.slice(trimmed.length + 1);
    const slash = rest.indexOf("/");
    const uri = `/${slash < 0 ? rest : rest.slice(0, slash)}`;
    children.set(uri, { uri, folder: slash >= 0 });
  }
  const at = isoTime(call.now);
  return {
    kind: "json",
    status: 200,
    body: {
      repo: TRASH_KEY,
      path: `/${trimmed}`,
      created: at,
      lastModified: at,
      lastUpdated: at,
      uri: storageUrl(call, TRASH_KEY, trimmed),
      children: [...children.values()],
    },
  };
}

function trashedInfo(call: Call, { artifact, trashedAt, trashedBy }: TrashedFile, path: string): JsonObject {
  const checksums = { ...artifact.digests, sha256: hexOf(artifact.blob) };
  return {
    repo: TRASH_KEY,
    path: `/${path}`,
    created: isoTime(artifact.publishedAt),
    createdBy: artifact.log.at(0)?.who ?? "",
    lastModified: isoTime(trashedAt),
    modifiedBy: trashedBy,
    lastUpdated: isoTime(trashedAt),
    uri: storageUrl(call, TRASH_KEY, path),
    downloadUri: contentUrl(call, TRASH_KEY, path),
    mimeType: mediaTypeOf(path),
    size: String(artifact.sizeBytes),
    checksums,
    originalChecksums: checksums,
  };
}

/** The path itself, or one below it. */
function isBelow(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

function told(text: string): Reply {
  return { kind: "bytes", status: 200, contentType: "text/plain", body: `${text}\n`, cache: { kind: "none" } };
}
