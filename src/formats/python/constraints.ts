import type { ProjectName } from "#core";
import type { Constraints } from "../format.ts";
import { projectName } from "./names.ts";
import { isMarker } from "./requirements.ts";
import { specifierMatch, type VersionMatch } from "./specifier-match.ts";
import { isVersion } from "./versions.ts";

const LINE_LENGTH_MAX = 8_192;
const LINE = /^([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)\s*(?:\[[^\]]*\]\s*)?(.*)$/is;

interface Rule {
  readonly matches: VersionMatch;
  /** Without clauses everything of the project is admitted, also what is no version by PEP 440. */
  readonly isOpen: boolean;
}

/**
 * devpi-constrained's rules: a line `name clauses` limits the versions of a project, `name` alone admits all of them, and
 * a line `*` keeps everything out that is not named. Markers are read over, as it does. Lines that are empty or begin
 * with `#` say nothing.
 */
export function readConstraints(lines: readonly string[]): Constraints {
  const rules = new Map<ProjectName, Rule>();
  let isClosed = false;
  for (const line of lines.map((text) => text.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    if (line === "*") {
      isClosed = true;
      continue;
    }
    const { project, rule } = readLine(line);
    if (rules.has(project)) throw new SyntaxError(`Constraint for '${project}' already exists.`);
    rules.set(project, rule);
  }
  return {
    admitsProject: (project) => !isClosed || rules.has(project),
    admitsVersion(project, version) {
      const rule = rules.get(project);
      if (rule === undefined) return !isClosed;
      if (rule.isOpen) return true;
      return version !== null && rule.matches(version);
    },
  };
}

function readLine(line: string): { readonly project: ProjectName; readonly rule: Rule } {
  const [, name = "", rest = ""] = (line.length > LINE_LENGTH_MAX ? null : LINE.exec(line)) ?? [];
  const project = projectName(name);
  if (project === null) throw new SyntaxError(`'${line.slice(0, 200)}' does not begin with a project's name`);
  // `#` after a blank begins a comment, as pip has it.
  const [before = "", marker] = rest.replace(/\s+#.*$/s, "").split(";", 2);
  if (marker !== undefined && !isMarker(marker)) throw new SyntaxError(`'${line}' has a marker that cannot be read`);
  const clauses = before.trim().replace(/^\((.*)\)$/s, "$1");
  const matches = specifierMatch(clauses);
  if (matches === null) {
    const hint = isVersion(clauses) ? `; perhaps ${name}==${clauses} is meant` : "";
    throw new SyntaxError(`'${line}' is not a project with version clauses${hint}`);
  }
  return { project, rule: { matches, isOpen: clauses.trim() === "" } };
}
