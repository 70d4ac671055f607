import { type Attachment, type Call, hexOf, type Repository, refuse } from "#core";
import { type ApiParts, type Operation, operation, repositoryIn } from "./operation.ts";
import { FORCE_QUERY, forceIn, PROJECT, projectIn, VERSION } from "./projects.ts";
import type { Answers } from "./schemas.ts";
import { instantView } from "./views.ts";

/** Documentation and test results. What is stored is downloaded from the address in `url`. */
export const attachmentOperations: readonly Operation[] = [
  operation({
    id: "listAttachments",
    method: "GET",
    path: `${PROJECT}/attachments`,
    summary: "The documentation and the test results of a project's versions",
    answer: "Attachments",
    refusals: ["repository-not-found", "not-permitted"],
    async handle(parts, call) {
      const { project } = await projectIn(parts, call);
      const shown = await parts.registry.attachments.shown(call.principal, repositoryIn(call), project);
      return { items: await Promise.all(shown.map((attachment) => attachmentView(parts, call, attachment))) };
    },
  }),
  operation({
    id: "saveDocumentation",
    method: "PUT",
    path: `${VERSION}/documentation`,
    summary: "Upload the documentation of a version, as a zip of pages; a version that is not there yet is made",
    upload: "application/zip",
    answer: "Attachment",
    refusals: [
      "repository-not-found",
      "not-permitted",
      "upload-invalid",
      "file-exists",
      "not-publishable",
      "too-large",
    ],
    async handle(parts, call) {
      const { repository, project } = await projectIn(parts, call);
      const version = versionIn(parts, call, repository);
      const wish = { project, displayName: null, version, attributes: {} };
      const { attachment } = await parts.registry.attachments.saveDocumentation(
        call.principal,
        repository.name,
        wish,
        call.body(),
      );
      return attachmentView(parts, call, attachment);
    },
  }),
  operation({
    id: "saveTestResult",
    method: "POST",
    path: `${PROJECT}/files/:filename/test-results`,
    summary: "Upload a test result of a file: the JSON report of tox, kept byte for byte",
    upload: "application/json",
    answer: "Attachment",
    status: 201,
    refusals: ["repository-not-found", "file-not-found", "not-permitted", "request-invalid", "too-large"],
    async handle(parts, call) {
      const { repository, project } = await projectIn(parts, call);
      const about = call.params["filename"] ?? "";
      const attachment = await parts.registry.attachments.saveTestResult(
        call.principal,
        repository.name,
        { project, about },
        call.body(),
      );
      return attachmentView(parts, call, attachment);
    },
  }),
  operation({
    id: "removeAttachment",
    method: "DELETE",
    path: `${PROJECT}/attachments/:filename`,
    summary: "Remove documentation or a test result",
    query: [FORCE_QUERY],
    refusals: ["file-not-found", "not-permitted", "repository-immutable"],
    async handle(parts, call) {
      const { repository, project } = await projectIn(parts, call);
      const which = { repository: repository.name, project, filename: call.params["filename"] ?? "" };
      await parts.registry.attachments.remove(call.principal, which, forceIn(parts, call, repository));
      return null;
    },
  }),
];

async function attachmentView(
  { registry }: ApiParts,
  call: Call,
  attachment: Attachment,
): Promise<Answers["Attachment"]> {
  const { repository: name, project, version, kind, filename, about, sizeBytes, blob, attachedAt } = attachment;
  const repository = await registry.repository(name);
  if (repository === null) throw refuse({ code: "repository-not-found", repository: name });
  const base = `${call.publicUrl}/${name.split("/").map(encodeURIComponent).join("/")}`;
  const path = registry
    .format(repository.format)
    .attachmentPath(attachment, await registry.attachments.tested(attachment));
  return {
    filename,
    kind,
    project,
    version,
    about,
    sizeBytes,
    sha256: hexOf(blob),
    attachedAt: instantView(attachedAt),
    member: name,
    url: `${base}/${path}`,
    pages: kind === "documentation" ? `${base}/${project}/${encodeURIComponent(version)}/+doc/index.html` : null,
  };
}

function versionIn({ registry }: ApiParts, call: Call, repository: Repository): string {
  return registry.format(repository.format).readRecord(call.params["version"] ?? "", {}).version;
}
