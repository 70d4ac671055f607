import {
  type FormatName,
  isReserved,
  type LocalRepository,
  membersOf,
  newRepository,
  type Plan,
  type Principal,
  type ProjectName,
  planFor,
  type Reached,
  type Repository,
  type RepositoryName,
} from "#core";
import { requireAdministration } from "./account-rights.ts";
import { listsFor, openConstraining, ownLists } from "./constraining.ts";
import type { Listings } from "./listing.ts";
import { openOwnPatterns, openPatterning, patternsFor } from "./path-patterns.ts";
import type { NewRepository } from "./registry.ts";
import { checked } from "./repositories-admin.ts";
import { mayRead } from "./rights.ts";
import { existing, requireRight, type Tools } from "./tools.ts";

/**
 * What a member has to do with the answer. `answers`: a local one has the project. `is-asked`: an upstream is, unless one
 * before it has answered. `has-none`: a local one without it. `not-asked`: an upstream that the rule leaves out.
 * `kept-out`: patterns or constraints do not admit the name. `withheld`: it is blacked out. `not-readable`: not for the
 * asker to know.
 */
export type Verdict =
  | "answers"
  | "is-asked"
  | "has-none"
  | "outranked"
  | "not-asked"
  | "kept-out"
  | "withheld"
  | "not-readable";

/** One member in the order of trust, and why the rule treats it so. */
export interface MemberVerdict {
  readonly member: RepositoryName;
  readonly kind: "local" | "remote";
  readonly verdict: Verdict;
  /** One sentence. */
  readonly because: string;
}

/** Where a repository would take a project from. */
export interface Resolution {
  readonly repository: RepositoryName;
  readonly project: ProjectName;
  readonly members: readonly MemberVerdict[];
}

/** The rule of `core/resolution.ts` in words. No upstream is asked. */
export interface Resolutions {
  /** As the repository is. Needs the right to read it. */
  explain(principal: Principal, name: RepositoryName, project: ProjectName): Promise<Resolution>;
  /** As it would be with these settings; nothing is saved. Needs the right to make or administer it. */
  preview(
    principal: Principal,
    name: RepositoryName,
    settings: NewRepository,
    project: ProjectName,
  ): Promise<Resolution>;
}

interface Question {
  readonly asked: Repository;
  readonly project: ProjectName;
  readonly principal: Principal;
}

export function openResolutions(tools: Tools, listings: Pick<Listings, "holdOf">): Resolutions {
  const { catalog } = tools;
  const constraining = openConstraining(tools);
  const patterning = openPatterning();
  const ownPatterns = openOwnPatterns();

  function isKeptOut({ asked, project }: Question, member: RepositoryName): boolean {
    return (
      !constraining.admits(asked.format, listsFor(catalog.constraints(asked), member), project) ||
      !patterning.admitsProject(patternsFor(catalog.patterns(asked), member), project)
    );
  }

  async function resolutionOf(question: Question): Promise<Resolution> {
    const { asked, project, principal } = question;
    const reached = catalog.reached(asked);
    const locals = reached.map(({ source }) => source).filter((source) => source.kind === "local");
    const holds = new Map<RepositoryName, Awaited<ReturnType<Listings["holdOf"]>>>();
    for (const local of locals) holds.set(local.name, await listings.holdOf(local, project));
    const plan = planFor(asked, project, reached, ({ name }) => holds.get(name) ?? null);
    const isClosed =
      asked.isBlackedOut === true ||
      !constraining.admits(asked.format, ownLists(asked), project) ||
      !patterning.admitsProject(ownPatterns(asked), project);
    const canRead = (repository: Repository) => mayRead(tools, principal, repository, project);
    const named = new Set<RepositoryName>([asked.name, ...membersOf(asked)]);
    const members = reached.flatMap((one): MemberVerdict[] => {
      const { name: member, kind } = one.source;
      if (!canRead(one.source)) {
        // What is behind a member that is named in the settings is shown to nobody else.
        const because = "you may not read it, so nothing of it is shown to you";
        return named.has(member) ? [{ member, kind, verdict: "not-readable", because }] : [];
      }
      if (isClosed) {
        return [{ member, kind, verdict: "kept-out", because: `${asked.name} itself does not show this name` }];
      }
      return [{ member, kind, ...verdictOn(one, { question, plan, locals, canRead, isKeptOut, holds }) }];
    });
    return { repository: asked.name, project, members };
  }

  return {
    async explain(principal, name, project) {
      const asked = await existing(tools, name);
      requireRight(tools, principal, "read", asked, project);
      return resolutionOf({ asked, project, principal });
    },
    async preview(principal, name, settings, project) {
      const told = catalog.catchUp();
      if (told !== undefined) await told;
      const before = catalog.find(name);
      const format = before?.format ?? ("python" as FormatName);
      const wanted = newRepository(name, settings, { format, createdAt: tools.now() });
      requireAdministration(tools, principal, before ?? wanted, before === null ? "create-repository" : "administer");
      return resolutionOf({ asked: checked(tools, wanted), project, principal });
    },
  };
}

interface Known {
  readonly question: Question;
  readonly plan: Plan;
  readonly locals: readonly LocalRepository[];
  readonly holds: ReadonlyMap<RepositoryName, "held" | "released" | null>;
  canRead(repository: Repository): boolean;
  isKeptOut(question: Question, member: RepositoryName): boolean;
}

function verdictOn(one: Reached, known: Known): Pick<MemberVerdict, "verdict" | "because"> {
  return one.source.kind === "local" ? onLocal(one, one.source, known) : onRemote(one, known);
}

function onLocal(
  { isWithheld }: Reached,
  source: LocalRepository,
  { plan, holds, question, isKeptOut }: Known,
): Pick<MemberVerdict, "verdict" | "because"> {
  const hold = holds.get(source.name) ?? null;
  if (hold === null) return { verdict: "has-none", because: "it has no project of this name" };
  if (isWithheld) {
    return {
      verdict: "withheld",
      because: "it has the name, and it is blacked out: nothing is shown, the name stays held",
    };
  }
  if (isKeptOut(question, source.name)) {
    return { verdict: "kept-out", because: "it has the name, and patterns or constraints on the way do not admit it" };
  }
  if (!plan.turns[0]?.locals.includes(source)) {
    return { verdict: "outranked", because: "it has the name, and a member with priority has it too" };
  }
  const because = hold === "held" ? "the name is held here" : "files are here, although the name was let go";
  return { verdict: "answers", because };
}

function onRemote(
  { source }: Reached,
  { plan, locals, question, canRead, isKeptOut }: Known,
): Pick<MemberVerdict, "verdict" | "because"> {
  const called = (name: RepositoryName): string => {
    const repository = locals.find((local) => local.name === name);
    return repository !== undefined && canRead(repository) ? name : "a repository that you may not read";
  };
  const shadow = plan.shadowed.find(({ remote }) => remote === source.name);
  if (shadow !== undefined) {
    return { verdict: "not-asked", because: `${called(shadow.by)} has the name, which hides its namesakes upstream` };
  }
  const reserving = locals.find(({ reserved }) => isReserved(question.project, reserved));
  if (reserving !== undefined) {
    return { verdict: "not-asked", because: `${called(reserving.name)} reserves the name for this house` };
  }
  if (isKeptOut(question, source.name)) {
    return { verdict: "kept-out", because: "patterns or constraints on the way do not admit the name" };
  }
  if (source.kind === "remote" && source.isOffline === true) {
    return { verdict: "is-asked", because: "it is offline: only what was copied before can be shown" };
  }
  const turn = plan.turns.findIndex(({ remotes }) => remotes.some(({ name }) => name === source.name));
  if (turn > 0 && (plan.turns[0]?.locals.length ?? 0) > 0) {
    return { verdict: "outranked", because: "a member with priority has the name" };
  }
  const because =
    plan.remoteUse === "union"
      ? "its upstream is asked, and what it has is put together with the others"
      : "its upstream is asked, unless an upstream before it has the name";
  return { verdict: "is-asked", because };
}
