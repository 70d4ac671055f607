import type { Difference } from "./side-by-side.ts";

/** Where ours answers otherwise than devpi-server, on purpose, and why. */
export const DIFFERENCES: readonly Difference[] = [
  {
    pattern: /ours only: .*\bacl_read\b/,
    reason: "ours knows itself who may read an index, and shows it; devpi-server leaves that to plug-ins",
  },
];
