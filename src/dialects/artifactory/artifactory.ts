import type { Dialect } from "#http";
import { isOwnAddress } from "./addresses.ts";
import { aqlRoutes } from "./aql-search.ts";
import { contentRoutes } from "./content.ts";
import { copyMoveRoutes } from "./copy-move.ts";
import { renderFault, renderProblem } from "./envelope.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { pypiRoutes } from "./pypi.ts";
import { repositoryRoutes } from "./repositories.ts";
import { searchRoutes } from "./searches.ts";
import { apiKeyRoutes } from "./security/api-keys.ts";
import { groupRoutes } from "./security/groups.ts";
import { permissionRoutes } from "./security/permissions.ts";
import { accessPermissionRoutes } from "./security/permissions-access.ts";
import { tokenRoutes } from "./security/tokens.ts";
import { userRoutes } from "./security/users.ts";
import { storageRoutes } from "./storage.ts";
import { storageSummaryRoutes } from "./storage-summary.ts";
import { systemRoutes } from "./system.ts";
import { trashRoutes } from "./trash.ts";

/**
 * The part of Artifactory's interface that teams script: repositories, content, properties and searches below
 * `/artifactory`, accounts, groups, permission targets and tokens there and below `/access`.
 */
export function artifactoryDialect(parts: ArtifactoryParts): Dialect {
  return {
    name: "artifactory",
    routes: [
      ...systemRoutes(parts),
      ...userRoutes(parts),
      ...groupRoutes(parts),
      ...permissionRoutes(parts),
      ...accessPermissionRoutes(parts),
      ...tokenRoutes(parts),
      ...apiKeyRoutes(parts),
      ...repositoryRoutes(parts),
      ...storageRoutes(parts),
      ...copyMoveRoutes(parts),
      ...trashRoutes(parts),
      ...storageSummaryRoutes(parts),
      ...aqlRoutes(parts),
      ...searchRoutes(parts),
      ...pypiRoutes(parts),
      ...contentRoutes(parts),
    ],
    owns: isOwnAddress,
    renderProblem,
    renderFault,
  };
}
