/** How long a reader waits for the upstream before a copy that is there is shown, unless the parts say otherwise. */
export const PATIENCE_MILLISECONDS = 3_000;
/** After a failure the upstream is left alone for at least this long where a copy can be shown. */
export const STALE_SECONDS_MIN = 10;

/** The promise's value, or `null` when it takes longer; its error is its own. */
export async function within<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value | null> {
  const { promise: over, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, milliseconds, null);
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
