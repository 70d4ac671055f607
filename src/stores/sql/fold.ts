import type { Kysely } from "kysely";
import {
  type Artifact,
  type ArtifactRef,
  assertNever,
  type JournalEntry,
  keyOf,
  NO_PROJECT,
  ownerOf,
  type ProjectName,
  placeOf,
  type RepositoryName,
  type Seq,
} from "#core";
import { accountStatements } from "./fold-accounts.ts";
import { artifactStatements } from "./fold-artifacts.ts";
import { attachmentStatements } from "./fold-attachments.ts";
import { governingStatements } from "./fold-governing.ts";
import { projectStatements } from "./fold-projects.ts";
import { trashStatements } from "./fold-trash.ts";
import { treeStatements } from "./fold-tree.ts";
import { prepare, type Statement } from "./statement.ts";
import type { MetadataTables } from "./tables.ts";

/**
 * What an event does to the tables, as statements to run in order. What is there already or is not there is no error,
 * save three things that the tables themselves refuse: a file that is published twice, a path that another file has, and
 * a key that another repository has.
 */
export type Fold = (entry: JournalEntry) => readonly Statement[];

/**
 * The one meaning of events, shared by append and replay: a primary and its replica cannot disagree, because there is
 * nowhere else to put it. It reads nothing first; what depends on the tables is said in SQL.
 */
export function openFold(db: Kysely<MetadataTables>): Fold {
  const accounts = accountStatements(db);
  const projects = projectStatements(db);
  const artifacts = artifactStatements(db);
  const attachments = attachmentStatements(db);
  const tree = treeStatements(db);
  const trash = trashStatements(db);
  const governing = governingStatements(db);

  /** The project exists afterwards and has changed. An artifact or version of an unknown project registers it. */
  function publish(statement: "insertArtifact" | "replaceArtifact", artifact: Artifact, seq: Seq): Statement[] {
    const { repository, project, filename, companions } = artifact;
    const isReplaced = statement === "replaceArtifact";
    const counted = { repository, project, filename, size_bytes: artifact.sizeBytes };
    return [
      // What belongs to no project registers none.
      ...(project === NO_PROJECT
        ? [artifacts.countLoose(counted)]
        : [artifacts.countPublished(counted), projects.touch({ repository, project, seq })]),
      ...(isReplaced
        ? [
            artifacts.removeCompanions({ repository, filename }),
            tree.removePropertiesElsewhere({ repository, filename, path: placeOf(artifact) }),
            attachments.removeAbout({ repository, project, about: filename }),
          ]
        : []),
      artifacts[statement](artifact, seq),
      ...tree.makeFoldersAround(artifact),
      ...Object.entries(companions).map(([suffix, { blob }]) =>
        artifacts.insertCompanion({ repository, filename, suffix, blob }),
      ),
    ];
  }

  function remove({ repository, project, filename }: ArtifactRef, seq: Seq): Statement[] {
    const file = { repository, filename };
    return [
      artifacts.countRemoved(file),
      artifacts.rememberRemoved(file),
      tree.removePropertiesOfFile(file),
      artifacts.removeCompanions(file),
      artifacts.removeArtifact(file),
      attachments.removeAbout({ repository, project, about: filename }),
      projects.touchKnown({ repository, project, seq }),
      ...forget(repository, project),
    ];
  }

  /** A project that nobody holds and that has no files is as if it had never been. */
  function forget(repository: RepositoryName, project: ProjectName): Statement[] {
    const which = { repository, project };
    return [
      projects.countForgotten(which),
      projects.forgetVersions(which),
      projects.forgetAttachments(which),
      projects.forgetProject(which),
    ];
  }

  return ({ event, seq, at, by }) => {
    switch (event.type) {
      case "user.saved":
        return [
          accounts.saveUser({
            name: event.user.name,
            name_folded: event.user.name.toLowerCase(),
            user: JSON.stringify(event.user),
          }),
        ];
      case "user.removed":
        return [accounts.removeUser({ name: event.name }), accounts.removeTokensOf({ owner: event.name })];
      case "group.saved":
        return [governing.saveGroup({ name: event.group.name, group: JSON.stringify(event.group) })];
      case "group.removed":
        return [governing.removeGroup({ name: event.name })];
      case "permission.saved":
        return [governing.savePermissionTarget({ name: event.target.name, target: JSON.stringify(event.target) })];
      case "permission.removed":
        return [governing.removePermissionTarget({ name: event.name })];
      case "policy.saved":
        return [governing.savePolicy({ name: event.policy.name, policy: JSON.stringify(event.policy) })];
      case "policy.removed":
        return [governing.removePolicy({ name: event.name })];
      case "token.issued":
        return [
          accounts.saveToken({ id: event.token.id, owner: event.token.owner, token: JSON.stringify(event.token) }),
        ];
      case "token.revoked":
        return [accounts.removeToken({ id: event.id, owner: event.owner })];
      case "repository.saved": {
        const { name, createdAt } = event.repository;
        return [
          ...tree.makeFolders({ repository: name, path: "", createdAt, createdBy: by.name }),
          accounts.saveRepository({
            name,
            owner: ownerOf(name),
            key_folded: keyOf(name).toLowerCase(),
            repository: JSON.stringify(event.repository),
          }),
        ];
      }
      case "repository.removed":
        return [...trash.clearAll(event.name), ...accounts.removeRepository(event.name)];
      case "project.registered": {
        const { repository, project, displayName: display_name } = event;
        return [projects.count({ repository, project }), projects.register({ repository, project, display_name, seq })];
      }
      case "project.status": {
        const { repository, project, status, reason } = event;
        return [
          projects.count({ repository, project }),
          projects.setStatus({ repository, project, status, reason, seq }),
        ];
      }
      case "project.released": {
        const { repository, project } = event;
        return [projects.release({ repository, project, seq }), ...forget(repository, project)];
      }
      case "version.saved": {
        const { repository, project, version, attributes } = event.version;
        return [
          projects.count({ repository, project }),
          projects.touch({ repository, project, seq }),
          projects.saveVersion({ repository, project, version, attributes: JSON.stringify(attributes) }),
        ];
      }
      case "version.removed": {
        const { repository, project, version } = event;
        return [
          projects.removeVersion({ repository, project, version }),
          attachments.removeVersion({ repository, project, version }),
          projects.touchKnown({ repository, project, seq }),
        ];
      }
      case "artifact.published":
        return publish("insertArtifact", event.artifact, seq);
      case "artifact.replaced":
        return publish("replaceArtifact", event.artifact, seq);
      case "artifact.yanked": {
        const { repository, project, filename } = event.ref;
        return [
          artifacts.setYanked({ repository, filename, yanked: event.reason }),
          projects.touchKnown({ repository, project, seq }),
        ];
      }
      case "artifact.removed":
        return remove(event.ref, seq);
      case "artifact.trashed": {
        const { repository, filename } = event.ref;
        const { id, until } = event;
        return [
          ...trash.take({ repository, filename, id, until, seq, trashed_at: at, trashed_by: by.name }),
          ...remove(event.ref, seq),
        ];
      }
      case "trash.removed":
        return trash.clear(event.id);
      case "folder.made":
        return tree.makeFolders(event.folder);
      case "folder.removed":
        return tree.removeFolder(event.repository, event.path);
      case "properties.set":
        return tree.setProperties(event.repository, event.path, event.properties);
      case "attachment.saved": {
        const { repository, project } = event.attachment;
        return [
          projects.count({ repository, project }),
          projects.touch({ repository, project, seq }),
          ...attachments.save(event.attachment, seq),
        ];
      }
      case "attachment.removed": {
        const { repository, project, filename } = event;
        return [
          attachments.remove({ repository, project, filename }),
          projects.touchKnown({ repository, project, seq }),
        ];
      }
      default:
        return assertNever(event);
    }
  };
}

/** The row of the journal itself. */
export function openJournalRow(db: Kysely<MetadataTables>): (entry: JournalEntry) => Statement {
  const insert = prepare<MetadataTables["journal"]>()(({ seq, at, actor, event }) =>
    db.insertInto("journal").values({ seq, at, actor, event }),
  );
  return ({ seq, at, by, event }) => insert({ seq, at, actor: JSON.stringify(by), event: JSON.stringify(event) });
}
