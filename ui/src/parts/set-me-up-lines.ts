import { buildTools } from "./set-me-up-build-lines.ts";
import { installers } from "./set-me-up-install-lines.ts";
import { pipelines } from "./set-me-up-pipeline-lines.ts";
import { command, type Place, publishAddress, type Tool } from "./set-me-up-words.ts";

export type { Place, Snippet, Tool } from "./set-me-up-words.ts";

/** What to type, for every tool that a repository serves. */
export function toolsFor(place: Place): readonly Tool[] {
  if (place.format !== "python") return [plainFiles(place)];
  return [...installers(place), ...buildTools(place), ...pipelines(place)].filter(
    ({ snippets }) => snippets.length > 0,
  );
}

function plainFiles(place: Place): Tool {
  const who = place.token === null ? `-u ${place.user ?? "NAME"}` : `-u __token__:${place.token}`;
  const get = place.needsSignIn ? ` ${who}` : "";
  const snippets = [command("Fetch a file", `curl${get} -fO ${publishAddress(place)}folder/file.bin`)];
  if (place.takesUploads) {
    snippets.push(command("Put a file there", `curl ${who} -f -T file.bin ${publishAddress(place)}folder/file.bin`));
  }
  return { id: "curl", label: "curl", snippets };
}
