import { type Attachment, type FileBody, hexOf, type Principal, type ProjectName, type RepositoryName } from "#core";
import type { DocumentationPage } from "#formats";
import type { Attachments } from "./attachments.ts";
import { accessTo } from "./remote-holdings.ts";
import type { Tools } from "./tools.ts";

/** The pages of documentation, read straight out of the packed file. */
export interface Documentations {
  /** What there is to read about a project, seen from a repository; the newest version first, each once. */
  list(principal: Principal, repository: RepositoryName, project: ProjectName): Promise<readonly Attachment[]>;
  /** One page, for somebody who may read the repository. `null`: there is none of that path, or none can be read. */
  page(principal: Principal, documentation: Attachment, path: string): Promise<OpenPage | null>;
}

export interface OpenPage {
  readonly body: FileBody;
  /** Strong validator without quotes. */
  readonly etag: string;
  readonly lastModified: Attachment["attachedAt"];
  readonly isPrivate: boolean;
}

type Pages = ReadonlyMap<string, DocumentationPage>;

/** Of archives that are read at present the tables of contents stay in memory, up to so many lines altogether. */
const LINES_MAX = 50_000;
/** An archive without pages has a weight, too. */
const LINES_PER_ARCHIVE = 100;

export function openDocumentations(
  tools: Pick<Tools, "blobs" | "catalog" | "formats">,
  attachments: Attachments,
  linesMax = LINES_MAX,
): Documentations {
  // The last in the map is the one that was used last.
  const contents = new Map<Attachment["blob"], Promise<Pages>>();
  const weights = new Map<Attachment["blob"], number>();

  function formatOf(name: RepositoryName) {
    const repository = tools.catalog.find(name);
    const format = repository === null ? undefined : tools.formats.get(repository.format);
    if (format === undefined) throw new TypeError(`there is no format for the documentation in ${name}`);
    return format;
  }

  function forget(blob: Attachment["blob"]): void {
    contents.delete(blob);
    weights.delete(blob);
  }

  function shrink(): void {
    let sum = 0;
    for (const weight of weights.values()) sum += weight;
    for (const [blob, weight] of weights) {
      if (sum <= linesMax) return;
      forget(blob);
      sum -= weight;
    }
  }

  /** Read once for all who ask at the same time. */
  async function contentOf({ repository, blob, sizeBytes }: Attachment): Promise<Pages> {
    const known = contents.get(blob);
    const weight = weights.get(blob);
    const reading = known ?? formatOf(repository).documentation.open(accessTo(tools.blobs, { blob, sizeBytes }));
    contents.delete(blob);
    weights.delete(blob);
    contents.set(blob, reading);
    if (weight !== undefined) weights.set(blob, weight);
    try {
      const pages = await reading;
      if (contents.get(blob) === reading) weights.set(blob, pages.size + LINES_PER_ARCHIVE);
      shrink();
      return pages;
    } catch (error) {
      forget(blob);
      throw error;
    }
  }

  return {
    async list(principal, name, project) {
      const byVersion = new Map<string, Attachment>();
      for (const one of await attachments.shown(principal, name, project, { kind: "documentation" })) {
        if (!byVersion.has(one.version)) byVersion.set(one.version, one);
      }
      const { compareVersions } = formatOf(name);
      return [...byVersion.values()].sort((a, b) => compareVersions(b.version, a.version));
    },
    async page(principal, documentation, path) {
      // Rights and quarantine, at every page.
      const { isPrivate } = await attachments.open(principal, documentation);
      const page = (await readable(() => contentOf(documentation)))?.get(path);
      if (page === undefined) return null;
      return {
        body: bodyOf(page),
        etag: `${hexOf(documentation.blob).slice(0, 32)}-${page.validator}`,
        lastModified: documentation.attachedAt,
        isPrivate,
      };
    },
  };
}

/** An archive that came from elsewhere without being judged may turn out to be none; it can be downloaded all the same. */
async function readable(read: () => Promise<Pages>): Promise<Pages | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function bodyOf(page: DocumentationPage): FileBody {
  return {
    sizeBytes: page.sizeBytes,
    bytes: null,
    open: async (range) => (range === undefined ? page.read() : partOf(page.read(), range)),
  };
}

/** `[start, end)` of what is unpacked as it comes: nothing in front of it can be left out. */
async function* partOf(
  chunks: AsyncIterable<Uint8Array>,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
    if (part.byteLength > 0) yield part;
    at += chunk.byteLength;
    if (at >= end) return;
  }
}
