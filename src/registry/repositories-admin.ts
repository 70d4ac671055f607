import assert from "node:assert/strict";
import {
  decide,
  type FormatName,
  type LocalRepository,
  MEMBERS_MAX,
  membersFault,
  membersOf,
  newRepository,
  ownerOf,
  type Principal,
  type Repository,
  type RepositoryName,
  refuse,
  settingsFault,
} from "#core";
import type { PackageFormat } from "#formats";
import type { Transaction } from "#stores";
import { requireAdministration } from "./account-rights.ts";
import { checkConstraints } from "./constraining.ts";
import { letGo } from "./departing.ts";
import { refuseTakenRepositoryName } from "./name-clashes.ts";
import type { RepositoriesAdmin, RepositoryChange } from "./registry.ts";
import { existing, requireRight, type Tools, write } from "./tools.ts";

const DEFAULT_FORMAT = "python" as FormatName;

/** Opens the making, changing and removing of repositories. */
export function openRepositoriesAdmin(tools: Tools): RepositoriesAdmin {
  const { catalog, remotes, now } = tools;

  async function createMany(...[principal, wishes]: Parameters<RepositoriesAdmin["createMany"]>) {
    const made = wishes.map(({ name, settings }) => {
      const repository = newRepository(name, settings, { format: DEFAULT_FORMAT, createdAt: now() });
      requireAdministration(tools, principal, repository, "create-repository");
      return checked(tools, repository);
    });
    return write(tools, principal, async (tx) => {
      for (const repository of made) await createIn(tx, repository);
      return made;
    });
  }

  async function modifyMany(...[principal, changes]: Parameters<RepositoriesAdmin["modifyMany"]>) {
    const changed = await write(tools, principal, async (tx) => {
      const done: Changed[] = [];
      for (const wish of changes) done.push(await modifyIn(tools, principal, tx, wish));
      return done;
    });
    for (const { before, after } of changed) {
      if (before.kind !== "remote" || after.kind !== "remote") continue;
      // What another address, or another reading of it, has said is not what this one says.
      if (before.url !== after.url || before.layout !== after.layout) await remotes.forget(before);
      else remotes.retry(after);
    }
    return changed.map(({ after }) => after);
  }

  return {
    createMany,
    modifyMany,
    async create(principal, name, settings) {
      const [made] = await createMany(principal, [{ name, settings }]);
      assert(made !== undefined);
      return made;
    },
    async modify(principal, name, change) {
      const [changed] = await modifyMany(principal, [{ name, change }]);
      assert(changed !== undefined);
      return changed;
    },
    async remove(principal, name) {
      const removed = await write(tools, principal, async (tx) => {
        const repository = await existingIn(tx, name);
        requireAdministration(tools, principal, repository, "administer");
        await refuseFullImmutable(tx, repository);
        await letGo(tx, [repository]);
        return repository;
      });
      if (removed.kind === "remote") await remotes.forget(removed);
    },
    async refresh(principal, name, project) {
      const repository = await existing(tools, name);
      requireRight(tools, principal, "fill-cache", repository, project);
      for (const source of catalog.order(repository)) {
        const isRemote = source.kind === "remote";
        if (isRemote && decide(principal, "fill-cache", { repository: source, project }, tools.rules).isAllowed) {
          await remotes.refresh(source, project);
        }
      }
    },
  };
}

interface Changed {
  readonly before: Repository;
  readonly after: Repository;
}

async function createIn(tx: Transaction, repository: Repository): Promise<void> {
  const { name } = repository;
  const owner = ownerOf(name);
  if ((await tx.user(owner)) === null) throw refuse({ code: "user-not-found", user: owner });
  await refuseTakenRepositoryName(tx, name);
  await checkMembers(tx, repository, null);
  tx.append({ type: "repository.saved", repository });
}

async function modifyIn(
  tools: Tools,
  principal: Principal,
  tx: Transaction,
  { name, change }: RepositoryChange,
): Promise<Changed> {
  const before = await existingIn(tx, name);
  requireAdministration(tools, principal, before, "administer");
  const wanted = change(before);
  checkIdentity(before, wanted);
  const after = withoutForeignLogin(before, checked(tools, wanted));
  if (JSON.stringify(after) === JSON.stringify(before)) return { before, after: before };
  await checkMembers(tx, after, before);
  tx.append({ type: "repository.saved", repository: after });
  return { before, after };
}

async function existingIn(tx: Transaction, name: RepositoryName): Promise<Repository> {
  const repository = await tx.repository(name);
  if (repository === null) throw refuse({ code: "repository-not-found", repository: name });
  return repository;
}

/** The repository with its lists of names in the format's normal form, and nothing wrong with it. */
export function checked({ formats }: Tools, repository: Repository): Repository {
  const format = formats.get(repository.format);
  if (format === undefined) {
    const known = [...formats.keys()].join(", ");
    throw invalid(`${repository.name} cannot be of format '${repository.format}'; there are: ${known}`);
  }
  const fault = settingsFault(repository);
  if (fault !== null) throw invalid(fault);
  checkConstraints(formats, repository);
  return repository.kind === "local" ? { ...repository, reserved: normalReserved(format, repository) } : repository;
}

/** A pattern in another spelling than names are compared in would silently protect nothing. */
function normalReserved(format: PackageFormat, { reserved }: LocalRepository): readonly string[] {
  return reserved.map((pattern) => {
    // The longest name that a pattern is seen to begin is the pattern and one more letter.
    const isPrefix = pattern.endsWith("*");
    const normal = pattern === "*" ? "x" : format.normalize(isPrefix ? `${pattern.slice(0, -1)}x` : pattern);
    if (normal === null) throw invalid(`'${pattern}' in reserved is neither a project name nor the beginning of one`);
    return isPrefix ? `${normal.slice(0, -1)}*` : normal;
  });
}

function checkIdentity(before: Repository, after: Repository): void {
  if (after.kind !== before.kind) {
    throw invalid(`${before.name} is ${before.kind} and cannot become ${after.kind}; make another repository`);
  }
  if (after.format !== before.format) {
    throw invalid(`${before.name} is of format ${before.format}, which cannot change; make another repository`);
  }
  if (after.name !== before.name || after.createdAt !== before.createdAt) {
    throw invalid(`the name of ${before.name} and when it was made cannot change; make another repository`);
  }
}

/** A login stays with the server that it was given for: whoever changes the address must not learn it that way. */
function withoutForeignLogin(before: Repository, after: Repository): Repository {
  if (before.kind !== "remote" || after.kind !== "remote") return after;
  const isNew = after.credentials !== before.credentials;
  if (isNew || before.url === null) return after;
  // Also where no server follows: with the next address it would go to that one.
  const isSame = after.url !== null && new URL(before.url).origin === new URL(after.url).origin;
  // A proxy reads along where nothing is encrypted.
  const isOverheard = (after.proxy ?? null) !== (before.proxy ?? null) && new URL(before.url).protocol === "http:";
  return isSame && !isOverheard ? after : { ...after, credentials: null };
}

async function checkMembers(tx: Transaction, repository: Repository, before: Repository | null): Promise<void> {
  const reached = await reachedFrom(tx, repository);
  const fault = membersFault(repository, before, (name) => reached.get(name) ?? null);
  if (fault !== null) throw invalid(fault);
}

/** Every repository that is there behind this one; most look into few others, however many there are. */
async function reachedFrom(tx: Transaction, start: Repository): Promise<ReadonlyMap<RepositoryName, Repository>> {
  const reached = new Map<RepositoryName, Repository>();
  // More are refused; nobody makes the writer look for them all.
  const seen = new Set(membersOf(start).slice(0, MEMBERS_MAX));
  // A set is iterated in the order of insertion, what is added on the way included.
  for (const name of seen) {
    const repository = name === start.name ? null : await tx.repository(name);
    if (repository === null) continue;
    reached.set(name, repository);
    for (const member of membersOf(repository)) seen.add(member);
  }
  return reached;
}

/** Refuses to let a repository go whose files were promised to stay. */
export async function refuseFullImmutable(tx: Transaction, { name, kind, mutability }: Repository): Promise<void> {
  // A remote holds copies only; what is immutable about it is the upstream's.
  if (mutability !== "immutable" || kind !== "local") return;
  const { artifacts } = await tx.totals(name);
  if (artifacts === 0) return;
  throw refuse({
    code: "repository-immutable",
    repository: name,
    because: `${name} is immutable and not empty (files: ${artifacts}), so it cannot be removed; make it volatile first`,
  });
}

function invalid(because: string): Error {
  return refuse({ code: "setting-invalid", because });
}
