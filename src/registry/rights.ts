import {
  ANONYMOUS,
  ANYONE,
  decide,
  isWithinLimits,
  type Limit,
  type Principal,
  type ProjectName,
  type Repository,
  type Rules,
} from "#core";

interface RightsTools {
  readonly rules: Rules;
}

/** Without a path: whether there is anything that they may read. */
export function mayRead(
  { rules }: RightsTools,
  principal: Principal,
  repository: Repository,
  project: ProjectName | null,
  path: string | null = null,
): boolean {
  return decide(principal, "read", { repository, project, path }, rules).isAllowed;
}

/** Whether what is not here yet is fetched from a remote's upstream for the principal. */
export function mayFill(
  { rules }: RightsTools,
  principal: Principal,
  remote: Repository,
  path: string | null = null,
  project: ProjectName | null = null,
): boolean {
  return decide(principal, "fill-cache", { repository: remote, project, path }, rules).isAllowed;
}

/**
 * Whether what the principal may read of the repository differs from file to file, because permission targets with
 * patterns let them; a text that only those share to whom the same files are visible. `null`: all of it, or nothing.
 */
export function partRead(
  { rules }: RightsTools,
  principal: Principal,
  repository: Repository,
  project: ProjectName | null,
): string | null {
  const subject = { repository, project };
  // Out of its limits a token reads what strangers read.
  const reader = isWithinLimits(principal, "read", subject) ? principal : ANONYMOUS;
  const part = rules.readingOf(reader, repository);
  return part === null || decide(reader, "read", subject).isAllowed ? null : part;
}

/**
 * Which of the repositories the principal may read, and which files of them, as a text: those to whom the same is
 * visible share one, as all anonymous readers do. Where something is closed to these they share it with nobody else,
 * because they are asked to sign in where others are shown an empty page.
 */
export function visibilityTo(
  tools: RightsTools,
  principal: Principal,
  repositories: readonly Repository[],
  project: ProjectName | null,
): string {
  const marks = repositories.map((repository) => {
    if (!mayRead(tools, principal, repository, project)) return "0";
    return partRead(tools, principal, repository, project) ?? "1";
  });
  const text = marks.join("");
  if (principal.kind === "anonymous" && marks.some((mark) => mark !== "1")) return `${text} anonymous`;
  return project === null && isForSomeProjects(principal) ? `${text} ${JSON.stringify(limitsOf(principal))}` : text;
}

/** Whether what the principal may read differs from project to project. */
export function isForSomeProjects(principal: Principal): boolean {
  return limitsOf(principal).some(({ projects }) => projects !== null);
}

/** Whether shared caches between us and the client must not keep what this repository answers. */
export function isPrivate({ readers }: Repository): boolean {
  return !readers.includes(ANYONE);
}

function limitsOf(principal: Principal): readonly Limit[] {
  return principal.kind === "token" || principal.kind === "workload" ? principal.limits : [];
}
