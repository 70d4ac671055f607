import { attachmentOperations } from "./attachments.ts";
import { copyOperations } from "./copies.ts";
import { groupOperations } from "./groups.ts";
import { journalOperations } from "./journal.ts";
import type { Operation } from "./operation.ts";
import { permissionOperations } from "./permissions.ts";
import { policyOperations } from "./policies.ts";
import { readingOperations, releaseOperations } from "./projects.ts";
import { publishingOperations } from "./publishing.ts";
import { peopleOperations } from "./reading.ts";
import { repositoryOperations } from "./repositories.ts";
import { serverOperations } from "./server.ts";
import { sessionOperations } from "./sessions.ts";
import { statusOperations } from "./status.ts";
import { tokenOperations } from "./tokens.ts";
import { trashOperations } from "./trash.ts";
import { userOperations } from "./users.ts";

/** Everything the API can do, in the order of the document. */
export const operations: readonly Operation[] = [
  ...serverOperations,
  ...journalOperations,
  ...statusOperations,
  ...sessionOperations,
  ...userOperations,
  ...tokenOperations,
  ...repositoryOperations,
  ...copyOperations,
  ...readingOperations,
  ...peopleOperations,
  ...releaseOperations,
  ...publishingOperations,
  ...attachmentOperations,
  ...trashOperations,
  ...policyOperations,
  ...groupOperations,
  ...permissionOperations,
];
