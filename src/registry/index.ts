/** The workshop: what publish, read, promote and remove mean, for every format and repository kind; the only caller of `append`. */

export type { ProjectNames } from "#formats";
export { openRegistry } from "./open-registry.ts";
export type {
  Accounts,
  NewRepository,
  OwnDesk,
  PushStep,
  Registry,
  RegistryFigures,
  RegistryParts,
  RegistrySettings,
  Releases,
  RepositoriesAdmin,
} from "./registry.ts";
