import type { Access } from "#access";
import { type Principal, RegistryError } from "#core";
import type { Registry } from "#registry";
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

/** Told to stop; what was finished stays. */
export class Stopped extends Error {
  override readonly name: string = "Stopped";
}

export function stopIfAsked({ signal }: Pick<ArtifactoryMoveParts, "signal">): void {
  if (signal.aborted) throw new Stopped();
}

/** The refusal in words, when it is one that concerns this thing alone; else it is thrown on and ends the move. */
export function refusalIn(error: unknown): string {
  if (!(error instanceof RegistryError)) throw error;
  const { problem } = error;
  switch (problem.code) {
    case "storage-full":
    case "shutting-down":
    case "blob-missing":
      throw error;
    case "too-large":
      return `it is larger than the ${problem.sizeBytesMax} bytes that this server takes (--max-upload-size)`;
    case "digest-mismatch":
      return `it arrived with the digest ${problem.actual} instead of ${problem.expected}`;
    default:
      return "because" in problem && problem.because !== undefined ? problem.because : problem.code;
  }
}

/** Does one thing; a refusal of it is written down, and the others come. */
export async function unlessRefused(mover: Mover, what: string, work: () => Promise<void>): Promise<void> {
  stopIfAsked(mover);
  try {
    await work();
  } catch (error) {
    mover.report.leftOut.push({ what, because: refusalIn(error) });
  }
}
