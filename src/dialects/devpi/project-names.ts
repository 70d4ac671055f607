import { type Call, type ProjectName, type Reply, type Repository, refuse } from "#core";
import { isDevpiClient } from "./answers.ts";
import { encodedPath } from "./pages.ts";
import type { DevpiParts } from "./parts.ts";

/**
 * Whether the first segment below an index names a project. `+…` are devpi's own words; `simple` is where installers
 * look, so it counts as a project for devpi's own client only.
 */
export function isProjectAddress(call: Call): boolean {
  const name = call.params["project"] ?? "";
  return name !== "" && !name.startsWith("+") && (name !== "simple" || isDevpiClient(call));
}

/** Whether it goes on to a version: `json` is none, but what pip-tools asks the format for beside `simple`. */
export function isVersionAddress(call: Call): boolean {
  return isProjectAddress(call) && (call.params["version"] !== "json" || isDevpiClient(call));
}

/** The project that the address names, in whatever spelling. */
export function projectIn(parts: DevpiParts, call: Call, repository: Repository): ProjectName {
  const text = call.params["project"] ?? "";
  if (/[^\x00-\x7f]/.test(text)) {
    throw refuse({ code: "request-invalid", because: "unicode project names not allowed" });
  }
  const project = parts.registry.format(repository.format).normalize(text);
  if (project === null) throw refuse({ code: "project-not-found", repository: repository.name, project: text });
  return project;
}

/** On GET another spelling is sent to the normal one; `null`: the address is normal. */
export function redirectToNormal(call: Call, repository: Repository, project: ProjectName, rest: string): Reply | null {
  if (call.params["project"] === project) return null;
  const query = call.query.size === 0 ? "" : `?${call.query}`;
  return {
    kind: "redirect",
    status: 302,
    to: `${call.publicUrl}/${encodedPath(`${repository.name}/${project}${rest}`)}${query}`,
  };
}
