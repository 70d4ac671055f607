/** Artifactory's interface, as its clients of today speak it, over the same registry as everything else. */

export { artifactoryDialect } from "./artifactory.ts";
export type { ArtifactoryParts } from "./parts.ts";
