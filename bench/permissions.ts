import {
  compileRules,
  decide,
  type FormatName,
  type Instant,
  newRepository,
  type PermissionTarget,
  type Principal,
  type ProjectName,
  type RepositoryName,
  type Rules,
  type UserName,
} from "#core";
import { atMost, type Figure } from "./figures.ts";

const TARGETS = 1_000;
const REPOSITORIES = 200;
const ROUNDS = 20_000;
const LIMIT_MICROSECONDS = 50;
const MADE_AT = { format: "python" as FormatName, createdAt: 0 as Instant };

/** Whether somebody may do something, asked often; no server and no disk is in it. */
export function permissionRows(): Figure[] {
  const what = `permission check, ${TARGETS.toLocaleString("en")} targets`;
  return [
    atMost(`${what}: one of each team's, by groups and patterns`, measured(teams()), LIMIT_MICROSECONDS, "µs"),
    atMost(`${what}: all of them about the same, and none fits`, measured(crowd()), LIMIT_MICROSECONDS, "µs"),
    atMost(`${what}: the same, and no pattern names a folder`, measured(crowd("*")), LIMIT_MICROSECONDS, "µs"),
  ];
}

interface Case {
  readonly rules: Rules;
  ask(rules: Rules, turn: number): boolean;
  readonly isAllowed: boolean;
}

/** Every team has targets for its own repositories; somebody of twenty groups asks about one file after another. */
function teams(): Case {
  const repositories = Array.from({ length: REPOSITORIES }, (_, index) => repository(`root/team-${index}-local`));
  const targets = Array.from({ length: TARGETS }, (_, index) =>
    target(index, {
      repositories: [`team-${index % REPOSITORIES}-*`],
      includes: [`app-${index}/**`],
      groups: { [`group-${index}`]: ["read", "publish"] },
    }),
  );
  const groups = Array.from({ length: 20 }, (_, index) => `group-${index}`);
  return {
    rules: compileRules(targets),
    isAllowed: true,
    ask: (rules, turn) => {
      const index = turn % 20;
      const path = `app-${index}/1.${turn % 100}/app-1.${turn % 100}-py3-none-any.whl`;
      const asked = { repository: repositories[index] ?? repository("root/none"), project: null, path };
      return decide(user("bob", groups), "read", asked, rules).isAllowed;
    },
  };
}

/** Every target names everything, the same account, and a pattern that nearly fits. */
function crowd(end = ""): Case {
  const targets = Array.from({ length: TARGETS }, (_, index) =>
    target(index, { repositories: ["ANY"], includes: [`**/app-${index}${end}/**/*.whl`], users: { bob: ["read"] } }),
  );
  const asked = repository("root/pypi-local");
  const bob = user("bob", []);
  return {
    rules: compileRules(targets),
    isAllowed: false,
    ask: (rules, turn) => {
      const path = `dist/app-${turn % TARGETS}/1.0/app-1.0.whl.asc`;
      return decide(bob, "read", { repository: asked, project: "app" as ProjectName, path }, rules).isAllowed;
    },
  };
}

/** Microseconds a question, warm; the median of batches, because the machine has other things to do. */
function measured({ rules, ask, isAllowed }: Case): number {
  const times: number[] = [];
  for (let batch = 0; batch < ROUNDS / 100; batch += 1) {
    const startedAt = performance.now();
    for (let turn = 0; turn < 100; turn += 1) {
      if (ask(rules, batch * 100 + turn) !== isAllowed) throw new Error("the rules do not say what they should");
    }
    times.push((performance.now() - startedAt) * 10);
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

function target(index: number, change: Partial<PermissionTarget>): PermissionTarget {
  const none = { repositories: [], includes: [], excludes: [""], users: {}, groups: {} };
  return { name: `target ${index}`, ...none, createdAt: 0 as Instant, modifiedAt: null, ...change };
}

function repository(name: string) {
  return newRepository(name as RepositoryName, { kind: "local", readers: [] }, MADE_AT);
}

function user(name: string, groups: readonly string[]): Principal {
  return { kind: "user", name: name as UserName, groups };
}
