import {
  compileWildcard,
  type Instant,
  keyOf,
  type Principal,
  policyFault,
  type Repository,
  type RetentionPolicy,
  refuse,
} from "#core";
import { requireAdministrator } from "./account-rights.ts";
import type { Retention, RetentionRun, Upkeep } from "./governing.ts";
import { clearFiles, clearUnusedCopies } from "./retention-clearing.ts";
import { type GoingFile, goingFiles, type RetentionTools } from "./retention-files.ts";
import { write } from "./tools.ts";
import { clearExpired } from "./trash-clearing.ts";
import type { Tally } from "./tree.ts";
import { NOTHING, sum } from "./tree-tally.ts";

/** So many files of a run are listed; all are counted. */
const LISTED_FILES_MAX = 1000;
const MILLISECONDS_PER_HOUR = 60 * 60 * 1000;
/** When each policy ran last, and each remote was looked through; shared by all nodes. */
const RUNS_SPACE = "retention-runs";
/** Who ticks, so that of several nodes one does. */
const LEASE_SPACE = "retention";
const LEASE_KEY = "tick";
const LEASE_MILLISECONDS = 30 * 60 * 1000;
const BY_ITSELF: Principal = { kind: "system", reason: "retention" };

/** Opens retention. When it is disposed, the run that is under way stops after the page that it is at. */
export function openRetention(tools: RetentionTools): Retention & AsyncDisposable {
  const { metadata, now } = tools;
  const closing = new AbortController();
  /** One run at a time. */
  let running: Promise<unknown> = Promise.resolve();
  let isFirstTick = true;

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = running.catch(() => {}).then(work);
    running = result;
    return result;
  }

  async function known(name: string): Promise<RetentionPolicy> {
    const policy = (await metadata.read((view) => view.retentionPolicies())).find((one) => one.name === name);
    if (policy === undefined) throw refuse({ code: "policy-not-found", policy: name });
    return policy;
  }

  function run(policy: RetentionPolicy, principal: Principal, isDry: boolean, signal: AbortSignal) {
    return inTurn(() => runPolicy({ tools, principal, policy, isDry, signal }));
  }

  return {
    policies: () => metadata.read((view) => view.retentionPolicies()),
    async save(principal, policy) {
      requireAdministrator(principal, "administer", "say what is cleared away");
      await refuseFaulty(tools, policy);
      await write(tools, principal, async (tx) => tx.append({ type: "policy.saved", policy }));
      return policy;
    },
    async remove(principal, name) {
      requireAdministrator(principal, "administer", "say what is cleared away");
      await write(tools, principal, async (tx) => {
        if (!(await tx.retentionPolicies()).some((one) => one.name === name)) {
          throw refuse({ code: "policy-not-found", policy: name });
        }
        tx.append({ type: "policy.removed", name });
      });
      await tools.state.delete(RUNS_SPACE, runKeyOf(name));
    },
    async preview(principal, policy) {
      requireAdministrator(principal, "administer", "see what would be cleared away");
      await refuseFaulty(tools, policy);
      return run(policy, principal, true, closing.signal);
    },
    async run(principal, name) {
      requireAdministrator(principal, "administer", "clear away by a policy");
      return run(await known(name), principal, false, closing.signal);
    },
    async tick(signal) {
      const stop = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
      return inTurn(async () => {
        const expiresAt = (now() + LEASE_MILLISECONDS) as Instant;
        const lease = { value: expiresAt, expiresAt };
        if (!(await tools.state.swap(LEASE_SPACE, LEASE_KEY, 0, lease))) return NOTHING_DONE;
        try {
          const done = await keepUp(tools, stop, isFirstTick);
          isFirstTick = false;
          return done;
        } finally {
          // Who took longer than the lease leaves another one's alone.
          const held = await tools.state.get(LEASE_SPACE, LEASE_KEY);
          if (held?.value === expiresAt) await tools.state.delete(LEASE_SPACE, LEASE_KEY);
        }
      });
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await running.catch(() => {});
    },
  };
}

const NOTHING_DONE: Upkeep = { runs: [], trash: NOTHING, copies: NOTHING, failures: [] };

/** All that is due. What fails does not keep the rest from being done. */
async function keepUp(tools: RetentionTools, signal: AbortSignal, isThorough: boolean): Promise<Upkeep> {
  const runs: RetentionRun[] = [];
  const failures: { readonly what: string; readonly cause: unknown }[] = [];
  async function attempt<Result>(what: string, otherwise: Result, work: () => Promise<Result>): Promise<Result> {
    if (signal.aborted) return otherwise;
    try {
      return await work();
    } catch (cause) {
      failures.push({ what, cause });
      return otherwise;
    }
  }
  for (const policy of await tools.metadata.read((view) => view.retentionPolicies())) {
    const { name, isEnabled, everyHours } = policy;
    if (!isEnabled || everyHours === null) continue;
    await attempt(`the policy ${name}`, undefined, () =>
      whenDue(tools, signal, runKeyOf(name), everyHours, async () => {
        runs.push(await runPolicy({ tools, principal: BY_ITSELF, policy, isDry: false, signal }));
      }),
    );
  }
  const trash = await attempt("the trash", NOTHING, () => clearExpired(tools, BY_ITSELF, isThorough));
  const copies = await attempt("unused copies of remotes", NOTHING, () => clearAllUnused(tools, signal));
  return { runs, trash, copies, failures };
}

async function clearAllUnused(tools: RetentionTools, signal: AbortSignal): Promise<Tally> {
  let tally = NOTHING;
  for (const repository of tools.catalog.all()) {
    if (repository.kind !== "remote" || (repository.unusedForHours ?? 0) === 0) continue;
    await whenDue(tools, signal, `copies:${repository.name}`, 1, async () => {
      tally = sum(tally, await clearUnusedCopies(tools, repository, signal));
    });
  }
  return tally;
}

/** Does it where it is so long ago that it was done last. What failed or was broken off is tried again the next time. */
async function whenDue(
  { state, now }: RetentionTools,
  signal: AbortSignal,
  key: string,
  everyHours: number,
  work: () => Promise<void>,
): Promise<void> {
  const last = (await state.get(RUNS_SPACE, key))?.value;
  const began = now();
  if (signal.aborted || (typeof last === "number" && began - last < everyHours * MILLISECONDS_PER_HOUR)) return;
  await work();
  if (!signal.aborted) await state.put(RUNS_SPACE, key, { value: began });
}

interface Run {
  readonly tools: RetentionTools;
  readonly principal: Principal;
  readonly policy: RetentionPolicy;
  readonly isDry: boolean;
  readonly signal: AbortSignal;
}

async function runPolicy({ tools, principal, policy, isDry, signal }: Run): Promise<RetentionRun> {
  const files: RetentionRun["files"][number][] = [];
  let count = 0;
  let sizeBytes = 0;
  for (const repository of await repositoriesOf(tools, policy)) {
    if (repository.kind === "virtual") continue;
    for await (const page of goingFiles(tools, policy, repository, signal)) {
      const gone = isDry ? page : await clearFiles(tools, principal, repository, policy, page);
      for (const file of gone) {
        count += 1;
        sizeBytes += file.sizeBytes;
        if (files.length < LISTED_FILES_MAX) files.push(listed(file));
      }
    }
  }
  return { policy: policy.name, isDry, files, count, sizeBytes };
}

function listed({ repository, path, sizeBytes, publishedAt, because }: GoingFile): RetentionRun["files"][number] {
  return { repository, path, sizeBytes, publishedAt, because };
}

/** As they are now; a policy may name what comes later, by a pattern. */
async function repositoriesOf(
  { catalog }: RetentionTools,
  { repositories }: RetentionPolicy,
): Promise<readonly Repository[]> {
  const told = catalog.catchUp();
  if (told !== undefined) await told;
  const named = repositories.map((key) => compileWildcard(key.toLowerCase()));
  return catalog.all().filter(({ name }) => named.some((isMeant) => isMeant(keyOf(name).toLowerCase())));
}

async function refuseFaulty(tools: RetentionTools, policy: RetentionPolicy): Promise<void> {
  const fault = policyFault(policy);
  if (fault !== null) throw refuse({ code: "setting-invalid", because: fault });
  const told = tools.catalog.catchUp();
  if (told !== undefined) await told;
  const missing = policy.repositories.find((key) => !key.includes("*") && tools.catalog.findByKey(key) === null);
  if (missing === undefined) return;
  const because = `the policy '${policy.name}' names the repository '${missing}', which is not here; name repositories by their keys, or by patterns with '*'`;
  throw refuse({ code: "setting-invalid", because });
}

function runKeyOf(policy: string): string {
  return `policy:${policy}`;
}
