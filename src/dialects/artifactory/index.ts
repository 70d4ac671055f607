/** Artifactory's interface, as its clients of today speak it, over the same registry as everything else. */

export { artifactoryDialect } from "./artifactory.ts";
export { moveInFromArtifactory } from "./moving/move-in.ts";
export type { ArtifactoryReport } from "./moving/report.ts";
export { type ArtifactoryAsk, openArtifactory, SourceFault as ArtifactorySourceFault } from "./moving/source.ts";
export type { ArtifactoryParts } from "./parts.ts";
