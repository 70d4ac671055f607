/** Work that may run a few at a time; the others wait in order, and beyond a number are turned away. */
export interface Turns {
  /** Runs `work` when it is its turn. Throws what `tooMany` makes when the queue is full. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function openTurns(limits: {
  readonly atOnce: number;
  readonly waitingMax: number;
  readonly tooMany: () => Error;
}): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(work) {
      if (running >= limits.atOnce) {
        if (waiting.length >= limits.waitingMax) throw limits.tooMany();
        // Who ends hands its place over, so `running` stays as it is.
        await new Promise<void>((resolve) => waiting.push(resolve));
      } else running += 1;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
