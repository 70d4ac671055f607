import type { ProjectName } from "#core";
import { Stopped, stopIfAsked } from "../../moves.ts";
import { openBatches } from "./batches.ts";
import { moveIndexes } from "./indexes.ts";
import { openLimiter } from "./limiter.ts";
import { moveMirrored } from "./mirrored.ts";
import { MOVER, type MoveInParts, type Mover } from "./mover.ts";
import type { Arrival, ProjectMover } from "./place.ts";
import { moveProject } from "./projects.ts";
import { removeGoneProjects } from "./removal.ts";
import { emptyReport, type MoveInReport } from "./report.ts";
import { type DevpiIndex, SourceFault } from "./source.ts";
import { moveUsers } from "./users.ts";

/** Under way at a time: many, so that one write and few waits for the disk serve many of them. */
const FROM_FOLDER = { versions: 256, projects: 256 };
/** A running server has others to serve as well. */
const FROM_SERVER = { versions: 8, projects: 8 };
const COMPARED_AT_ONCE = 4;

/**
 * Brings everything over that is not here yet. Told to stop, it finishes what it has begun and says that it is not
 * complete; run again, it goes on from what is there. Throws only what ends everything: a full disk, a server that
 * cannot be reached.
 */
export async function moveIn(parts: MoveInParts): Promise<MoveInReport> {
  const report = emptyReport();
  const mover: Mover = { ...parts, principal: MOVER, report, users: new Map(), indexes: new Map() };
  try {
    await moveUsers(mover);
    if (!parts.usersOnly) {
      await moveIndexes(mover);
      const arrivals = await moveAllProjects(mover);
      await compare(mover, arrivals);
    }
    report.isComplete = report.faults.length === 0;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    report.notes.push("it was stopped; what was finished stays, and the same command goes on from there");
  }
  return report;
}

async function moveAllProjects(mover: Mover): Promise<readonly Arrival[]> {
  const { source } = mover;
  const arrivals: Arrival[] = [];
  const projectsTotal = source.indexes.reduce((total, { projects }) => total + projects.length, 0);
  const total = source.filesTotal ?? projectsTotal;
  const unit = source.filesTotal === null ? "projects" : "files";
  let done = 0;
  let bytes = 0;
  const tell = (): void => mover.progress({ phase: "copying", done, total, unit, bytes });
  const atOnce = source.isLive ? FROM_SERVER : FROM_FOLDER;
  const turn = openLimiter(atOnce.versions);
  const projectMover: ProjectMover = {
    ...mover,
    turn,
    batches: openBatches(mover.registry),
    passed(count) {
      bytes += count;
      if (unit === "files") done += 1;
      tell();
    },
    arrived: (arrival) => void arrivals.push(arrival),
  };
  const opened = openLimiter(atOnce.projects);
  for (const index of source.indexes) {
    await moveIndexProjects(projectMover, index, async (work) => {
      await opened(work);
      if (unit === "projects") {
        done += 1;
        tell();
      }
    });
  }
  return arrivals;
}

async function moveIndexProjects(
  mover: ProjectMover,
  index: DevpiIndex,
  run: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { registry, report } = mover;
  const to = mover.indexes.get(index.name);
  const repository = to === undefined ? null : await registry.repository(to);
  if (repository === null || repository.kind === "virtual") return;
  const present: ProjectName[] = [];
  const works = index.projects.map((name) =>
    run(async () => {
      stopIfAsked(mover);
      try {
        if (repository.kind === "remote") await moveMirrored(mover, index, repository, name);
        else {
          const project = await moveProject(mover, index, repository, name);
          if (project !== null) present.push(project);
        }
      } catch (error) {
        // The source's own trouble with one project; the others come.
        if (!(error instanceof SourceFault)) throw error;
        report.faults.push({ what: `project ${name} of index ${index.name}`, because: error.message });
      }
    }),
  );
  const results = await Promise.allSettled(works);
  for (const result of results) if (result.status === "rejected") throw result.reason;
  const isWhole = present.length === index.projects.length;
  if (mover.source.isLive && isWhole && repository.kind === "local") {
    await removeGoneProjects(mover, index, repository, present);
  }
}

/**
 * Everything that is here for a file of the source has its hash by now: a file that came was hashed on the way, and one
 * whose hash was another did not come. What was here before is read, to see that it still is what its name says.
 */
async function compare(mover: Mover, arrivals: readonly Arrival[]): Promise<void> {
  const { registry, report, source } = mover;
  const turn = openLimiter(COMPARED_AT_ONCE);
  let done = 0;
  // A running server is copied again and again, so what came before is not read each time.
  const toRead = arrivals.filter(({ isNew }) => !isNew && !source.isLive);
  const total = toRead.length;
  report.compared.files = arrivals.length;
  report.compared.equal = arrivals.length - total;
  const results = await Promise.allSettled(
    toRead.map(({ blob, where }) =>
      turn(async () => {
        stopIfAsked(mover);
        const state = await registry.moving.examine(blob);
        done += 1;
        mover.progress({ phase: "comparing", done, total, unit: "files", bytes: 0 });
        if (state === "sound") report.compared.equal += 1;
        else {
          const because = `its bytes are ${state} in the data folder; run 'vivarium doctor', then the same command again`;
          report.faults.push({ what: where, because });
        }
      }),
    ),
  );
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
