import { type LocalRepository, type ProjectName, refuse } from "#core";
import type { PackageFormat } from "#formats";
import type { MetadataView } from "#stores";

/**
 * Refuses a new file that is the same distribution as one that is there under another spelling of its name, also with
 * the same bytes: installers would take either for the other, and a name that is spelled anew would get around
 * `immutable`. It replaces nothing either, because whoever asks for the old name shall find it.
 */
export async function refuseOtherSpelling(
  view: MetadataView,
  format: PackageFormat,
  { name, mutability }: LocalRepository,
  { project, filename }: { readonly project: ProjectName; readonly filename: string },
): Promise<void> {
  const identity = format.identityOf(filename, project);
  // A name that means itself only has no other spelling.
  if (identity === filename) return;
  const there = (await view.filenames(name, project)).find(
    (other) => other !== filename && format.identityOf(other, project) === identity,
  );
  if (there === undefined) return;
  const remedy =
    mutability === "immutable" ? "publish a new version" : `publish it as '${there}', or remove that file first`;
  // twine, poetry and pdm look for 'already exists'.
  const because = `File already exists: '${filename}' is the same distribution as '${there}' in ${name}, only spelled otherwise; ${remedy}`;
  throw refuse({ code: "file-exists", repository: name, filename, because });
}
