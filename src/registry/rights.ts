import { ANYONE, decide, type Limit, type Principal, type ProjectName, type Repository } from "#core";

export function mayRead(principal: Principal, repository: Repository, project: ProjectName | null): boolean {
  return decide(principal, "read", { repository, project }).isAllowed;
}

/**
 * Which of the repositories the principal may read, as a text: those to whom the same is visible share one, as all
 * anonymous readers do. Where something is closed to these they share it with nobody else, because they are asked to
 * sign in where others are shown an empty page.
 */
export function visibilityTo(
  principal: Principal,
  repositories: readonly Repository[],
  project: ProjectName | null,
): string {
  const bits = repositories.map((repository) => (mayRead(principal, repository, project) ? "1" : "0")).join("");
  if (principal.kind === "anonymous" && bits.includes("0")) return `${bits} anonymous`;
  return project === null && isForSomeProjects(principal) ? `${bits} ${JSON.stringify(limitsOf(principal))}` : bits;
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
