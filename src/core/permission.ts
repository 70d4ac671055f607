import { ownerOf, type ProjectName } from "./names.ts";
import { type Action, ANONYMOUS, accountOf, isSignedIn, type Limit, type Principal } from "./principal.ts";
import { ANYONE, type PrincipalSpec, type Repository, SIGNED_IN } from "./repository.ts";

/** Whether an action is allowed, and the rule that decided, in words for the person who asks why. */
export interface Decision {
  readonly isAllowed: boolean;
  readonly because: string;
}

/**
 * What the action is done to. `project: null`: the repository as a whole; for what is always done to one project or
 * another (an upload whose name is not proven yet), some project. Whoever writes the fact asks again with the project.
 */
export interface Subject {
  readonly repository: Repository;
  readonly project: ProjectName | null;
  /** Where in the repository's tree; not given or `null`: permission targets are asked whether they cover any path. */
  readonly path?: string | null;
}

/** What permission targets grant, made ready to be asked often; see `rules.ts`. */
export interface Rules {
  /** The rule that allows it, in words; `null`: none does. */
  grant(principal: Principal, action: Action, subject: Subject): string | null;
  /**
   * Which files of the repository the targets let the principal read, where that differs from file to file: a text that
   * only those share to whom the same targets grant it. `null`: all of them, or none.
   */
  readingOf(principal: Principal, repository: Repository): string | null;
  /** Whether there is any target; who is told of a refusal need not be told of targets that nobody made. */
  hasTargets(): boolean;
}

/** No permission targets. */
export const NO_RULES: Rules = { grant: () => null, readingOf: () => null, hasTargets: () => false };

/** The name under which permission targets grant something to everybody, signed in or not. No account has it. */
export const ANONYMOUS_USER = "anonymous";

/**
 * May `principal` do `action` to `subject`? Pure: the repository's own lists (devpi's ACLs), its owner, root and
 * administrators, the permission targets, which add to the lists, and the limits of a token. Every room asks this
 * function and no other.
 */
export function decide(principal: Principal, action: Action, subject: Subject, rules: Rules = NO_RULES): Decision {
  const granted = grantedTo(principal, action, subject, rules);
  if (!granted.isAllowed) return granted;
  if (isWithinLimits(principal, action, subject)) return granted;
  // What strangers may read a limited token may too: installers send it along to every index of the same server.
  if (action === "read" && grantedTo(ANONYMOUS, "read", subject, rules).isAllowed) return granted;
  return deny(`the token is not good for ${action} on ${subject.repository.name}`);
}

/** Root, or an account that itself or by a group may do everything. What its token may is for the limits to say. */
export function isAdministrator(principal: Principal): boolean {
  return accountOf(principal) === "root" || hasAdminMark(principal);
}

/** Whether the principal administers, with nothing of its rights held back; or is the installation itself. */
export function isInCharge(principal: Principal): boolean {
  return principal.kind === "system" || (isAdministrator(principal) && isUnlimited(principal));
}

/** Whether the limits of a token let it do this, were its owner allowed to; principals without limits always pass. */
export function isWithinLimits(principal: Principal, action: Action, subject: Subject): boolean {
  const limits = limitsOf(principal);
  return limits === null || limits.some((limit) => covers(limit, action, subject));
}

/** Whether the principal may do all that its account may: it has no limits, or one that leaves nothing out. */
export function isUnlimited(principal: Principal): boolean {
  const limits = limitsOf(principal);
  return (
    limits === null ||
    limits.some(({ action, repository, projects }) => action === "*" && repository === "*" && projects === null)
  );
}

/** Whether one entry of a list of rights means this principal. */
export function matchesSpec(principal: Principal, spec: PrincipalSpec): boolean {
  if (spec === ANYONE) return true;
  if (spec === SIGNED_IN) return isSignedIn(principal);
  if (spec.startsWith(":")) return groupsOf(principal).includes(spec.slice(1));
  return spec === accountOf(principal);
}

function grantedTo(principal: Principal, action: Action, subject: Subject, rules: Rules): Decision {
  const { repository } = subject;
  if (principal.kind === "system") return allow("the installation itself is acting");
  if (repository.kind !== "local" && UPLOADS.has(action)) {
    return deny(`${repository.name} is ${repository.kind} and holds no uploads itself`);
  }
  // Artifactory: administrators may everything. Root may as devpi has it, whose list of publishers binds root, too.
  if (hasAdminMark(principal)) return allow("administrators may do everything");
  const listed = grantedByLists(principal, action, repository);
  if (listed.isAllowed && !isBlind(principal, action, subject, rules)) return listed;
  const rule = rules.grant(principal, action, subject);
  if (rule !== null) return allow(rule);
  if (listed.isAllowed) return deny(`who may not read ${repository.name} attaches nothing to what is in it`);
  return rules.hasTargets() ? deny(`${listed.because}, and no permission target grants it`) : listed;
}

/**
 * Anybody may send test results where nothing else is said, as with devpi: anybody who can look at what was tested.
 * Strangers would fill up a closed repository, and learn from the answers which files it has.
 */
function isBlind(principal: Principal, action: Action, subject: Subject, rules: Rules): boolean {
  return action === "upload-test-result" && !grantedTo(principal, "read", subject, rules).isAllowed;
}

/** What is done by sending files. */
const UPLOADS: ReadonlySet<Action> = new Set(["publish", "overwrite", "upload-test-result"]);

function grantedByLists(principal: Principal, action: Action, repository: Repository): Decision {
  switch (action) {
    case "read":
    case "fill-cache":
      return isOwnerOrRoot(principal, repository)
        ? allow("owners and root may read")
        : byList(principal, repository.readers, "readers", repository);
    case "publish":
    case "overwrite":
      // devpi: only the list counts; root must be on it too.
      return byList(principal, publishersOf(repository), "publishers", repository);
    case "annotate":
    case "yank":
    case "remove":
      return isOwnerOrRoot(principal, repository)
        ? allow("owners and root may change what is there")
        : byList(principal, publishersOf(repository), "publishers", repository, true);
    case "upload-test-result":
      return byList(principal, repository.kind === "local" ? repository.testResultWriters : [], "testers", repository);
    case "administer":
      return isOwnerOrRoot(principal, repository)
        ? allow("owners and root administer")
        : deny(`only ${administratorsOf(repository)} administer ${repository.name}`);
  }
}

function publishersOf(repository: Repository): readonly PrincipalSpec[] {
  return repository.kind === "local" ? repository.publishers : [];
}

function administratorsOf({ name }: Repository): string {
  const owner = ownerOf(name);
  return owner === "root" ? "root and administrators" : `${owner}, root and administrators`;
}

function isOwnerOrRoot(principal: Principal, repository: Repository): boolean {
  const account = accountOf(principal);
  return account !== null && (account === "root" || account === ownerOf(repository.name));
}

function hasAdminMark(principal: Principal): boolean {
  return (principal.kind === "user" || principal.kind === "token") && principal.isAdmin === true;
}

/** `signedInOnly`: an open upload list does not let strangers remove what is there. */
function byList(
  principal: Principal,
  list: readonly PrincipalSpec[],
  listName: string,
  repository: Repository,
  signedInOnly = false,
): Decision {
  if (signedInOnly && !isSignedIn(principal)) return deny("only signed-in accounts may do this");
  const spec = list.find((candidate) => matchesSpec(principal, candidate));
  return spec === undefined
    ? deny(`not among the ${listName} of ${repository.name}`)
    : allow(`${spec} is among the ${listName} of ${repository.name}`);
}

function groupsOf(principal: Principal): readonly string[] {
  return principal.kind === "user" || principal.kind === "token" ? principal.groups : [];
}

function limitsOf(principal: Principal): readonly Limit[] | null {
  return principal.kind === "token" || principal.kind === "workload" ? principal.limits : null;
}

/** Who may upload must be able to look at what is there, so every limit lets its holder read what it covers. */
function covers(limit: Limit, action: Action, { repository, project }: Subject): boolean {
  const coversAction = limit.action === "*" || limit.action === action || action === "read";
  const coversRepository =
    limit.repository === "*" ||
    limit.repository === repository.name ||
    limit.repository === `${ownerOf(repository.name)}/*`;
  const coversProject =
    limit.projects === null || (project === null ? SOME_PROJECT.has(action) : limit.projects.includes(project));
  return coversAction && coversRepository && coversProject;
}

/** Actions that are always done to one project or another: without a name, "may they?" asks whether there is one. */
const SOME_PROJECT: ReadonlySet<Action> = new Set(["read", "annotate", "publish", "overwrite", "yank", "remove"]);

function allow(because: string): Decision {
  return { isAllowed: true, because };
}

function deny(because: string): Decision {
  return { isAllowed: false, because };
}
