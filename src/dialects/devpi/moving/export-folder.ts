import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, isAbsolute, join, normalize } from "node:path";
import type { Json, JsonObject } from "#core";
import { digestsIn, hashSpecIn, instantIn, listIn, objectIn, textIn } from "../../json-values.ts";
import { type DevpiFile, type DevpiIndex, type DevpiProject, type DevpiSource, SourceFault } from "./source.ts";

/** What `devpi-export` names the list of everything. */
export const DATA_INDEX = "dataindex.json";
const DUMP_VERSIONS = ["1", "2"];
/** Larger files come in pieces. */
const WHOLE_BYTES_MAX = 1024 * 1024;
const KINDS: Readonly<Record<string, DevpiFile["kind"]>> = {
  releasefile: "release",
  doczip: "documentation",
  toxresult: "test-result",
};

/** An index with its parts sorted out. */
interface ExportedIndex extends DevpiIndex {
  readonly contents: ReadonlyMap<string, DevpiProject>;
}

/** Reads the list of an export; throws {@link SourceFault} when the folder is no export or its list is damaged. */
export async function openExportFolder(folder: string): Promise<DevpiSource> {
  const data = await readDataIndex(folder);
  const users = Object.entries(objectIn(data["users"]) ?? {}).map(([name, value]) => {
    const { pwhash, pwsalt, password: _never, indexes: _elsewhere, ...config } = objectIn(value) ?? {};
    const hash = textIn(pwhash);
    return { name, config, password: hash === null ? null : { pwhash: hash, pwsalt: textIn(pwsalt) } };
  });
  const indexes = Object.entries(objectIn(data["indexes"]) ?? {}).map(([name, value]) =>
    readIndex(folder, name, objectIn(value) ?? {}),
  );
  const files = indexes.flatMap(({ contents }) => [...contents.values()].map((project) => project.files.length));
  return {
    where: folder,
    hasPasswords: true,
    isLive: false,
    serial: null,
    installation: null,
    users,
    indexes,
    filesTotal: files.reduce((total, count) => total + count, 0),
    async project(index, name) {
      const found = indexes.find((one) => one.name === index.name)?.contents.get(name);
      if (found === undefined) throw new TypeError(`${index.name} has no project ${name} in ${folder}`);
      return found;
    },
  };
}

async function readDataIndex(folder: string): Promise<JsonObject> {
  const path = join(folder, DATA_INDEX);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === "ENOENT"
        ? `there is no ${DATA_INDEX} in it; devpi-export writes it last, so an export without it was not finished`
        : `${DATA_INDEX} cannot be read: ${cause.message}`;
    throw new SourceFault(`the folder ${folder} is no export of a devpi: ${why}`, { cause });
  });
  const data = parsed(text);
  if (data === null) {
    throw new SourceFault(`the export ${folder} is damaged: ${DATA_INDEX} is no JSON object; run devpi-export again`);
  }
  const version = String(data["dumpversion"] ?? "");
  if (DUMP_VERSIONS.includes(version)) return data;
  throw new SourceFault(
    `the export ${folder} has dumpversion '${version}', and only ${DUMP_VERSIONS.join(" and ")} are known`,
  );
}

function parsed(text: string): JsonObject | null {
  try {
    return objectIn(JSON.parse(text) as Json);
  } catch {
    return null;
  }
}

function readIndex(folder: string, name: string, value: JsonObject): ExportedIndex {
  const { pypi_whitelist: renamed, uploadtrigger_jenkins: _unset, ...config } = objectIn(value["indexconfig"]) ?? {};
  const files = Map.groupBy(
    listIn(value["files"]).flatMap((one) => readFileEntry(folder, objectIn(one) ?? {})),
    ({ project }) => spellingFree(project),
  );
  const contents = new Map<string, DevpiProject>();
  for (const [project, versions] of Object.entries(objectIn(value["projects"]) ?? {})) {
    contents.set(project, {
      versions: Object.entries(objectIn(versions) ?? {}).map(([version, record]) => ({
        version,
        record: objectIn(record) ?? {},
      })),
      files: files.get(spellingFree(project)) ?? [],
    });
    files.delete(spellingFree(project));
  }
  // An entry without its project is no reason to lose a file.
  for (const [project, rest] of files) contents.set(project, { versions: [], files: rest });
  return {
    name,
    config: { ...(renamed === undefined ? {} : { mirror_whitelist: renamed }), ...config },
    projects: [...contents.keys()],
    contents,
  };
}

function readFileEntry(folder: string, entry: JsonObject): readonly (DevpiFile & { readonly project: string })[] {
  const relative = textIn(entry["relpath"]);
  const project = textIn(entry["projectname"]);
  const kind = KINDS[textIn(entry["type"]) ?? ""];
  if (relative === null || project === null || kind === undefined) return [];
  const mapping = objectIn(entry["entrymapping"]) ?? {};
  const about = textIn(entry["for_entrypath"]);
  const md5 = textIn(mapping["md5"]);
  const digests = {
    ...(md5 === null ? {} : digestsIn({ md5 })),
    ...hashSpecIn(mapping["hash_spec"]),
    ...digestsIn(mapping["hashes"]),
  };
  return [
    {
      kind,
      project,
      filename: basename(relative),
      version: textIn(entry["version"]),
      digests: kind === "test-result" && isAboutOther(relative, digests) ? {} : digests,
      log: entry["log"] ?? null,
      about: about === null ? null : basename(about.replace(/#.*$/, "")),
      url: textIn(mapping["url"]),
      where: relative,
      open: () => openFile(folder, relative, textIn(mapping["last_modified"])),
    },
  ];
}

/** devpi 6.5 to 6.9 wrote down, as the hash of a test result, the hash of the file that it is about. */
function isAboutOther(relative: string, digests: Readonly<Record<string, string>>): boolean {
  const folderOf = relative.split("/").at(-2) ?? "";
  const [algorithm, hex] = Object.entries(hashSpecIn(folderOf))[0] ?? [];
  return algorithm !== undefined && digests[algorithm] === hex;
}

async function openFile(folder: string, relative: string, lastModified: string | null) {
  // What a list names must not lead out of its folder.
  if (isAbsolute(relative) || normalize(relative).startsWith("..")) {
    throw new SourceFault(`${relative} lies outside of the export`);
  }
  const path = join(folder, relative);
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile()) throw new SourceFault(`${relative} is missing from the export`);
  const bytes = found.size <= WHOLE_BYTES_MAX ? wholeOf(path, relative) : bytesOf(path, relative);
  return { bytes, lastModified: instantIn(lastModified) };
}

async function* wholeOf(path: string, relative: string): AsyncGenerator<Uint8Array> {
  yield await readFile(path).catch((cause: Error) => {
    throw unreadable(relative, cause);
  });
}

async function* bytesOf(path: string, relative: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) yield chunk as Uint8Array;
  } catch (cause) {
    throw unreadable(relative, cause as Error);
  }
}

function unreadable(relative: string, cause: Error): SourceFault {
  return new SourceFault(`${relative} of the export cannot be read: ${cause.message}`, { cause });
}

/** devpi's normal form of a project's name. */
function spellingFree(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}
