import type { Dialect } from "#http";
import { isOwnAddress } from "./addresses.ts";
import { renderFault, renderProblem } from "./envelope.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { systemRoutes } from "./system.ts";

/**
 * The part of Artifactory's interface that teams script: repositories, content, properties and searches below
 * `/artifactory`, accounts, groups, permission targets and tokens there and below `/access`.
 */
export function artifactoryDialect(parts: ArtifactoryParts): Dialect {
  return {
    name: "artifactory",
    routes: [...systemRoutes(parts)],
    owns: isOwnAddress,
    renderProblem,
    renderFault,
  };
}
