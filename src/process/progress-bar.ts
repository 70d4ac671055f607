import { performance } from "node:perf_hooks";
import { sizeText } from "#cli";

/** What is told of a long work while it runs. */
export interface Step {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly bytes: number;
}

/** A line at the terminal that is written over and over. */
export interface ProgressBar extends Disposable {
  show(step: Step): void;
}

const EVERY_MS = 100;
const CELLS = 24;

/** `write`: to the terminal; `null`: nobody is looking, and nothing is shown. */
export function openProgressBar(
  write: ((text: string) => void) | null,
  now: () => number = () => performance.now(),
): ProgressBar {
  const began = new Map<string, number>();
  let shownAt = Number.NEGATIVE_INFINITY;
  let width = 0;
  return {
    show(step) {
      const at = now();
      if (write === null || (at - shownAt < EVERY_MS && step.done < step.total)) return;
      const beganAt = began.get(step.phase) ?? at;
      began.set(step.phase, beganAt);
      shownAt = at;
      const line = barText(step, (at - beganAt) / 1000);
      write(`\r${line.padEnd(width)}`);
      width = line.length;
    },
    [Symbol.dispose]() {
      if (write !== null && width > 0) write(`\r${" ".repeat(width)}\r`);
    },
  };
}

/** `copying [########----------------] 340 of 1000 files, 12 MB, 3 s left` */
export function barText({ phase, done, total, unit, bytes }: Step, seconds: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * CELLS);
  const bar = "#".repeat(filled) + "-".repeat(CELLS - filled);
  const left = share > 0 && share < 1 && seconds > 1 ? `, ${timeText((seconds / share) * (1 - share))} left` : "";
  return `${phase} [${bar}] ${done} of ${total} ${unit}${bytes === 0 ? "" : `, ${sizeText(bytes)}`}${left}`;
}

function timeText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
