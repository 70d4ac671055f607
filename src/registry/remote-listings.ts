import {
  factsOf,
  type Instant,
  type ListedFile,
  type Listing,
  type ProjectName,
  type ProjectStatus,
  type RemoteRepository,
  type Seq,
} from "#core";
import type { NamedProject } from "#formats";
import type { NameList } from "./name-list.ts";
import type { Holdings } from "./remote-holdings.ts";
import { addressPrefix, fileOfKey, projectKey, SPACES } from "./remote-keys.ts";
import { type Known, validUntilOf } from "./remote-known.ts";
import { keptNames, readNames } from "./remote-names.ts";
import { openPages, type PageRequest, type RemotePages } from "./remote-pages.ts";
import type { RemoteTools } from "./remote-parts.ts";
import type { RemoteAnswer, Remotes } from "./remotes.ts";

/** The part of {@link Remotes} that reads pages. */
export type RemoteListings = Pick<
  Remotes,
  "listing" | "answer" | "remembered" | "projects" | "refresh" | "onChange" | "figures"
> & {
  /** Says that what is shown of a project, or (`null`) of all, may have changed. */
  tell(remote: RemoteRepository, project: ProjectName | null): void;
  /** What is shown because the upstream failed is asked for again. */
  retry(prefix: string): void;
  /** Drops what memory has of a remote and tells those who made pages of it. */
  forget(remote: RemoteRepository, prefix: string): void;
};

/** A project's page, read. */
interface ProjectContent {
  readonly displayName: string;
  readonly status: ProjectStatus;
  readonly statusReason: string | null;
  readonly versions: readonly string[];
  readonly files: readonly ListedFile[];
}

interface FlatContent {
  readonly projects: ReadonlyMap<ProjectName, ProjectContent>;
}

interface ListContent {
  readonly names: NameList;
}

/** The largest page of a project on the public index has some 5 MB. */
const PAGE_BYTES_MAX = 64 << 20;
/** The public index's list has some 40 MB, and grows. */
const LIST_BYTES_MAX = 256 << 20;
/** One list of the public index's size stays in memory whatever the budget: to read it again and again costs more. */
const LISTS_BYTES_MIN = 24 << 20;
/** pip gives up after 15 s; a page that takes longer than this is answered with 502. */
const PAGE_MILLISECONDS_MAX = 12_000;
const LIST_MILLISECONDS_MAX = 120_000;

export function openListings(tools: RemoteTools, holdings: Pick<Holdings, "filenames">): RemoteListings {
  const { state, now, later } = tools;
  const budget = tools.settings.memoryBytesMax;
  const projectPages: RemotePages<ProjectContent> = openPages(tools, budget / 4);
  const flatPages: RemotePages<FlatContent> = openPages(tools, budget / 8);
  const listPages: RemotePages<ListContent> = openPages(tools, Math.max(budget / 8, LISTS_BYTES_MIN));
  const all = [projectPages, flatPages, listPages];
  const listeners: ((remote: RemoteRepository, project: ProjectName | null) => void)[] = [];

  const tell = (remote: RemoteRepository, project: ProjectName | null): void => {
    for (const listener of listeners) listener(remote, project);
  };

  function projectPage(remote: RemoteRepository, project: ProjectName): PageRequest<ProjectContent> {
    const reader = tools.readerOf(remote);
    const key = projectKey(addressPrefix(remote), project);
    return {
      remote,
      key,
      address: reader.projectAddress(project),
      sizeBytesMax: PAGE_BYTES_MAX,
      deadlineMilliseconds: patientlyFor(remote, PAGE_MILLISECONDS_MAX),
      reading: {
        kind: "whole",
        read(page) {
          const { displayName, status, statusReason, versions, offers } = reader.readProject(page, project);
          const files = offers.map((offer): ListedFile => ({ kind: "offer", member: remote.name, offer }));
          return { displayName, status, statusReason, versions, files };
        },
      },
      changed: () => tell(remote, project),
      found: ({ displayName }) =>
        later.do(`name ${key}`, () => state.put(SPACES.projects, key, { value: { project, displayName } })),
    };
  }

  function flatPage(remote: RemoteRepository): PageRequest<FlatContent> {
    return {
      remote,
      key: `${addressPrefix(remote)}:flat`,
      address: "",
      sizeBytesMax: PAGE_BYTES_MAX,
      deadlineMilliseconds: patientlyFor(remote, PAGE_MILLISECONDS_MAX),
      reading: {
        kind: "whole",
        read(page) {
          const grouped = Map.groupBy(tools.readerOf(remote).readFlat(page), (offer) => offer.project);
          const projects = new Map<ProjectName, ProjectContent>();
          for (const [project, offers] of grouped) {
            projects.set(project, {
              displayName: project,
              status: "active",
              statusReason: null,
              versions: [...new Set(offers.map(({ version }) => version).filter((version) => version !== null))],
              files: offers.map((offer) => ({ kind: "offer", member: remote.name, offer })),
            });
          }
          return { projects };
        },
      },
      changed: () => tell(remote, null),
    };
  }

  function listPage(remote: RemoteRepository): PageRequest<ListContent> {
    return {
      remote,
      key: `${addressPrefix(remote)}:list`,
      address: "",
      sizeBytesMax: LIST_BYTES_MAX,
      deadlineMilliseconds: patientlyFor(remote, LIST_MILLISECONDS_MAX),
      reading: {
        kind: "in-pieces",
        async read(page) {
          const names = await readNames(tools.readerOf(remote), page);
          return { content: { names }, weight: names.weight };
        },
        // Upstreams count every release in their lists, but few of them bring a name.
        isSame: ({ names: before }, { names: after }) =>
          before.names === after.names && before.spellings === after.spellings,
        kept: ({ names }, url) => keptNames(names, url),
      },
    };
  }

  function listingOf(
    remote: RemoteRepository,
    project: ProjectName,
    known: Known<unknown>,
    content: ProjectContent | null,
  ): Listing | null {
    if (content === null) return null;
    return {
      ...content,
      project,
      members: [remote.name],
      seq: 0 as Seq,
      upstreamSerial: known.upstreamSerial,
      validUntil: validUntilOf(known, remote),
      staleSince: known.staleUntil === null ? null : known.checkedAt,
    };
  }

  /** A remote without a list, or whose list shall not be fetched, has what was asked for so far. */
  async function askedFor(remote: RemoteRepository): Promise<readonly NamedProject[]> {
    const keyPrefix = addressPrefix(remote);
    const names: NamedProject[] = [];
    await later.settle();
    for (let after: string | null = null; ; ) {
      const entries = await state.list(SPACES.projects, { keyPrefix, after, limit: NAMES_AT_ONCE });
      for (const { value } of entries) {
        if (value === null || typeof value !== "object" || !("project" in value)) continue;
        names.push({ project: String(value["project"]) as ProjectName, displayName: String(value["displayName"]) });
      }
      if (entries.length < NAMES_AT_ONCE) return names;
      after = entries.at(-1)?.key ?? null;
    }
  }

  /** Of a remote that is offline: what is here, and nothing that would have to be fetched. */
  async function hereOf(remote: RemoteRepository, project: ProjectName): Promise<RemoteAnswer> {
    const { known, content } = await copyOf(remote, project);
    // What was on its way when the remote went offline arrives still.
    const validUntil = (now() + remote.freshForSeconds * 1000) as Instant;
    if (known === null || content === null) return { listing: null, validUntil };
    const here = await holdings.filenames(remote, project);
    const files = content.files.filter((file) => here.has(factsOf(file).filename));
    if (files.length === 0) return { listing: null, validUntil };
    const versions = new Set(files.map((file) => factsOf(file).version));
    const left = { ...content, files, versions: content.versions.filter((version) => versions.has(version)) };
    const listing = listingOf(remote, project, known, left);
    return { listing: listing && { ...listing, validUntil, staleSince: null }, validUntil };
  }

  async function copyOf(remote: RemoteRepository, project: ProjectName) {
    if (remote.layout === "flat") {
      const known = await flatPages.copy(flatPage(remote));
      return { known, content: known?.content?.projects.get(project) ?? null };
    }
    const known = await projectPages.copy(projectPage(remote, project));
    return { known, content: known?.content ?? null };
  }

  /** The projects of which there are copies. */
  async function here(remote: RemoteRepository): Promise<readonly NamedProject[]> {
    const prefix = addressPrefix(remote);
    const names: NamedProject[] = [];
    await later.settle();
    for (let after: string | null = null; ; ) {
      const [first] = await state.list(SPACES.files, { keyPrefix: prefix, after, limit: 1 });
      if (first === undefined) return names;
      const { project } = fileOfKey(prefix, first.key);
      const key = projectKey(prefix, project);
      const known = (await state.get(SPACES.projects, key))?.value;
      const isNamed = known !== null && typeof known === "object" && "displayName" in known;
      names.push({ project, displayName: isNamed ? String(known["displayName"]) : project });
      after = `${key}/${LAST_CHARACTER}`;
    }
  }

  async function answer(remote: RemoteRepository, project: ProjectName): Promise<RemoteAnswer> {
    if (remote.url === null) return { listing: null, validUntil: null };
    if (remote.isOffline === true) return hereOf(remote, project);
    if (remote.layout === "flat") {
      const known = await flatPages.get(flatPage(remote));
      const content = known.content?.projects.get(project) ?? null;
      return { listing: listingOf(remote, project, known, content), validUntil: validUntilOf(known, remote) };
    }
    const known = await projectPages.get(projectPage(remote, project));
    return { listing: listingOf(remote, project, known, known.content), validUntil: validUntilOf(known, remote) };
  }

  return {
    listing: async (remote, project) => (await answer(remote, project)).listing,
    answer,

    remembered(remote, project) {
      if (remote.url === null) return null;
      if (remote.isOffline === true) return undefined;
      if (remote.layout === "flat") {
        const known = flatPages.peek(remote, `${addressPrefix(remote)}:flat`);
        return known && listingOf(remote, project, known, known.content?.projects.get(project) ?? null);
      }
      const known = projectPages.peek(remote, projectKey(addressPrefix(remote), project));
      return known && listingOf(remote, project, known, known.content);
    },

    async projects(remote) {
      if (remote.url === null) return { projects: [], validUntil: now(), staleSince: null };
      if (remote.isOffline === true) return { projects: await here(remote), validUntil: now(), staleSince: null };
      if (remote.layout === "flat") {
        const known = await flatPages.get(flatPage(remote));
        const projects = [...(known.content?.projects.keys() ?? [])].map((project) => ({
          project,
          displayName: project,
        }));
        return { projects, ...momentsOf(known, remote) };
      }
      if (!remote.noProjectList) {
        const known = await listPages.get(listPage(remote));
        if (known.content !== null) return { projects: known.content.names, ...momentsOf(known, remote) };
      }
      return { projects: await askedFor(remote), validUntil: now(), staleSince: null };
    },

    async refresh(remote, project) {
      const key = project === null ? null : projectKey(addressPrefix(remote), project);
      if (project === null) await listPages.outdate(remote, null);
      await projectPages.outdate(remote, key);
      // One page has all projects, so it is what a project's page is.
      await flatPages.outdate(remote, project === null ? null : `${addressPrefix(remote)}:flat`);
      tell(remote, remote.layout === "flat" ? null : project);
    },

    tell,

    onChange(listener) {
      listeners.push(listener);
    },

    retry(prefix) {
      for (const pages of all) pages.retry(prefix);
    },

    forget(remote, prefix) {
      for (const pages of all) pages.forget(prefix);
      tell(remote, null);
    },

    figures() {
      const figures = all.map((pages) => pages.figures());
      const sum = (of: "hits" | "misses" | "stale"): number => figures.reduce((total, row) => total + row[of], 0);
      return { hits: sum("hits"), misses: sum("misses"), stale: sum("stale") };
    },
  };
}

const NAMES_AT_ONCE = 1_000;
/** Greater than whatever may follow a beginning. */
const LAST_CHARACTER = "\u{10FFFF}";

/** Who lets an upstream take its time to begin lets it finish, too. */
function patientlyFor({ timeoutMilliseconds = 0 }: RemoteRepository, milliseconds: number): number {
  return Math.max(milliseconds, timeoutMilliseconds);
}

function momentsOf(
  known: Known<unknown>,
  remote: RemoteRepository,
): { readonly validUntil: Instant; readonly staleSince: Instant | null } {
  return {
    validUntil: validUntilOf(known, remote),
    staleSince: known.staleUntil === null ? null : known.checkedAt,
  };
}
