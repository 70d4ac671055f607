import { decide, type Principal, type ProjectName, type Repository, refuse, testedFilename } from "#core";
import type { Desk } from "#formats";
import type { Attachments } from "./attachments.ts";
import { reachOf } from "./changes.ts";
import { openDeskTree } from "./desk-tree.ts";
import type { HotFiles } from "./hot-files.ts";
import type { Listings } from "./listing.ts";
import type { Pages } from "./pages.ts";
import { openPartReading } from "./part-reading.ts";
import type { Publishing } from "./publish.ts";
import type { OwnDesk, Releases } from "./registry.ts";
import { mayRead, partRead, visibilityTo } from "./rights.ts";
import { existing, requireRight, type Tools } from "./tools.ts";
import type { Tree } from "./tree.ts";

/** What desks are made of. */
export interface DeskTools extends Tools {
  readonly listings: Listings;
  readonly pages: Pages;
  readonly files: HotFiles;
  readonly publishing: Publishing;
  readonly releases: Releases;
  readonly attachments: Attachments;
  readonly tree: Tree;
}

/** A repository as seen by one principal. Rights are looked at with each question, because they may change between two. */
export function openDesk(tools: DeskTools, repository: Repository, principal: Principal): Desk {
  const { listings, pages, files, publishing, releases, attachments } = tools;
  const { name } = repository;

  /** The repository as it is now, for someone who may read the project in it. */
  async function readable(project: ProjectName | null): Promise<Repository> {
    const current = await existing(tools, name);
    requireRight(tools, principal, "read", current, project);
    return current;
  }

  /** Where changes go: what is published through a virtual repository is changed through it, too. */
  const changed = (): Repository => publishing.subjectOf("publish", repository);

  return {
    repository,
    publishesTo: publishing.targetOf(repository),
    may: (action) =>
      decide(principal, action, { repository: publishing.subjectOf(action, repository), project: null }, tools.rules)
        .isAllowed,
    async projects() {
      return listings.resolvedProjects(await readable(null), principal);
    },
    async listing(project) {
      return listings.resolved(await readable(project), project, principal);
    },
    async page(pageName, variant, project, make) {
      const found = await readable(project);
      const { catalog } = tools;
      const current = (): Repository => catalog.find(name) ?? found;
      const wanted = {
        repository: name,
        name: pageName,
        variant,
        project,
        visibility: () => visibilityTo(tools, principal, [current(), ...catalog.order(current())], project),
        reach: () => reachOf(catalog, current()),
      };
      return pages.get(wanted, make);
    },
    async file(project, filename) {
      return files.open(await readable(project), principal, { project, filename, suffix: null });
    },
    async companion(project, filename, suffix) {
      return files.open(await readable(project), principal, { project, filename, suffix });
    },
    async attachment(project, filename) {
      const about = testedFilename(filename);
      const which = about === null ? ({ kind: "documentation" } as const) : { about };
      const shown = await attachments.shown(principal, name, project, which);
      const attachment = shown.find((one) => one.filename === filename);
      if (attachment === undefined) return null;
      const [tested, file] = await Promise.all([
        attachments.tested(attachment),
        attachments.open(principal, attachment),
      ]);
      return { attachment, tested, file };
    },
    async wasRemoved(filename) {
      const places = [await readable(null), ...tools.catalog.order(repository)];
      // Where the file was is not known any more, so who may read some paths only is told nothing.
      const open = places
        .filter((place) => mayRead(tools, principal, place, null) && partRead(tools, principal, place, null) === null)
        .map((place) => place.name);
      return tools.metadata.read(async (view) => {
        for (const place of new Set(open)) if (await view.wasRemoved(place, filename)) return true;
        return false;
      });
    },
    receive: (bytes) => publishing.receive(principal, name, bytes),
    publish: (candidate) => publishing.publish(principal, name, candidate),
    register: (project, displayName, version) =>
      publishing.register(principal, name, { project, displayName, version }),
    document: (wish, received) => attachments.document(principal, name, wish, received),
    yank: (project, version, reason) => releases.yank(principal, changed().name, project, version, reason),
    async remove(ref) {
      if (ref.repository !== name && ref.repository !== changed().name) {
        throw refuse({ code: "file-not-found", repository: name, filename: ref.filename });
      }
      await releases.removeFile(principal, { ...ref, repository: changed().name }, false);
    },
    tree: openDeskTree(tools.tree, name, principal),
    setStatus: (project, status, reason) => releases.setStatus(principal, changed().name, project, status, reason),
  };
}

/** What a repository has by itself, seen by someone who may read it. */
export function openOwnDesk(tools: DeskTools, repository: Repository, principal: Principal): OwnDesk {
  const { listings } = tools;
  const partReading = openPartReading(tools);
  async function readable(project: ProjectName | null): Promise<Repository> {
    const current = await existing(tools, repository.name);
    requireRight(tools, principal, "read", current, project);
    return current;
  }
  return {
    async projects() {
      return listings.ownProjects(await readable(null), principal);
    },
    async listing(project) {
      const current = await readable(project);
      const listing = await listings.own(current, project);
      return listing === null ? null : partReading.narrowed(principal, current, listing);
    },
  };
}
