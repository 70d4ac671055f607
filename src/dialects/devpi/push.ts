import {
  type Call,
  factsOf,
  type JsonObject,
  type Listing,
  type ProjectName,
  parseRepositoryName,
  type Reply,
  type Repository,
  refuse,
} from "#core";
import type { DialectRoute, Target } from "#http";
import type { PushContent, PushStep } from "#registry";
import { objectOf, resultReply } from "./answers.ts";
import { existingIndex, indexIn } from "./indexes.ts";
import { quoted } from "./option-values.ts";
import type { DevpiParts } from "./parts.ts";
import { accountName } from "./projects.ts";
import { pushElsewhere } from "./push-elsewhere.ts";

/** Push of a release from one index to another: `PUSH` or `POST` of JSON to the index that has it. */
export function pushRoutes(parts: DevpiParts): readonly DialectRoute[] {
  const handle = (call: Call, target: Target) => push(parts, call, target);
  return [
    { scope: "repository", method: "PUSH", path: "/", handle },
    // Forms are uploads and the format's; XML is a search.
    { scope: "repository", method: "POST", path: "/", when: (call) => !isForm(call), handle },
  ];
}

function isForm(call: Call): boolean {
  return /^\s*(multipart\/|application\/x-www-form-urlencoded|text\/xml)/i.test(
    call.header("content-type") ?? "multipart/",
  );
}

/** The order of the checks is devpi's: what is asked, whether it is there, then where it goes. */
async function push(parts: DevpiParts, call: Call, target: Target): Promise<Reply> {
  const source = await existingIndex(parts, indexIn(target));
  const wish = await objectOf(call);
  const { name, version } = wish;
  if (typeof name !== "string" || typeof version !== "string") {
    throw refuse({ code: "request-invalid", because: "Bad request: 'name' and 'version' are needed" });
  }
  const project = parts.registry.format(source.format).normalize(name);
  const own = await parts.registry.own(source.name, call.principal);
  const listing = project === null ? null : await own.listing(project);
  if (project === null || listing === null || !(await knowsVersion())) {
    const because = `there are no files for ${name} ${version} on stage ${source.name}`;
    throw refuse({ code: "request-invalid", because });
  }
  if (wish["no_docs"] === true && wish["only_docs"] === true) {
    throw refuse({ code: "request-invalid", because: "can't use 'no_docs' and 'only_docs' together" });
  }
  const content = contentOf(wish);
  const names = await namesOf(parts, call, source, listing, { version, content });
  if (names.length === 0) {
    const because = `no release/files found for ${name} ${version}`;
    throw refuse({ code: "version-not-found", repository: source.name, project, version, because });
  }
  if (wish["targetindex"] === undefined) {
    return pushElsewhere(parts, call, wish, { from: source.name, project, version, content });
  }
  const to = await targetOf(parts, call, wish);
  await refuseExisting(parts, call, to, project, names);
  const steps = await parts.registry.releases.push(call.principal, source.name, project, version, to.name, content);
  return resultReply(
    "actionlog",
    steps.map((step) => actionOf(step, to)),
  );

  async function knowsVersion(): Promise<boolean> {
    if (listing?.files.some((file) => factsOf(file).version === version)) return true;
    const records = project === null ? [] : await parts.registry.releases.versions(source.name, project);
    return records.some((record) => record.version === version);
  }
}

function contentOf(wish: JsonObject): PushContent {
  if (wish["no_docs"] === true) return "no-documentation";
  return wish["only_docs"] === true ? "only-documentation" : "everything";
}

/** The files of the version that shall be pushed, its documentation among them. */
async function namesOf(
  parts: DevpiParts,
  call: Call,
  source: Repository,
  { project, files }: Listing,
  { version, content }: { readonly version: string; readonly content: PushContent },
): Promise<readonly string[]> {
  const releases = files.map(factsOf).filter((file) => file.version === version);
  const attachments = await parts.registry.attachments.list(call.principal, source.name, project);
  const documents = attachments.filter((one) => one.kind === "documentation" && one.version === version);
  return [
    ...(content === "only-documentation" ? [] : releases),
    ...(content === "no-documentation" ? [] : documents),
  ].map(({ filename }) => filename);
}

async function targetOf(parts: DevpiParts, call: Call, wish: JsonObject): Promise<Repository> {
  const { name: _name, version: _version, no_docs: _no, only_docs: _only, targetindex, ...rest } = wish;
  if (Object.keys(rest).length > 0) {
    const because = `unknown additional options: ${Object.keys(rest).sort().join(", ")}`;
    throw refuse({ code: "request-invalid", because });
  }
  const name = typeof targetindex === "string" ? parseRepositoryName(targetindex) : null;
  if (name === null) throw refuse({ code: "request-invalid", because: "targetindex not in format user/index" });
  const to = await existingIndex(parts, name);
  // A virtual index hands it on, and the right to that one counts.
  const desk = await parts.registry.desk(name, call.principal, "publish");
  if (desk.may("publish")) return desk.publishesTo ?? to;
  // devpi answers 401 here, also to those who have signed in.
  const because = `user ${quoted(accountName(call))} cannot upload to ${quoted(name)}`;
  throw refuse({ code: "not-signed-in", because });
}

/** devpi refuses to push onto what is there in a non-volatile index, also the same bytes, which are no harm to us. */
async function refuseExisting(
  parts: DevpiParts,
  call: Call,
  to: Repository,
  project: ProjectName,
  names: readonly string[],
): Promise<void> {
  const { registry } = parts;
  if (to.mutability === "volatile" || !registry.decide(call.principal, "read", to).isAllowed) return;
  const there = await (await registry.own(to.name, call.principal)).listing(project);
  const attached = await registry.attachments.list(call.principal, to.name, project);
  const taken = new Set([...(there?.files ?? []).map(factsOf), ...attached].map(({ filename }) => filename));
  const clash = names.find((name) => taken.has(name));
  if (clash !== undefined) throw refuse({ code: "file-exists", repository: to.name, filename: clash });
}

/** One line of the action log; each begins with a status of its own, which the client looks at. */
function actionOf(step: PushStep, to: Repository): (string | number)[] {
  switch (step.kind) {
    case "register":
      return [200, "register", step.project, step.version, "->", to.name];
    case "file":
      return [200, "store_releasefile", `${to.name}/${step.path}`];
    case "test-result":
      return [200, "store_toxresult", `${to.name}/${step.path}`];
    case "documentation":
      return [200, "store_doczip", step.project, step.version, "->", to.name];
  }
}
