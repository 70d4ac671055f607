/** One execution per key at a time; whoever asks meanwhile joins it. */
export interface SingleFlight<Result> {
  /**
   * Runs `work`, or joins the run of the same key that is under way, and shares its result or its error. A caller whose
   * `signal` is aborted stops waiting; the work and the others go on.
   */
  run(key: string, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  readonly size: number;
}

/** Opens a set of flights; they end with their work, so there is nothing to close. */
export function singleFlight<Result>(): SingleFlight<Result> {
  const running = new Map<string, Promise<Result>>();

  function start(key: string, work: () => Promise<Result>): Promise<Result> {
    const flight = Promise.try(work).finally(() => running.delete(key));
    running.set(key, flight);
    return flight;
  }

  return {
    run(key, work, signal) {
      const flight = running.get(key) ?? start(key, work);
      return signal === undefined ? flight : untilAborted(flight, signal);
    },
    get size() {
      return running.size;
    },
  };
}

/** The promise's outcome, or the abort, whichever comes first. An outcome after the abort is nobody's error. */
function untilAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
