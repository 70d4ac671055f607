import assert from "node:assert/strict";
import { test } from "node:test";

/** Where a keeper keeps things, for as long as one test. */
export interface Place<Store> extends AsyncDisposable {
  /** Opens what is there. Again: as another process would. */
  open(): Promise<Store>;
  /** What is there besides what must be there, when every store is closed: drafts, logs, locks. */
  leftovers(): Promise<readonly string[]>;
}

/** A test over a place of its own, which fails when something is left there. */
export function promise<Store>(
  name: string,
  make: () => Promise<Place<Store>>,
  run: (place: Place<Store>) => Promise<void>,
): void {
  test(name, async () => {
    await using place = await make();
    await run(place);
    assert.deepEqual(await place.leftovers(), [], "something is left behind");
  });
}
