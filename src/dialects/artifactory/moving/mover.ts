import type { Access } from "#access";
import type { Principal } from "#core";
import type { Registry } from "#registry";
import { refusalIn, stopIfAsked } from "../../moves.ts";
import type { ArtifactoryReport, Draft } from "./report.ts";
import type { ArtifactorySource } from "./source.ts";

export interface ArtifactoryMoveParts {
  readonly registry: Registry;
  readonly access: Pick<Access, "seal">;
  readonly source: ArtifactorySource;
  /** Aborted: what runs is finished, nothing more is begun. */
  readonly signal: AbortSignal;
  readonly progress: (progress: MoveProgress) => void;
}

export interface MoveProgress {
  readonly phase: "copying";
  readonly done: number;
  readonly total: number;
  readonly unit: "files";
  readonly bytes: number;
}

/** One move, while it runs. */
export interface Mover extends ArtifactoryMoveParts {
  readonly principal: Principal;
  readonly report: Draft<ArtifactoryReport>;
}

export const ARTIFACTORY_MOVER: Principal = { kind: "system", reason: "moving in from Artifactory" };

/** Does one thing; a refusal of it is written down, and the others come. */
export async function unlessRefused(mover: Mover, what: string, work: () => Promise<void>): Promise<void> {
  stopIfAsked(mover);
  try {
    await work();
  } catch (error) {
    mover.report.leftOut.push({ what, because: refusalIn(error) });
  }
}
