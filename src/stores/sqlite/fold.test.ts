import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Artifact,
  type Attachment,
  type Instant,
  type JournalEvent,
  type Project,
  type ProjectName,
  projectOf,
  type RepositoryName,
  repositoryOf,
} from "#core";
import { openTemporaryStore } from "../../../tests/support/databases.ts";
import type { MetadataView } from "../metadata-store.ts";
import { anArtifact, aTestResult, digestOf, SOMEBODY, someDocumentation } from "../samples.contract.ts";

const REPOSITORIES = ["alice/dev", "alice/other"].map((name) => name as RepositoryName);
const PROJECTS = ["bar", "foo"].map((name) => name as ProjectName);
/** File names are unique in a repository, so each belongs to one project. */
const FILES = ["bar-1", "bar-2", "foo-1", "foo-2"];
const DIGITS = ["a", "b", "c"];

/** What a repository shows, as simply as it can be said. */
interface Shelf {
  readonly projects: Map<ProjectName, Omit<Project, "changedAtSeq">>;
  /** In the order of publication. */
  readonly artifacts: Map<string, Artifact>;
  readonly versions: Set<string>;
  /** In the order in which they came. */
  readonly attachments: Map<string, Attachment>;
  readonly removed: Set<string>;
}

test("whatever happens in whatever order, the tables and their sums are what the events say", async () => {
  await using store = await openTemporaryStore(() => 1000 as Instant);
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent(), { maxLength: 40 }), async (chosen) => {
      const model = new Map(REPOSITORIES.map((name) => [name, emptyShelf()]));
      await store.metadata.write(SOMEBODY, async (tx) => {
        for (const name of REPOSITORIES) tx.append({ type: "repository.removed", name });
        for (const event of chosen) {
          // A file that is there is not published a second time, but replaced.
          const possible = asPossible(model, event);
          apply(model, possible);
          tx.append(possible);
        }
      });
      for (const [name, shelf] of model) {
        assert.deepEqual(await store.metadata.read((view) => shownBy(view, name)), expectedOf(shelf));
      }
    }),
    { numRuns: 60 },
  );
});

function anEvent(): fc.Arbitrary<JournalEvent> {
  const repository = fc.constantFrom(...REPOSITORIES);
  const project = fc.constantFrom(...PROJECTS);
  const where = { repository, project };
  const file = fc.record({
    repository,
    filename: fc.constantFrom(...FILES),
    blob: fc.constantFrom(...DIGITS).map(digestOf),
    sizeBytes: fc.nat(5_000_000_000),
  });
  const artifact = file.map((given) =>
    anArtifact(given.filename, { ...given, project: projectOfFile(given.filename) }),
  );
  const ref = file.map(({ repository: of, filename }) => ({
    repository: of,
    filename,
    project: projectOfFile(filename),
  }));
  const documentation = fc
    .record({ ...where, version: fc.constantFrom("1", "2"), blob: fc.constantFrom(...DIGITS).map(digestOf) })
    .map((given) => someDocumentation({ ...given, filename: `${given.project}-${given.version}.doc.zip` }));
  const testResult = file.map(({ repository: of, filename, blob }) =>
    aTestResult(filename, { repository: of, project: projectOfFile(filename), version: "1", blob }),
  );
  const attachment = fc.oneof(documentation, testResult);
  const of = <Type extends JournalEvent["type"]>(type: Type): fc.Arbitrary<Type> => fc.constant(type);
  return fc.oneof(
    fc.record({ type: of("project.registered"), ...where, displayName: fc.constantFrom("Foo", "foo") }),
    fc.record({
      type: of("project.status"),
      ...where,
      status: fc.constantFrom("active", "archived"),
      reason: fc.constantFrom(null, "because"),
    }),
    fc.record({ type: of("project.released"), ...where }),
    fc.record({
      type: of("version.saved"),
      version: fc.record({ ...where, version: fc.constantFrom("1", "2"), attributes: fc.constant({}) }),
    }),
    fc.record({ type: of("version.removed"), ...where, version: fc.constantFrom("1", "2") }),
    fc.record({ type: of("artifact.published"), artifact, promotedFrom: fc.constant(null) }),
    fc.record({ type: of("artifact.replaced"), artifact, promotedFrom: fc.constant(null) }),
    fc.record({ type: of("artifact.yanked"), ref, reason: fc.constantFrom(null, "", "bad") }),
    fc.record({ type: of("artifact.removed"), ref }),
    fc.record({ type: of("attachment.saved"), attachment }),
    attachment.map(({ repository: from, project: name, version, filename }) => ({
      type: "attachment.removed" as const,
      repository: from,
      project: name,
      version,
      filename,
    })),
    fc.record({ type: of("repository.removed"), name: repository }),
  );
}

function projectOfFile(filename: string): ProjectName {
  return filename.slice(0, 3) as ProjectName;
}

function asPossible(model: ReadonlyMap<RepositoryName, Shelf>, event: JournalEvent): JournalEvent {
  if (event.type !== "artifact.published") return event;
  const { repository, filename } = event.artifact;
  return model.get(repository)?.artifacts.has(filename) === true ? { ...event, type: "artifact.replaced" } : event;
}

function apply(model: Map<RepositoryName, Shelf>, event: JournalEvent): void {
  const repository = repositoryOf(event) ?? assert.fail("only events about repositories are made here");
  const shelf = model.get(repository) ?? assert.fail();
  const { projects, artifacts, versions, attachments, removed } = shelf;
  const project = projectOf(event);
  const known = project === null ? undefined : projects.get(project);
  const change = (to: Partial<Project>): void => {
    if (project === null) return;
    const fresh = { status: "active", statusReason: null, isHeld: true } as const;
    projects.set(project, { repository, project, displayName: project, ...fresh, ...known, ...to });
  };
  const drop = (isDropped: (attachment: Attachment) => boolean): void => {
    for (const [filename, attachment] of attachments) if (isDropped(attachment)) attachments.delete(filename);
  };
  switch (event.type) {
    case "project.registered":
      change({ displayName: event.displayName, isHeld: true });
      break;
    case "project.status":
      change({ status: event.status, statusReason: event.reason });
      break;
    case "project.released":
      if (known !== undefined) change({ isHeld: false });
      break;
    case "version.saved":
      change({});
      versions.add(`${project} ${event.version.version}`);
      break;
    case "version.removed":
      versions.delete(`${project} ${event.version}`);
      drop((attachment) => attachment.project === project && attachment.version === event.version);
      break;
    case "artifact.replaced":
      drop(({ about }) => about === event.artifact.filename);
      change({});
      artifacts.set(event.artifact.filename, event.artifact);
      break;
    case "artifact.published":
      change({});
      artifacts.set(event.artifact.filename, event.artifact);
      break;
    case "artifact.yanked": {
      const artifact = artifacts.get(event.ref.filename);
      if (artifact !== undefined) artifacts.set(artifact.filename, { ...artifact, yanked: event.reason });
      break;
    }
    case "artifact.removed":
      if (artifacts.delete(event.ref.filename)) removed.add(event.ref.filename);
      drop(({ about }) => about === event.ref.filename);
      break;
    case "attachment.saved":
      change({});
      attachments.delete(event.attachment.filename);
      attachments.set(event.attachment.filename, event.attachment);
      break;
    case "attachment.removed":
      attachments.delete(event.filename);
      break;
    case "repository.removed":
      model.set(repository, emptyShelf());
      break;
    default:
      assert.fail(`${event.type} is not made here`);
  }
  if (project !== null) forgetIfEmpty(shelf, project);
}

/** A project that nobody holds and that has no files is as if it had never been. */
function forgetIfEmpty({ projects, artifacts, versions, attachments }: Shelf, project: ProjectName): void {
  if (projects.get(project)?.isHeld !== false) return;
  if ([...artifacts.values()].some((artifact) => artifact.project === project)) return;
  projects.delete(project);
  for (const version of versions) if (version.startsWith(`${project} `)) versions.delete(version);
  for (const [filename, attachment] of attachments) if (attachment.project === project) attachments.delete(filename);
}

async function shownBy(view: MetadataView, repository: RepositoryName) {
  const projects = await view.projects(repository, { after: null, limit: 10 });
  const of = async <Item>(ask: (project: ProjectName) => Promise<readonly Item[]>): Promise<readonly Item[]> =>
    (await Promise.all(PROJECTS.map(ask))).flat();
  const versions = await of((project) => view.versions(repository, project));
  return {
    projects: projects.map(({ changedAtSeq: _changedAtSeq, ...project }) => project),
    artifacts: await of((project) => view.artifacts(repository, project)),
    attachments: await of((project) => view.attachments(repository, project)),
    versions: versions.map(({ project, version }) => `${project} ${version}`),
    removed: (
      await Promise.all(FILES.map(async (file) => ((await view.wasRemoved(repository, file)) ? [file] : [])))
    ).flat(),
    totals: await view.totals(repository),
  };
}

function expectedOf({ projects, artifacts, versions, attachments, removed }: Shelf) {
  const files = [...artifacts.values()];
  return {
    projects: [...projects.values()].sort((a, b) => (a.project < b.project ? -1 : 1)),
    artifacts: PROJECTS.flatMap((project) => files.filter((artifact) => artifact.project === project)),
    attachments: PROJECTS.flatMap((project) => [...attachments.values()].filter((one) => one.project === project)),
    versions: [...versions].sort(),
    removed: [...removed].sort(),
    totals: {
      projects: projects.size,
      artifacts: files.length,
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
  };
}

function emptyShelf(): Shelf {
  return { projects: new Map(), artifacts: new Map(), versions: new Set(), attachments: new Map(), removed: new Set() };
}
