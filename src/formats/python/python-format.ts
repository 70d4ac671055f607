import type { FormatName } from "#core";
import type { PackageFormat } from "../format.ts";
import { admit } from "./admit.ts";
import { adopt } from "./adopt.ts";
import { archives } from "./archives.ts";
import { attachmentCandidates, attachmentPath } from "./attachment-paths.ts";
import { readConstraints } from "./constraints.ts";
import { describe, searchTextOf } from "./describe.ts";
import { zippedDocumentation } from "./documentation.ts";
import { examine } from "./examine.ts";
import { fileIdentity } from "./file-identity.ts";
import { fileRoutes } from "./file-routes.ts";
import { projectCandidates } from "./filenames.ts";
import { jsonApiRoutes } from "./json-api.ts";
import { projectName } from "./names.ts";
import { placeOf, propertiesOf } from "./places.ts";
import { pythonReader } from "./reader.ts";
import { filePath } from "./render-paths.ts";
import { simpleRoutes } from "./simple-routes.ts";
import { readRecord, takeOver } from "./take-over.ts";
import { uploadRoute } from "./upload.ts";
import { pythonUploadForms } from "./upload-forms.ts";
import { compareVersions, isPrerelease, isVersion } from "./versions.ts";

/** The language of pip, uv, twine and their kin. */
export function pythonFormat(): PackageFormat {
  return {
    name: "python" as FormatName,
    normalize: projectName,
    routes: [...simpleRoutes, ...fileRoutes, ...jsonApiRoutes, uploadRoute],
    projectsOf: projectCandidates,
    identityOf: fileIdentity,
    filePath,
    placeOf,
    propertiesOf,
    examine,
    admit,
    knowsProjects: true,
    reader: pythonReader,
    compareVersions,
    readConstraints,
    summaryOf: ({ summary }) => (typeof summary === "string" && summary !== "" ? summary : null),
    searchTextOf,
    describe,
    archives,
    isStable: (version) => isVersion(version) && !isPrerelease(version),
    attachmentPath,
    attachmentProjects: attachmentCandidates,
    documentation: zippedDocumentation,
    uploadForms: pythonUploadForms,
    adopt,
    takeOver,
    readRecord,
  };
}
