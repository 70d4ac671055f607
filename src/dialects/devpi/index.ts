/** devpi's protocol, as its clients of today speak it, over the same registry as everything else. */

export { devpiDialect } from "./devpi.ts";
export type { DevpiParts } from "./parts.ts";
