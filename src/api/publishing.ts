import { type Call, hexOf, type Repository, refuse } from "#core";
import type { Registry } from "#registry";
import { type ApiParts, type Operation, operation, repositoryIn } from "./operation.ts";
import type { Answers } from "./schemas.ts";

type Desk = Awaited<ReturnType<Registry["desk"]>>;

/** Publishing a file by itself, without the form of the old upload interface. */
export const publishingOperations: readonly Operation[] = [
  operation({
    id: "publishFile",
    method: "PUT",
    path: "/repositories/:owner/:name/files/:filename",
    summary: "Publish a file by itself: what it is of, its own metadata says. Checked as every upload is",
    upload: "application/octet-stream",
    answer: "TreeFile",
    status: 201,
    refusals: [
      "not-signed-in",
      "not-permitted",
      "repository-not-found",
      "not-publishable",
      "upload-invalid",
      "file-exists",
      "too-large",
    ],
    async handle(parts, call) {
      const desk = await parts.registry.desk(repositoryIn(call), call.principal, "publish");
      const filename = call.params["filename"] ?? "";
      return parts.registry.format(desk.repository.format).knowsProjects
        ? publishPackage(parts, call, desk, filename)
        : putFile(parts, call, desk.repository, filename);
    },
  }),
];

async function publishPackage(
  { registry }: ApiParts,
  call: Call,
  desk: Desk,
  filename: string,
): Promise<Answers["TreeFile"]> {
  const target = desk.publishesTo ?? desk.repository;
  const format = registry.format(target.format);
  // Refuses whoever may not publish before anything is read.
  await using received = await desk.receive(call.body());
  const validation = target.kind === "local" ? target.validation : "strict";
  const candidate = await format.admit(filename, received, validation);
  await desk.publish(candidate);
  return {
    repository: target.name,
    path: format.placeOf(candidate),
    sizeBytes: received.sizeBytes,
    sha256: hexOf(received.digest),
  };
}

/** Of any files, the name is all that there is; there may be folders in it. */
async function putFile(
  { registry }: ApiParts,
  call: Call,
  repository: Repository,
  path: string,
): Promise<Answers["TreeFile"]> {
  if (path === "") throw refuse({ code: "request-invalid", because: "a file needs a name" });
  const place = { repository: repository.name, path };
  await using received = await registry.tree.receive(call.principal, place, call.body());
  const { node } = await registry.tree.put(call.principal, place, received);
  return { repository: node.repository, path: node.path, sizeBytes: node.sizeBytes, sha256: node.sha256 };
}
