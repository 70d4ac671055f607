import {
  type Attachment,
  type Call,
  factsOf,
  hexOf,
  type ListedFile,
  type ProjectName,
  type Reply,
  type Repository,
  refuse,
} from "#core";
import type { DialectRoute, Target } from "#http";
import { asksHtml, resultReply } from "./answers.ts";
import { existingIndex, indexIn } from "./indexes.ts";
import { encodedPath, linkPage } from "./pages.ts";
import type { DevpiParts } from "./parts.ts";
import { isProjectAddress, projectIn } from "./project-names.ts";
import { addressIn, addressOf, findNamed } from "./release-files.ts";
import { reportPage } from "./test-report.ts";

/** Test results: `devpi test` posts them to the address of the file that it has tested; people read them below the version. */
export function testResultRoutes(parts: DevpiParts): readonly DialectRoute[] {
  return [
    { scope: "repository", method: "POST", path: "/+f/*", handle: (call, target) => keep(parts, call, target) },
    {
      scope: "repository",
      method: "GET",
      path: "/:project/:version/+toxresults/:filename",
      when: isProjectAddress,
      handle: (call, target) => list(parts, call, target),
    },
    {
      scope: "repository",
      method: "GET",
      path: "/:project/:version/+toxresults/:filename/:result",
      when: isProjectAddress,
      handle: (call, target) => show(parts, call, target),
    },
  ];
}

/** devpi's order: the right, then the file, then what was sent. */
async function keep(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const { registry } = parts;
  const repository = await existingIndex(parts, indexIn(target));
  const { candidates } = addressOf(parts, call, repository);
  const may = (project: ProjectName | null): boolean =>
    registry.decide(call.principal, "upload-test-result", repository, project).isAllowed;
  if (!may(null) && !candidates.some(may)) {
    const because =
      "No permission to upload tox results. You can use the devpi test --no-upload option to skip the upload.";
    throw refuse({ code: "not-permitted", action: "upload-test-result", because });
  }
  const file = await testedFile(parts, call, repository);
  const { project, filename: about } = factsOf(file);
  const result = await registry.attachments.saveTestResult(
    call.principal,
    repository.name,
    { project, about },
    call.body(),
  );
  return resultReply(
    "toxresultpath",
    `${repository.name}/${pathOf(parts, repository, result, file)}#${hashOf(result)}`,
  );
}

/** The file at this very address; only what the index itself holds, whoever else shows it. */
async function testedFile(parts: DevpiParts, call: Call, repository: Repository): Promise<ListedFile> {
  const { path, filename, candidates } = addressOf(parts, call, repository);
  // Who may send results need not be allowed to read.
  const own = await parts.registry.own(repository.name, { kind: "system", reason: "a test result has come" });
  const file = await findNamed(own, filename, candidates);
  if (file?.kind === "artifact" && addressIn(parts, repository, file) === path) return file;
  const because = `no release file found at ${repository.name}/${path}`;
  throw refuse({ code: "file-not-found", repository: repository.name, filename, because });
}

async function list(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const { repository, project, results } = await resultsAt(parts, call, target);
  const { version = "", filename = "" } = call.params;
  const home = `/${repository.name}/${project}/${version}/+toxresults/${filename}`;
  if (asksHtml(call)) {
    const links = results.map((result) => ({ path: `${home}/${result.filename}`, text: titleOf(result) }));
    return linkPage(call, `Test results of ${filename}`, links);
  }
  return resultReply(
    "toxresults",
    results.map((result) => ({
      href: `${call.publicUrl}${encodedPath(`${home}/${result.filename}`)}`,
      hash_spec: hashOf(result),
      size: result.sizeBytes,
      uploaded: new Date(result.attachedAt).toISOString(),
    })),
  );
}

async function show(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const { repository, results } = await resultsAt(parts, call, target);
  const asked = call.params["result"] ?? "";
  const result = results.find(({ filename }) => filename === asked);
  if (result === undefined) throw refuse({ code: "file-not-found", repository: repository.name, filename: asked });
  const opened = await parts.registry.attachments.open(call.principal, result);
  if (asksHtml(call)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await opened.body.open()) chunks.push(chunk);
    return {
      kind: "bytes",
      status: 200,
      contentType: "text/html; charset=utf-8",
      body: reportPage(titleOf(result), Buffer.concat(chunks).toString("utf8")),
      headers: { vary: "Accept, User-Agent" },
      cache: { kind: "revalidate", isPrivate: opened.isPrivate },
    };
  }
  return {
    kind: "file",
    filename: result.filename,
    contentType: "application/json",
    body: opened.body,
    etag: hexOf(result.blob),
    lastModified: result.attachedAt,
    cache: { kind: "revalidate", isPrivate: opened.isPrivate },
    headers: { vary: "Accept, User-Agent", "x-content-type-options": "nosniff" },
  };
}

/** The results of the file in the address, the newest first; also where a base of the index holds them. */
async function resultsAt(
  parts: DevpiParts,
  call: Call,
  target: Target,
): Promise<{
  readonly repository: Repository;
  readonly project: ProjectName;
  readonly results: readonly Attachment[];
}> {
  const repository = await existingIndex(parts, indexIn(target));
  const project = projectIn(parts, call, repository);
  const { version = "", filename = "" } = call.params;
  const about = { about: filename };
  const all = await parts.registry.attachments.shown(call.principal, repository.name, project, about);
  const results = all.filter((one) => one.version === version).reverse();
  return { repository, project, results };
}

function pathOf(parts: DevpiParts, repository: Repository, result: Attachment, file: ListedFile): string {
  const tested = file.kind === "artifact" ? file.artifact.blob : null;
  return decodeURIComponent(parts.registry.format(repository.format).attachmentPath(result, tested));
}

function hashOf({ blob }: Attachment): string {
  return `sha256=${hexOf(blob)}`;
}

function titleOf({ filename, attachedAt }: Attachment): string {
  return `${filename}, ${new Date(attachedAt).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
