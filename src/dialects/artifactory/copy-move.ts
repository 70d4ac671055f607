import { type Call, keyOf, type Reply, refuse } from "#core";
import type { DialectRoute } from "#http";
import { absence } from "./absence.ts";
import { route } from "./addresses.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { type NamedPlace, placeAt, placeOfCall, trimmedPath } from "./places.ts";
import { flagIn } from "./query-flags.ts";

type Verb = "copy" | "move";
const WORDS = { copy: ["copying", "copied"], move: ["moving", "moved"] } as const;

/** `api/copy/{repo}/{path}?to=/{repo}/{path}`, and the same with `api/move`: how teams promote what they have tested. */
export function copyMoveRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  return (["copy", "move"] as const).map((verb) =>
    route("POST", `/api/${verb}/:repo/*`, (call) => transfer(parts, call, verb)),
  );
}

async function transfer(parts: ArtifactoryParts, call: Call, verb: Verb): Promise<Reply> {
  const from = await placeOfCall(parts, call);
  const to = await targetOf(parts, call);
  const isDry = flagIn(call, "dry", false);
  const tally = await parts.registry.tree[verb](call.principal, from.place, to.place, isDry);
  if (tally === null) throw await absence(parts, call, from);
  const [doing, done] = WORDS[verb];
  const message = `${doing} ${textOf(from)} to ${textOf(to)} completed successfully, ${tally.files} artifacts and ${tally.folders} folders were ${done}`;
  return { kind: "json", status: 200, body: { messages: [{ level: "INFO", message }] } };
}

/** With or without a slash in front. */
async function targetOf(parts: ArtifactoryParts, call: Call): Promise<NamedPlace> {
  const { trimmed } = trimmedPath(call.query.get("to") ?? "");
  if (trimmed === "") {
    throw refuse({ code: "request-invalid", because: "The target is missing; write ?to=/repository/path." });
  }
  const slash = trimmed.indexOf("/");
  return slash < 0 ? placeAt(parts, trimmed, "") : placeAt(parts, trimmed.slice(0, slash), trimmed.slice(slash + 1));
}

function textOf({ repository, place }: NamedPlace): string {
  return `${keyOf(repository.name)}:${place.path}`;
}
