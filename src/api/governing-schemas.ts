import { z } from "zod";
import { instant, name, repositoryName, text } from "./schema-words.ts";

// Groups, permission targets, and the question why.

const group = {
  description: text.nullable(),
  members: z.array(name).max(10_000).describe("Accounts"),
  joinsNew: z.boolean().describe("New accounts become members"),
  isAdmin: z.boolean().describe("Its members may do everything"),
};

const grants = z
  .record(name, z.array(z.enum(["read", "annotate", "publish", "remove", "administer"])))
  .describe("What each may do; replacing a file needs `publish` and `remove`");
const patterns = z.array(z.string().max(1024)).max(100);

const permission = {
  repositories: z
    .array(z.string().min(1).max(401))
    .max(1000)
    .describe("Keys or names of repositories, patterns of keys with `*`, or `ANY`, `ANY LOCAL`, `ANY REMOTE`"),
  includes: patterns.describe("Ant patterns on paths; none: every path"),
  excludes: patterns.describe("Ant patterns on paths that this target does not grant"),
  users: grants.describe("By account; `anonymous` is everybody, signed in or not"),
  groups: grants,
};

export const governingBodies = {
  NewGroup: z.strictObject(group).partial().extend({ name }),
  GroupWish: z.strictObject(group).partial(),
  GroupChange: z
    .strictObject(group)
    .partial()
    .extend({
      join: z.array(name).max(10_000).optional().describe("Become members"),
      leave: z.array(name).max(10_000).optional().describe("Are members no longer"),
    }),
  NewPermission: z.strictObject(permission).partial().extend({ name, repositories: permission.repositories }),
  PermissionWish: z.strictObject(permission).partial().extend({ repositories: permission.repositories }),
  PermissionChange: z.strictObject(permission).partial(),
};

const shownGroup = z.strictObject({ name, ...group, createdAt: instant });
const shownPermission = z.strictObject({
  name,
  ...permission,
  createdAt: instant,
  modifiedAt: instant.nullable(),
});

export const governingAnswers = {
  Group: shownGroup,
  Groups: z.strictObject({ items: z.array(shownGroup) }),
  Permission: shownPermission,
  Permissions: z.strictObject({ items: z.array(shownPermission) }),
  Why: z.strictObject({
    user: name.nullable().describe("`null`: a stranger"),
    action: z.string(),
    repository: repositoryName,
    path: z.string().nullable(),
    isAllowed: z.boolean(),
    because: z.string().describe("The rule that decided, in one sentence"),
  }),
};
