import type { FormatName, Offer, ProjectName } from "#core";
import type { ListingReader, PackageFormat, RandomAccess, UpstreamPage } from "#formats";

/**
 * The least format that reads what the fake upstream serves, for tests of rooms that must not open a real one. Its
 * "wheels" are any bytes, then the metadata, then 16 digits that say where it begins.
 */
export const PLAIN = "plain" as FormatName;

export function plainWheel(metadata: string, ballast: Uint8Array = Buffer.alloc(100, "x")): Buffer {
  return Buffer.concat([ballast, Buffer.from(metadata), Buffer.from(String(ballast.byteLength).padStart(16, "0"))]);
}

const reader: ListingReader = {
  accept: "application/vnd.pypi.simple.v1+json, text/html;q=0.5",
  projectAddress: (project) => `${project}/`,
  readProject(page, project) {
    const offers = page.contentType.includes("json") ? jsonOffers(page, project) : htmlOffers(page, () => project);
    return { displayName: project.toUpperCase(), status: "active", statusReason: null, versions: ["1.0"], offers };
  },
  async *readProjects({ pieces, ...rest }) {
    const page = { ...rest, bytes: Buffer.concat(await Array.fromAsync(pieces)) };
    const names = page.contentType.includes("json")
      ? (jsonOf(page)["projects"] as { name: string }[]).map(({ name }) => name)
      : [...htmlOf(page).matchAll(/<a href="([^"/]+)\/"/g)].map(([, name = ""]) => name);
    yield names.map((name) => ({ project: name.toLowerCase() as ProjectName, displayName: name }));
  },
  readFlat: (page) => htmlOffers(page, (filename) => (filename.split("-")[0] ?? "") as ProjectName),
  companionAt(offer, suffix) {
    const metadata = offer.attributes["metadata"];
    return metadata === undefined || suffix !== ".metadata"
      ? null
      : { url: `${offer.url}.metadata`, sha256: typeof metadata === "string" ? metadata : null };
  },
  async makeCompanion(filename, suffix, file) {
    if (suffix !== ".metadata" || !filename.endsWith(".whl")) return null;
    return metadataOf(file);
  },
};

/** All that remotes use of a format; the rest is never called. */
export const plainFormat: PackageFormat = {
  name: PLAIN,
  normalize: (name) => name.toLowerCase() as ProjectName,
  routes: [],
  projectsOf: () => [],
  identityOf: (filename) => filename,
  filePath: (file) => (file.kind === "offer" ? file.offer.filename : file.artifact.filename),
  placeOf: ({ displayName, version, filename }) => `${displayName}/${version}/${filename}`,
  propertiesOf: ({ displayName, version }) => ({ "plain.name": [displayName], "plain.version": [version] }),
  examine: async () => null,
  async admit() {
    throw new Error("remotes publish nothing");
  },
  knowsProjects: true,
  reader,
  compareVersions: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  isStable: () => true,
  readConstraints: () => ({ admitsProject: () => true, admitsVersion: () => true }),
  summaryOf: () => null,
  searchTextOf: () => "",
  describe: async () => null,
  archives: { members: async () => null, read: async () => null },
  attachmentPath: ({ filename }) => filename,
  attachmentProjects: () => [],
  uploadForms: { fileField: "content", register: () => [], file: () => [], documentation: () => [] },
  documentation: { check: async () => undefined, open: async () => new Map() },
  adopt: ({ attributes }) => ({ attributes, versionAttributes: {} }),
  takeOver: async ({ version }) => ({ attributes: version.attributes, companions: {} }),
  readRecord: (version, attributes) => ({ version, attributes }),
};

/** The same without projects: any files under any paths. */
export const ANY = "any" as FormatName;
export const anyFormat: PackageFormat = { ...plainFormat, name: ANY, knowsProjects: false };

async function metadataOf(file: RandomAccess): Promise<Uint8Array> {
  if (file.sizeBytes < 16) throw new SyntaxError("not a plain wheel");
  const end = file.sizeBytes - 16;
  const start = Buffer.from(await file.read(end, file.sizeBytes)).toString();
  if (!/^\d{16}$/.test(start)) throw new SyntaxError("not a plain wheel");
  return file.read(Number(start), end);
}

function jsonOf(page: UpstreamPage): Record<string, unknown> {
  return JSON.parse(Buffer.from(page.bytes).toString());
}

function htmlOf(page: UpstreamPage): string {
  const text = Buffer.from(page.bytes).toString();
  if (!page.contentType.startsWith("text/html") || !text.startsWith("<!DOCTYPE")) {
    throw new SyntaxError(`${page.url} is not a project page`);
  }
  return text;
}

interface PageFile {
  readonly filename: string;
  readonly url: string;
  readonly hashes: Readonly<Record<string, string>>;
  readonly size?: number;
  readonly "core-metadata"?: { readonly sha256: string };
}

function jsonOffers(page: UpstreamPage, project: ProjectName): Offer[] {
  const files = jsonOf(page)["files"] as PageFile[];
  return files.map((file) => ({
    project,
    filename: file.filename,
    version: "1.0",
    url: new URL(file.url, page.url).href,
    digests: file.hashes,
    sizeBytes: file.size ?? null,
    publishedAt: null,
    yanked: null,
    attributes: file["core-metadata"] === undefined ? {} : { metadata: file["core-metadata"].sha256 },
  }));
}

function htmlOffers(page: UpstreamPage, projectOf: (filename: string) => ProjectName): Offer[] {
  return [...htmlOf(page).matchAll(/<a href="([^"#]+)(?:#sha256=([0-9a-f]+))?"([^>]*)>/g)].map(
    ([, href = "", sha256, attributes = ""]) => {
      const url = new URL(href, page.url);
      const filename = decodeURIComponent(url.pathname.split("/").at(-1) ?? "");
      const metadata = /data-core-metadata="sha256=([0-9a-f]+)"/.exec(attributes)?.[1];
      return {
        project: projectOf(filename),
        filename,
        version: "1.0",
        url: url.href,
        digests: sha256 === undefined ? {} : { sha256 },
        sizeBytes: null,
        publishedAt: null,
        yanked: null,
        attributes: metadata === undefined ? {} : { metadata },
      };
    },
  );
}
