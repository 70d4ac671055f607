import type { Instant, ProjectName } from "./names.ts";

/** devpi's name of a version's documentation. */
export function documentationFilename(project: ProjectName, version: string): string {
  return `${project}-${version}.doc.zip`;
}

/** devpi's name of the `number`th test result of a file; the moment is told in UTC. */
export function testResultFilename(about: string, at: Instant, number: number): string {
  const [stamp = ""] = new Date(at).toISOString().replaceAll(/[-:T]/g, "").split(".");
  return `${about}.toxresult-${stamp}-${number}`;
}

/** The file that a test result of this name is about; `null` when it is not the name of a test result. */
export function testedFilename(filename: string): string | null {
  return /^(.+)\.toxresult-\d{14}-\d+$/.exec(filename)?.[1] ?? null;
}
