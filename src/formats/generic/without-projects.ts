import { placeOf, refuse } from "#core";
import type { PackageFormat } from "../format.ts";

/**
 * What a format answers that knows no projects. Nothing is the name of one, so nobody asks further; what is only ever
 * called for a project, a version or an upstream's page says that there are none.
 */
export const WITHOUT_PROJECTS: Omit<PackageFormat, "name" | "routes"> = {
  knowsProjects: false,
  normalize: () => null,
  projectsOf: () => [],
  identityOf: (filename) => filename,
  filePath: (file) => encodedPath(file.kind === "artifact" ? placeOf(file.artifact) : file.offer.filename),
  placeOf: ({ filename }) => filename,
  propertiesOf: () => ({}),
  examine: async () => null,
  async admit(filename) {
    throw refuse({ code: "upload-invalid", because: `${filename} is no package here: ${NO_PROJECTS}` });
  },
  compareVersions: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  isStable: () => false,
  summaryOf: () => null,
  searchTextOf: () => "",
  describe: async () => null,
  archives: { members: async () => null, read: async () => null },
  readConstraints(lines) {
    if (lines.length > 0) throw noProjects();
    return { admitsProject: () => true, admitsVersion: () => true };
  },
  reader: {
    accept: "*/*",
    projectAddress() {
      throw noProjects();
    },
    readProject() {
      throw noProjects();
    },
    // biome-ignore lint/correctness/useYield: there is nothing to give.
    async *readProjects() {
      throw noProjects();
    },
    readFlat() {
      throw noProjects();
    },
    companionAt: () => null,
    makeCompanion: async () => null,
  },
  attachmentPath({ filename }) {
    throw new TypeError(`'${filename}' cannot be attached to a version: ${NO_PROJECTS}`);
  },
  attachmentProjects: () => [],
  documentation: {
    async check() {
      throw refuse({ code: "upload-invalid", because: NO_PROJECTS });
    },
    async open() {
      throw noProjects();
    },
  },
  uploadForms: {
    fileField: "content",
    register: () => [],
    file: () => [],
    documentation: () => [],
  },
  adopt: () => ({ attributes: {}, versionAttributes: {} }),
  async takeOver() {
    throw refuse({ code: "upload-invalid", because: NO_PROJECTS });
  },
  readRecord: (version) => ({ version, attributes: {} }),
};

const NO_PROJECTS = "this kind of repository has no projects, only files";

function noProjects(): SyntaxError {
  return new SyntaxError(NO_PROJECTS);
}

/** Percent-encoded part by part. */
export function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
