/** The workshop: what publish, read, promote and remove mean, for every format and repository kind; the only caller of `append`. */

export type { Desk, OpenFile, ProjectNames } from "#formats";
export type { Attachments, SavedAttachment } from "./attachments.ts";
export type { Documentations, OpenPage } from "./documentation.ts";
export type { Destination, Elsewhere, SentStep, Shipment } from "./elsewhere.ts";
export type { Governing, Retention, RetentionRun, Upkeep } from "./governing.ts";
export type { CopiedProject, IndexCopies, IndexSource, ProjectCopy } from "./index-copies.ts";
export type { Contents, Insides, MemberText } from "./insides.ts";
export type {
  ArrivedVersion,
  ArrivingAttachment,
  ArrivingCopy,
  ArrivingFile,
  ArrivingVersion,
  Moving,
} from "./moving.ts";
export { openRegistry } from "./open-registry.ts";
export type { PushContent } from "./parcels.ts";
export { placeOfName } from "./project-names.ts";
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
  RepositoryChange,
} from "./registry.ts";
export { placeOfOffer } from "./remote-place.ts";
export type { MemberVerdict, Resolution, Resolutions } from "./resolutions.ts";
export type { Finding, Search, SearchHit, SearchWish } from "./search.ts";
export type {
  Downloads,
  FileNode,
  FolderNode,
  FoundItem,
  Place,
  PutOptions,
  Tally,
  Trash,
  Tree,
  TreeNode,
} from "./tree.ts";
export type { RepositoryUsage, Usage } from "./usage.ts";
