/** What is asked again after a release has changed. */
export const CHANGED = [
  ["project"],
  ["projects"],
  ["version"],
  ["search"],
  ["recent"],
  ["resolution"],
  ["trash"],
] as const;

/** `repository`: the one that holds the release itself, not one that only shows it; `owner/name`. */
export interface ReleasePlace {
  readonly repository: string;
  readonly project: string;
}

/** Below `/api/v1`. */
export function pathOf({ repository, project }: ReleasePlace): readonly string[] {
  return ["repositories", ...repository.split("/"), "projects", project];
}
