import { RegistryError } from "#core";

/** What moves in from other systems, and out to them, have in common. */

/** Told to stop; what was finished stays. */
export class Stopped extends Error {
  override readonly name: string = "Stopped";
}

export function stopIfAsked({ signal }: { readonly signal: AbortSignal }): void {
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
