import { patternFault } from "./ant-pattern.ts";
import { GRANTABLE, type Group, type PermissionTarget } from "./targets.ts";

const NAME_LENGTH_MAX = 200;
const DESCRIPTION_LENGTH_MAX = 10_000;
const MEMBERS_MAX = 10_000;
const REPOSITORIES_MAX = 1_000;
const PATTERNS_MAX = 100;
const GRANTS_MAX = 10_000;

/** What is wrong with a group by itself, in one sentence; `null`: nothing. */
export function groupFault({ name, description, members, joinsNew, isAdmin }: Omit<Group, "createdAt">): string | null {
  const fault = nameFault("group", name);
  if (fault !== null) return fault;
  if ((description?.length ?? 0) > DESCRIPTION_LENGTH_MAX) {
    return `the description of the group '${name}' has more than ${DESCRIPTION_LENGTH_MAX} characters; shorten it`;
  }
  // Artifactory refuses it too: where sign-up is open, everybody would be an administrator.
  if (joinsNew && isAdmin) {
    return `the group '${name}' cannot both take in every new account and let its members do everything; choose one`;
  }
  return members.length > MEMBERS_MAX
    ? `the group '${name}' would have more than ${MEMBERS_MAX} members; make several groups of them`
    : null;
}

/** What is wrong with a permission target by itself, in one sentence; `null`: nothing. */
export function permissionTargetFault(target: Omit<PermissionTarget, "createdAt" | "modifiedAt">): string | null {
  const { name, repositories, includes, excludes, users, groups } = target;
  const fault = nameFault("permission target", name);
  if (fault !== null) return fault;
  if (repositories.length > REPOSITORIES_MAX) {
    return `the permission target '${name}' names more than ${REPOSITORIES_MAX} repositories; use a pattern with '*'`;
  }
  const patterns = [...includes, ...excludes];
  if (patterns.length > PATTERNS_MAX) {
    return `the permission target '${name}' has more than ${PATTERNS_MAX} patterns; make several targets of it`;
  }
  for (const pattern of patterns) {
    const because = patternFault(pattern);
    if (because !== null) return `the permission target '${name}' cannot have such a pattern: ${because}`;
  }
  const grants = [...Object.entries(users), ...Object.entries(groups)];
  if (grants.length > GRANTS_MAX) {
    return `the permission target '${name}' names more than ${GRANTS_MAX} users and groups; use groups`;
  }
  for (const [who, actions] of grants) {
    const unknown = actions.find((action) => !GRANTABLE.includes(action));
    if (unknown !== undefined) {
      return `the permission target '${name}' cannot grant '${unknown}' to ${who}; there are: ${GRANTABLE.join(", ")}`;
    }
  }
  return null;
}

/** Names stand in addresses, and in lists with commas and colons. Blanks are allowed: directories have them. */
function nameFault(what: string, name: string): string | null {
  const isName = name !== "" && name !== "." && name !== ".." && name.trim() === name && name.isWellFormed();
  if (isName && name.length <= NAME_LENGTH_MAX && !/[\x00-\x1f\x7f/\\:;,|?*"<>#%]/.test(name)) return null;
  return (
    `${JSON.stringify(name.slice(0, NAME_LENGTH_MAX))} cannot be the name of a ${what}: it has 1 to ${NAME_LENGTH_MAX} ` +
    'characters, no blanks around it, and none of / \\ : ; , | ? * " < > # %'
  );
}
