import { createHash } from "node:crypto";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import {
  type Actor,
  type Artifact,
  type Digest,
  type Instant,
  type JournalEvent,
  type ProjectName,
  placeOf,
  type RepositoryName,
} from "#core";
import { openSqliteStore } from "../src/stores/sqlite/index.ts";
import { atMost, type Figure, shown } from "./figures.ts";
import { HTML, withServer } from "./hosted.ts";
import { ask, load, median } from "./load.ts";
import { type Place, startVivarium } from "./servers.ts";

const GENERATOR: Actor = { kind: "system", name: "bench generator", tokenId: null };
export const REPOSITORY = "root/dev" as RepositoryName;
export const FILES_PER_PROJECT = 10;
const PROJECTS_PER_WRITE = 500;
/** One file in so many has the property `stage`. */
const STAGED_EVERY = 200;

/** An index of ten files a project, generated through the journal's own path; how the server fares on it. */
export async function millionRows(place: Place, files: number, seconds: number): Promise<Figure[]> {
  const name = "vivarium-million";
  const empty = await startVivarium(place, name);
  await empty[Symbol.asyncDispose]();
  const generated = await generate(join(place.scratch, name), files);
  const rows = await withServer(startVivarium(place, name), async ({ port, startSeconds, memoryMb }) => {
    const pages: number[] = [];
    for (let i = 0; i < 200; i += 1) {
      const project = Math.floor((i * files) / FILES_PER_PROJECT / 200);
      const page = await ask({ port, path: `/root/dev/simple/${projectName(project)}/`, headers: { accept: HTML } });
      if (page.status !== 200) throw new Error(`page of ${projectName(project)}: ${page.status}`);
      pages.push(page.milliseconds);
    }
    const list = await ask({ port, path: "/root/dev/simple/", headers: { accept: HTML } });
    const warm = await load(`http://127.0.0.1:${port}/root/dev/simple/${projectName(0)}/`, {
      connections: 32,
      seconds,
      headers: { Accept: HTML },
    });
    return [
      atMost(`start to first answer with ${files} files`, startSeconds, 3, "s"),
      shown("cold page among them, median", `${median(pages).toFixed(2)} ms`),
      shown(
        "list of all projects, cold",
        `${Math.round(list.milliseconds)} ms, ${(list.body.byteLength / 1e6).toFixed(1)} MB`,
      ),
      shown("warm page among them", `${warm.perSecond} /s`),
      atMost("memory with them, after the rows", memoryMb(), 300, "MB"),
    ];
  });
  return [shown(`generated ${files} files through the journal`, `${Math.round(files / generated)} files/s`), ...rows];
}

/** Returns the seconds it took. */
export async function generate(data: string, files: number): Promise<number> {
  const began = performance.now();
  const now = (): Instant => Date.now() as Instant;
  await using store = await openSqliteStore({ folder: data, now });
  const projects = Math.ceil(files / FILES_PER_PROJECT);
  for (let first = 0; first < projects; first += PROJECTS_PER_WRITE) {
    const last = Math.min(first + PROJECTS_PER_WRITE, projects);
    await store.metadata.write(GENERATOR, async (tx) => {
      for (let project = first; project < last; project += 1)
        for (const event of eventsOf(project, now())) tx.append(event);
    });
  }
  return (performance.now() - began) / 1000;
}

export function projectName(index: number): ProjectName {
  return `generated-${String(index).padStart(6, "0")}` as ProjectName;
}

function eventsOf(index: number, at: Instant): JournalEvent[] {
  const project = projectName(index);
  const artifacts = Array.from({ length: FILES_PER_PROJECT }, (_, version) => artifact(project, `1.${version}.0`, at));
  return [
    { type: "project.registered", repository: REPOSITORY, project, displayName: project },
    ...artifacts.flatMap((made, file): JournalEvent[] => [
      { type: "artifact.published", artifact: made, promotedFrom: null },
      {
        type: "properties.set",
        repository: REPOSITORY,
        path: placeOf(made),
        properties: {
          "pypi.name": [project],
          "pypi.normalized.name": [project],
          "pypi.version": [made.version ?? ""],
          ...((index * FILES_PER_PROJECT + file) % STAGED_EVERY === 0 ? { stage: ["release"] } : {}),
        },
      },
    ]),
  ];
}

export function filenameOf(project: ProjectName, version: string): string {
  return `${project.replaceAll("-", "_")}-${version}-py3-none-any.whl`;
}

export function sha1Of(filename: string): string {
  return createHash("sha1").update(filename).digest("hex");
}

function artifact(project: ProjectName, version: string, at: Instant): Artifact {
  const filename = filenameOf(project, version);
  const sha256 = createHash("sha256").update(filename).digest("hex");
  return {
    repository: REPOSITORY,
    project,
    filename,
    path: `${project}/${version}/${filename}`,
    digests: { sha1: sha1Of(filename), md5: createHash("md5").update(filename).digest("hex") },
    version,
    blob: `sha256:${sha256}` as Digest,
    sizeBytes: 20_000,
    publishedAt: at,
    yanked: null,
    attributes: {
      requiresPython: ">=3.8",
      packageType: "bdist_wheel",
      pythonVersion: "py3",
      coreMetadata: { sha256 },
      hashes: { sha256 },
    },
    companions: {},
    log: [],
  };
}
