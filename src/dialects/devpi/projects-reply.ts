import { setImmediate } from "node:timers/promises";
import type { JsonObject, Reply } from "#core";
import type { ProjectNames } from "#registry";
import { resultReply } from "./answers.ts";

/** More are written while they are sent, so that neither memory nor other requests suffer from a whole public index. */
const AT_ONCE = 2_000;

/** An index's settings with the names of its projects. */
export function projectsReply(config: JsonObject, projects: ProjectNames): Reply {
  if (projects.length <= AT_ONCE) {
    return resultReply("indexconfig", { ...config, projects: projects.map(({ project }) => project) });
  }
  return {
    kind: "stream",
    status: 200,
    contentType: "application/json",
    sizeBytes: null,
    chunks: written(config, projects),
    cache: { kind: "none" },
    // What answers of a few projects say.
    headers: { vary: "Accept, User-Agent" },
  };
}

async function* written(config: JsonObject, projects: ProjectNames): AsyncGenerator<Uint8Array, void> {
  const frame = JSON.stringify({ type: "indexconfig", result: { ...config, projects: [] } });
  const end = "]}}";
  let before = frame.slice(0, -end.length);
  for (let start = 0; start < projects.length; start += AT_ONCE) {
    const names = projects.slice(start, start + AT_ONCE).map(({ project }) => JSON.stringify(project));
    yield Buffer.from(before + names.join(","));
    before = ",";
    await setImmediate();
  }
  yield Buffer.from(`${end}\n`);
}
