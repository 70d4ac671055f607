import { type Attachment, type Digest, hexOf, type ProjectName, testedFilename } from "#core";
import { projectCandidates } from "./filenames.ts";
import { projectName } from "./names.ts";

/** Project names with more dashes behind their version's beginning are not looked for. */
const SPLITS_MAX = 16;
const DOCUMENTATION = ".doc.zip";

/**
 * Where an attachment is served, as devpi has it: documentation under its own hash, a test result beside the file that
 * it is about. Relative to the repository, percent-encoded.
 */
export function attachmentPath({ filename, blob }: Attachment, tested: Digest | null): string {
  const sha256 = hexOf(tested ?? blob);
  return `+f/${sha256.slice(0, 3)}/${sha256.slice(3, 16)}/${encodeURIComponent(filename)}`;
}

/** The projects that an attachment of this name can belong to, likeliest first; empty: it is no name of an attachment. */
export function attachmentCandidates(filename: string): readonly ProjectName[] {
  const tested = testedFilename(filename);
  if (tested !== null) return projectCandidates(tested);
  if (!filename.endsWith(DOCUMENTATION)) return [];
  const stem = filename.slice(0, -DOCUMENTATION.length);
  const candidates: ProjectName[] = [];
  for (let at = stem.lastIndexOf("-"); at > 0 && candidates.length < SPLITS_MAX; at = stem.lastIndexOf("-", at - 1)) {
    const name = stem.slice(0, at);
    const project = projectName(name);
    if (project === name) candidates.push(project);
  }
  return candidates;
}
