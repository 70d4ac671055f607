import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SharedState } from "#stores";
import { sweep } from "../../src/followers/sweep.ts";
import { openRegistryWorld, type RegistryWorld } from "../support/registry-world.ts";

const GOES_ON = new AbortController().signal;
const FILE = { project: "foo", text: "the same bytes" };

// An upload comes whole, or as far as it gets without the sweeper, at each step that the sweeper makes.
describe("an upload of the bytes that a sweeper is at, in any moment, has its bytes when it is answered", () => {
  const steps = ["first look", "mark", "last look", "deletion", "lifting"] as const;
  for (const step of steps) {
    for (const side of ["before", "after"] as const) {
      test(`${side} the ${step}`, async () => {
        const waiting = Promise.withResolvers<void>();
        const swept = Promise.withResolvers<void>();
        await using world = await openRegistryWorld({
          async wait() {
            waiting.resolve();
            await swept.promise;
          },
        });
        await world.local("alice/dev");
        await leaveAnOrphan(world);
        const uploads: ReturnType<RegistryWorld["publish"]>[] = [];
        const at = async (reached: (typeof steps)[number], when: "before" | "after"): Promise<void> => {
          if (reached !== step || when !== side || uploads.length > 0) return;
          const upload = world.publish("alice/dev", FILE);
          uploads.push(upload);
          await Promise.race([upload, waiting.promise]);
        };
        await sweep(steppedBy(world, at), GOES_ON);
        swept.resolve();

        const [published] = await Promise.all(uploads);
        assert.ok(published !== undefined, "the sweeper has come by there");
        assert.notEqual(await world.blobs.stat(published.artifact.blob), null);
      });
    }
  }
});

type At = (
  step: "first look" | "mark" | "last look" | "deletion" | "lifting",
  side: "before" | "after",
) => Promise<void>;

/** The sweeper's parts; `at` is told of each step. */
function steppedBy(world: RegistryWorld, at: At): Parameters<typeof sweep>[0] {
  let looks = 0;
  const through = async <Value>(step: Parameters<At>[0], work: () => Promise<Value>): Promise<Value> => {
    await at(step, "before");
    const value = await work();
    await at(step, "after");
    return value;
  };
  const state: SharedState = {
    ...world.state,
    holdsBlob(digest) {
      looks += 1;
      return through(looks === 1 ? "first look" : "last look", () => world.state.holdsBlob(digest));
    },
    swap: (...args) => through("mark", () => world.state.swap(...args)),
    delete: (...args) => through("lifting", () => world.state.delete(...args)),
  };
  return {
    metadata: world.metadata,
    now: world.now,
    state,
    blobs: { ...world.blobs, delete: (digest) => through("deletion", () => world.blobs.delete(digest)) },
  };
}

async function leaveAnOrphan({ blobs }: RegistryWorld): Promise<void> {
  const draft = await blobs.begin({ sizeBytesMax: 100 });
  await draft.write(Buffer.from(FILE.text));
  await draft.finish();
  await draft.keep();
  await draft.discard();
}
