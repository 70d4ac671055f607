import { parseRepositoryName } from "#core";
import type { PositionalRow } from "../command.ts";
import { usage } from "../typed.ts";

export const REPOSITORY: PositionalRow = { name: "repository", description: "owner/name, for example alice/dev" };

/** `owner/name` as its two halves, which is how the API's addresses have it. */
export function halvesOf(text: string): readonly [owner: string, name: string] {
  if (parseRepositoryName(text) === null) {
    throw usage(`'${text}' is no repository: write owner/name, for example alice/dev`);
  }
  const slash = text.indexOf("/");
  return [text.slice(0, slash), text.slice(slash + 1)];
}
