import assert from "node:assert/strict";
import { test } from "node:test";
import type { Artifact, Attachment, Version } from "./artifact.ts";
import { type JournalEvent, projectOf, repositoryOf } from "./journal.ts";
import type { Instant, ProjectName, RepositoryName, UserName } from "./names.ts";
import type { Token, User } from "./principal.ts";
import type { Repository } from "./repository.ts";

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
  const isOfAccount = /^(user|token)\./.test(event.type);
  const isOfProject = /^(project|version|artifact|attachment)\./.test(event.type);

  test(`${event.type} tells whose readers it concerns`, () => {
    assert.equal(repositoryOf(event), isOfAccount ? null : DEV);
    assert.equal(projectOf(event), isOfProject ? FOO : null);
  });
}
