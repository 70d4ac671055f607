import type { Access } from "#access";
import type { Registry } from "#registry";

/** What Artifactory's interface is spoken over. */
export interface ArtifactoryParts {
  readonly registry: Registry;
  readonly access: Access;
  /** Names this installation to clients, and tokens their issuer. */
  readonly installationId: string;
  /** Our own version. */
  readonly version: string;
}

/** The Artifactory whose interface this is, for clients that decide by it; those before 7 are told of less. */
export const SERVER_VERSION = "7.104.5";
