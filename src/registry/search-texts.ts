import {
  type JournalEntry,
  type LocalRepository,
  NO_PROJECT,
  type ProjectName,
  projectOf,
  type RepositoryName,
  repositoryOf,
} from "#core";
import type { PackageFormat } from "#formats";
import type { MetadataView } from "#stores";
import { formatOf, type Tools } from "./tools.ts";

/** What a local project says about itself, ready to be searched. */
export interface ProjectText {
  readonly project: ProjectName;
  readonly displayName: string;
  /** The newest for the public at large, else the newest; `null`: there are files without one only. */
  readonly version: string | null;
  readonly summary: string | null;
  /** Summary, keywords and people, in lower case. */
  readonly text: string;
}

/**
 * The texts of local repositories in memory: read once, when somebody searches for the first time, and then kept right by
 * the journal, project by project.
 */
export interface SearchTexts extends Disposable {
  /** As new as every finished write; of projects that are shown. `null`: they take more memory than there is for them. */
  of(repository: LocalRepository): Promise<ReadonlyMap<ProjectName, ProjectText> | null>;
}

interface Texts {
  readonly byProject: Map<ProjectName, ProjectText>;
  readonly changed: Set<ProjectName>;
  /** One after another: two readings at once could put the older one last. */
  reading: Promise<void>;
  isRead: boolean;
  isTooLarge: boolean;
}

const TEXT_LENGTH_MAX = 600;
const BYTES_PER_PROJECT = 400;
/** So many projects are read before others have their turn. */
const AT_ONCE = 200;

export function openSearchTexts(tools: Tools): SearchTexts {
  const { metadata, settings } = tools;
  const all = new Map<RepositoryName, Texts>();
  let weight = 0;

  const unsubscribe = metadata.subscribe((entries) => {
    for (const { event } of entries) note(event);
  });

  function note(event: JournalEntry["event"]): void {
    const name = repositoryOf(event);
    const texts = name === null ? undefined : all.get(name);
    if (name === null || texts === undefined) return;
    const project = projectOf(event);
    if (project !== null && project !== NO_PROJECT) texts.changed.add(project);
    else if (event.type === "repository.removed") {
      empty(texts);
      all.delete(name);
    }
  }

  /** Whoever reads them still comes to an end by it. */
  function empty(texts: Texts): void {
    for (const text of texts.byProject.values()) weight -= weightOf(text);
    texts.byProject.clear();
    texts.isTooLarge = true;
  }

  function put(texts: Texts, project: ProjectName, found: ProjectText | null): void {
    const before = texts.byProject.get(project);
    if (before !== undefined) weight -= weightOf(before);
    if (found === null) texts.byProject.delete(project);
    else {
      texts.byProject.set(project, found);
      weight += weightOf(found);
    }
    if (weight > settings.memoryBytesMax / 8) empty(texts);
  }

  async function readSome(
    texts: Texts,
    { name }: LocalRepository,
    format: PackageFormat,
    some: readonly ProjectName[],
  ) {
    const found = await metadata.read(async (view) => {
      const read: [ProjectName, ProjectText | null][] = [];
      for (const project of some) read.push([project, await textIn(view, name, project, format)]);
      return read;
    });
    for (const [project, text] of found) put(texts, project, text);
  }

  async function readAll(texts: Texts, repository: LocalRepository, format: PackageFormat): Promise<void> {
    for (let after: ProjectName | null = null; !texts.isTooLarge; ) {
      const page: { readonly after: ProjectName | null; readonly limit: number; readonly isFilled: true } = {
        after,
        limit: AT_ONCE,
        isFilled: true,
      };
      const names: readonly ProjectName[] = (await metadata.read((view) => view.projects(repository.name, page))).map(
        ({ project }) => project,
      );
      await readSome(texts, repository, format, names);
      after = names.at(-1) ?? null;
      if (names.length < AT_ONCE) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    texts.isRead = true;
  }

  async function bringUp(texts: Texts, repository: LocalRepository): Promise<void> {
    const format = formatOf(tools, repository);
    if (!texts.isRead) await readAll(texts, repository, format);
    while (texts.changed.size > 0 && !texts.isTooLarge) {
      const some = [...texts.changed].slice(0, AT_ONCE);
      // Taken away first: what changes while they are read is to be read again.
      for (const project of some) texts.changed.delete(project);
      await readSome(texts, repository, format, some);
    }
  }

  return {
    async of(repository) {
      const texts = all.get(repository.name) ?? {
        byProject: new Map(),
        changed: new Set(),
        reading: Promise.resolve(),
        isRead: false,
        isTooLarge: false,
      };
      all.set(repository.name, texts);
      if (!texts.isRead || texts.changed.size > 0) {
        const reading = texts.reading.then(() => bringUp(texts, repository));
        // Who comes next reads again what this one could not.
        texts.reading = reading.catch(() => undefined);
        await reading;
      }
      return texts.isTooLarge ? null : texts.byProject;
    },
    [Symbol.dispose]() {
      unsubscribe();
      all.clear();
    },
  };
}

function weightOf({ text, summary }: ProjectText): number {
  return BYTES_PER_PROJECT + text.length + (summary?.length ?? 0);
}

async function textIn(
  view: MetadataView,
  repository: RepositoryName,
  project: ProjectName,
  format: PackageFormat,
): Promise<ProjectText | null> {
  const known = await view.project(repository, project);
  if (known === null) return null;
  const { displayName } = known;
  const versions = await view.versions(repository, project);
  const newest = versions.reduce<(typeof versions)[number] | null>(
    (best, one) => (best === null || isLikelier(format, one.version, best.version) ? one : best),
    null,
  );
  if (newest === null) {
    // A name that is only held is not shown.
    const isFilled = (await view.filenames(repository, project)).length > 0;
    return isFilled ? { project, displayName, version: null, summary: null, text: "" } : null;
  }
  const summary = format.summaryOf(newest.attributes)?.slice(0, TEXT_LENGTH_MAX) ?? null;
  const text = format.searchTextOf(newest.attributes).slice(0, TEXT_LENGTH_MAX).toLowerCase();
  return { project, displayName, version: newest.version, summary, text };
}

/** What one would install: a version for the public at large before the others, and of two the newer one. */
function isLikelier(format: PackageFormat, one: string, other: string): boolean {
  const isStable = format.isStable(one);
  return isStable === format.isStable(other) ? format.compareVersions(one, other) > 0 : isStable;
}
