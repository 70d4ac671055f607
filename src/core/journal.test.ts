import assert from "node:assert/strict";
import { test } from "node:test";
import type { Artifact, Attachment, Version } from "./artifact.ts";
import { type JournalEvent, projectOf, repositoryOf } from "./journal.ts";
import type { Instant, ProjectName, RepositoryName, UserName } from "./names.ts";
import type { Token, User } from "./principal.ts";
import type { Repository } from "./repository.ts";
import type { Group, PermissionTarget, RetentionPolicy } from "./targets.ts";

const DEV = "alice/dev" as RepositoryName;
const FOO = "foo" as ProjectName;
const ALICE = "alice" as UserName;
const REF = { repository: DEV, project: FOO, filename: "foo-1.0.tar.gz" };
const artifact = { ...REF, publishedAt: 0 as Instant } as Artifact;
const attachment = { repository: DEV, project: FOO, version: "1.0", filename: "foo-1.0.doc.zip" } as Attachment;
const version: Version = { repository: DEV, project: FOO, version: "1.0", attributes: {} };

/** Every type of event once: a new one does not compile until it stands here. */
const EVENTS: { readonly [Type in JournalEvent["type"]]: Extract<JournalEvent, { type: Type }> } = {
  "user.saved": { type: "user.saved", user: { name: ALICE } as User },
  "user.removed": { type: "user.removed", name: ALICE },
  "group.saved": { type: "group.saved", group: { name: "releasers" } as Group },
  "group.removed": { type: "group.removed", name: "releasers" },
  "permission.saved": { type: "permission.saved", target: { name: "release" } as PermissionTarget },
  "permission.removed": { type: "permission.removed", name: "release" },
  "policy.saved": { type: "policy.saved", policy: { name: "old" } as RetentionPolicy },
  "policy.removed": { type: "policy.removed", name: "old" },
  "token.issued": { type: "token.issued", token: { id: "t1", owner: ALICE } as Token },
  "token.revoked": { type: "token.revoked", id: "t1", owner: ALICE },
  "repository.saved": { type: "repository.saved", repository: { name: DEV } as Repository },
  "repository.removed": { type: "repository.removed", name: DEV },
  "project.registered": { type: "project.registered", repository: DEV, project: FOO, displayName: "Foo" },
  "project.status": { type: "project.status", repository: DEV, project: FOO, status: "archived", reason: null },
  "project.released": { type: "project.released", repository: DEV, project: FOO },
  "version.saved": { type: "version.saved", version },
  "version.removed": { type: "version.removed", repository: DEV, project: FOO, version: "1.0" },
  "artifact.published": { type: "artifact.published", artifact, promotedFrom: null },
  "artifact.replaced": { type: "artifact.replaced", artifact, promotedFrom: null },
  "artifact.yanked": { type: "artifact.yanked", ref: REF, reason: "broken" },
  "artifact.removed": { type: "artifact.removed", ref: REF },
  "artifact.trashed": { type: "artifact.trashed", ref: REF, id: "t1", until: 1 as Instant },
  "trash.removed": { type: "trash.removed", id: "t1" },
  "folder.made": {
    type: "folder.made",
    folder: { repository: DEV, path: "a/b", createdAt: 0 as Instant, createdBy: "alice" },
  },
  "folder.removed": { type: "folder.removed", repository: DEV, path: "a/b" },
  "properties.set": { type: "properties.set", repository: DEV, path: "a/b", properties: {} },
  "attachment.saved": { type: "attachment.saved", attachment },
  "attachment.removed": {
    type: "attachment.removed",
    repository: DEV,
    project: FOO,
    version: "1.0",
    filename: "foo-1.0.doc.zip",
  },
};

for (const event of Object.values(EVENTS)) {
  const isOfNone = /^(user|token|group|permission|policy|trash)\./.test(event.type);
  const isOfProject = /^(project|version|artifact|attachment)\./.test(event.type);

  test(`${event.type} tells whose readers it concerns`, () => {
    assert.equal(repositoryOf(event), isOfNone ? null : DEV);
    assert.equal(projectOf(event), isOfProject ? FOO : null);
  });
}
