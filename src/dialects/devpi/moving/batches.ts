import type { RepositoryName } from "#core";
import type { ArrivedVersion, ArrivingVersion, Registry } from "#registry";
import { MOVER } from "./mover.ts";

/** Versions that are saved together: those that come while others are being saved wait for the next turn. */
export interface Batches {
  /** Resolves when it is saved. */
  save(to: RepositoryName, version: ArrivingVersion): Promise<ArrivedVersion>;
}

interface Waiting {
  readonly to: RepositoryName;
  readonly version: ArrivingVersion;
  resolve(arrived: ArrivedVersion): void;
  reject(error: unknown): void;
}

const FILES_MAX = 500;

/** One write and a few waits for the disk serve many versions, as long as many come at a time. */
export function openBatches({ moving }: Pick<Registry, "moving">): Batches {
  let waiting: Waiting[] = [];
  let isSaving = false;

  async function saveAll(): Promise<void> {
    while (waiting.length > 0) {
      // What else is ready now comes along.
      await new Promise(setImmediate);
      const batch = nextBatch(waiting);
      waiting = waiting.slice(batch.length);
      const [first] = batch;
      if (first === undefined) break;
      try {
        const arrived = await moving.saveVersions(
          MOVER,
          first.to,
          batch.map(({ version }) => version),
        );
        for (const [index, one] of batch.entries()) {
          const result = arrived[index];
          if (result === undefined) throw new TypeError("fewer versions have arrived than were sent");
          one.resolve(result);
        }
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    }
    isSaving = false;
  }

  return {
    save(to, version) {
      return new Promise((resolve, reject) => {
        waiting.push({ to, version, resolve, reject });
        if (isSaving) return;
        isSaving = true;
        // Whatever goes wrong is told to those who wait.
        void saveAll();
      });
    },
  };
}

/** From the front, of one repository, up to so many files. */
function nextBatch(waiting: readonly Waiting[]): readonly Waiting[] {
  const [first] = waiting;
  let files = 0;
  const end = waiting.findIndex(({ to, version }) => {
    files += version.files.length + version.attachments.length;
    return to !== first?.to || files > FILES_MAX;
  });
  return end < 0 ? waiting : waiting.slice(0, Math.max(1, end));
}
