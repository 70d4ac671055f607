import { blobStoreContract } from "../../src/stores/blob-store.contract.ts";
import { sharedStateContract } from "../../src/stores/shared-state.contract.ts";
import { memoryBlobs, memoryState } from "./memory-stores.ts";

// What stands in for a real store in tests must keep the promises of one.

blobStoreContract("memory", async () => {
  const blobs = memoryBlobs();
  return {
    open: async () => blobs,
    leftovers: async () => (blobs.draftsOpen === 0 ? [] : [`${blobs.draftsOpen} open drafts`]),
    [Symbol.asyncDispose]: async () => {},
  };
});

sharedStateContract("memory", async (now) => {
  const state = memoryState(now);
  return { open: async () => state, leftovers: async () => [], [Symbol.asyncDispose]: async () => {} };
});
