import type { ProjectName } from "#core";
import { projectName } from "./names.ts";
import { canonicalVersion } from "./versions.ts";

/** The parts of a wheel's file name. */
export interface WheelFilename {
  readonly kind: "wheel";
  readonly filename: string;
  /** As spelled in the file name; older wheels have dots and capitals. */
  readonly distribution: string;
  readonly project: ProjectName;
  /** As spelled in the file name. */
  readonly versionText: string;
  /** In normal form; `null`: not a version by PEP 440, which only files of mirrors may be. */
  readonly version: string | null;
  /** Begins with a digit. */
  readonly build: string | null;
  /** Compressed sets: `py2.py3`, `none`, `any`. */
  readonly python: string;
  readonly abi: string;
  readonly platform: string;
}

/** The parts of a source archive's file name. */
export interface SdistFilename {
  readonly kind: "sdist";
  readonly filename: string;
  readonly distribution: string;
  readonly project: ProjectName;
  readonly versionText: string;
  readonly version: string | null;
  /** `.tar.gz`; mirrors also hold older ones. */
  readonly extension: string;
}

/** Extensions of source archives, current (PEP 625) and retired. */
const SDIST_EXTENSIONS = [".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.Z", ".tar"];
/** Built archives that nobody may upload any more (PEP 527, PEP 715); mirrors still list them. */
const RETIRED_EXTENSIONS = [".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg"];

const FILENAME_LENGTH_MAX = 1024;
const SPLITS_MAX = 64;
const VERSION_PART = /^[a-z0-9_.!+]+$/i;
const BUILD_PART = /^\d[a-z0-9_.]*$/i;
const TAG_SET = /^[a-z0-9_]+(?:\.[a-z0-9_]+)*$/i;

/** Reads `name-version(-build)?-python-abi-platform.whl`; `null` when it is anything else. */
export function parseWheelFilename(filename: string): WheelFilename | null {
  if (!filename.endsWith(".whl") || filename.length > FILENAME_LENGTH_MAX) return null;
  const parts = filename.slice(0, -".whl".length).split("-");
  if (parts.length !== 5 && parts.length !== 6) return null;
  const [distribution = "", versionText = ""] = parts;
  const [python = "", abi = "", platform = ""] = parts.slice(-3);
  const build = parts.length === 6 ? (parts[2] ?? "") : null;
  const project = projectName(distribution);
  if (project === null || !VERSION_PART.test(versionText)) return null;
  if (build !== null && !BUILD_PART.test(build)) return null;
  if (![python, abi, platform].every((set) => TAG_SET.test(set))) return null;
  const version = canonicalVersion(versionText);
  return { kind: "wheel", filename, distribution, project, versionText, version, build, python, abi, platform };
}

/**
 * Reads `name-version.tar.gz` and its older kin; `null` when it is anything else. Old names have `-` in the name or the
 * version, so only the project tells where to cut; without one the last `-` counts, as PEP 625 has it.
 */
export function parseSdistFilename(filename: string, project?: ProjectName): SdistFilename | null {
  const extension = extensionOf(filename, SDIST_EXTENSIONS);
  if (extension === null) return null;
  const splits = splitsOf(filename.slice(0, -extension.length));
  const split = project === undefined ? splits.at(-1) : likeliest(splits.filter((one) => one.project === project));
  return split === undefined ? null : { kind: "sdist", filename, extension, ...split };
}

/**
 * A file's name read as one of the project's files: its version, in normal form where it has one, `null` where its name
 * does not tell. `null` instead of an object: no file of the project is called so.
 */
export function fileOfProject(filename: string, project: ProjectName): { readonly version: string | null } | null {
  // Pages of upstreams have thousands of wheels: each is parsed once.
  if (filename.endsWith(".whl")) {
    const wheel = parseWheelFilename(filename);
    return wheel?.project === project ? { version: wheel.version ?? wheel.versionText } : null;
  }
  if (!projectCandidates(filename).includes(project)) return null;
  const sdist = parseSdistFilename(filename, project);
  if (sdist !== null) return { version: sdist.version ?? sdist.versionText };
  const retired = extensionOf(filename, RETIRED_EXTENSIONS) ?? "";
  const split = splitsOf(filename.slice(0, -retired.length)).find((one) => one.project === project);
  // `1.0-py2.7`, `1.0.win32-py2.7`, `1.0-1.noarch`: what follows is a build's business.
  const text = split?.versionText.replace(/[-.](?:py\d|win32|win-amd64|linux|macosx|noarch|src).*$/, "") ?? null;
  return { version: text === null ? null : (canonicalVersion(text) ?? text) };
}

/**
 * The projects that a file of this name can belong to, likeliest first; empty when it is no package file's name.
 * `foo-bar-1.0.tar.gz` may be `foo-bar` 1.0 or, with an odd version, `foo` `bar-1.0`.
 */
export function projectCandidates(filename: string): readonly ProjectName[] {
  if (filename.endsWith(".whl")) {
    const wheel = parseWheelFilename(filename);
    return wheel === null ? [] : [wheel.project];
  }
  const extension = extensionOf(filename, SDIST_EXTENSIONS) ?? extensionOf(filename, RETIRED_EXTENSIONS);
  if (extension === null) return [];
  const splits = splitsOf(filename.slice(0, -extension.length));
  const sure = splits.filter((split) => split.version !== null).reverse();
  // Then those whose rest at least begins like a version (`1.0-py2.7`), shortest name first. Other cuts only where there
  // is nothing better: each candidate may be asked of an upstream, and a private name must not get there by its parts.
  const likely = splits.filter((split) => split.version === null && /^v?\d/i.test(split.versionText));
  const chosen = sure.length + likely.length > 0 ? [...sure, ...likely] : splits.toReversed();
  return [...new Set(chosen.map((split) => split.project))];
}

/** The single tags of a compressed tag set: `py2.py3-none-any` is two. `null` when they are more than `limit`. */
export function expandTags(
  wheel: Pick<WheelFilename, "python" | "abi" | "platform">,
  limit = 1000,
): readonly string[] | null {
  const [pythons, abis, platforms] = [wheel.python.split("."), wheel.abi.split("."), wheel.platform.split(".")];
  if (pythons.length * abis.length * platforms.length > limit) return null;
  return pythons.flatMap((python) =>
    abis.flatMap((abi) => platforms.map((platform) => `${python}-${abi}-${platform}`)),
  );
}

interface Split {
  readonly distribution: string;
  readonly project: ProjectName;
  readonly versionText: string;
  readonly version: string | null;
}

/** Every way to cut a stem into a valid name and a possible version, by ascending length of the name. */
function splitsOf(stem: string): readonly Split[] {
  if (stem.length > FILENAME_LENGTH_MAX) return [];
  const splits: Split[] = [];
  for (let at = stem.indexOf("-"); at > 0 && splits.length < SPLITS_MAX; at = stem.indexOf("-", at + 1)) {
    const distribution = stem.slice(0, at);
    const versionText = stem.slice(at + 1);
    const project = projectName(distribution);
    if (project === null || !/^[a-z0-9_.!+-]+$/i.test(versionText)) continue;
    splits.push({ distribution, project, versionText, version: canonicalVersion(versionText) });
  }
  return splits;
}

/** Of several cuts with the same project (`foo--1.0`), the one whose rest is a version. */
function likeliest(splits: readonly Split[]): Split | undefined {
  return splits.find((split) => split.version !== null) ?? splits[0];
}

function extensionOf(filename: string, extensions: readonly string[]): string | null {
  return extensions.find((extension) => filename.endsWith(extension)) ?? null;
}
