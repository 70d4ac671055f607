import { type Call, factsOf, type Listing, parseRepositoryName, placeOf, type Repository, refuse } from "#core";
import { type ApiParts, integerIn, type Operation, operation, PAGE_QUERY } from "./operation.ts";
import { listingIn, PROJECT, projectIn, VERSION } from "./projects.ts";
import type { Answers } from "./schemas.ts";
import { instantView } from "./views.ts";

const FILE = `${PROJECT}/files/:filename`;
const FOUND_MAX = 1_000;
const COUNTED_MAX = 500;
/** So many of the newest files are put together to releases. */
const RECENT_FILES_MAX = 300;

/** What people read: search, news, what a version says about itself, and what is inside of its files. */
export const peopleOperations: readonly Operation[] = [
  operation({
    id: "search",
    method: "GET",
    path: "/search",
    summary: "Find projects as you type, by name, summary, keywords and people; the likeliest first",
    query: [
      { name: "q", kind: "string", description: "Words that must all be found, in any case" },
      { name: "repository", kind: "string", description: "`owner/name`: only what it shows, each project once" },
      ...PAGE_QUERY,
    ],
    answer: "Found",
    refusals: ["request-invalid", "repository-not-found", "not-permitted", "not-signed-in"],
    async handle({ registry }, call) {
      const limit = integerIn(call, "limit", { least: 1, most: 100, otherwise: 20 });
      const after = integerIn(call, "after", { least: 0, most: FOUND_MAX, otherwise: 0 });
      const words = call.query.get("q") ?? "";
      const asked = await repositoryWished(registry, call);
      const found = await registry.search.anywhere(call.principal, words, FOUND_MAX, asked);
      const end = after + limit;
      return {
        items: found.hits.slice(after, end).map(({ score: _, ...hit }) => hit),
        count: found.hits.length,
        hasMore: found.hasMore,
        unread: [...found.unread],
        next: end < found.hits.length ? String(end) : null,
      };
    },
  }),
  operation({
    id: "listRecent",
    method: "GET",
    path: "/recent",
    summary: "What was published last in local repositories that you may read",
    query: [
      { name: "limit", kind: "integer", description: "At most so many releases; 20 when not given, 100 at most" },
    ],
    answer: "Recent",
    async handle(parts, call) {
      const limit = integerIn(call, "limit", { least: 1, most: 100, otherwise: 20 });
      return { items: await recentIn(parts, call, limit) };
    },
  }),
  operation({
    id: "describeVersion",
    method: "GET",
    path: `${VERSION}/description`,
    summary: "What a version says about itself, for people: its readme rendered and made safe, links, requirements",
    answer: "Description",
    refusals: ["repository-not-found", "project-not-found", "version-not-found", "not-permitted"],
    handle: describe,
  }),
  operation({
    id: "getVersionDownloads",
    method: "GET",
    path: `${VERSION}/downloads`,
    summary: "How often each file of a version was downloaded",
    answer: "VersionDownloads",
    refusals: ["repository-not-found", "project-not-found", "not-permitted"],
    handle: countDownloads,
  }),
  operation({
    id: "listContents",
    method: "GET",
    path: `${FILE}/contents`,
    summary: "What is in a file that is here, by its own table of contents; nothing is unpacked",
    answer: "Contents",
    refusals: ["repository-not-found", "file-not-found", "not-permitted", "project-quarantined"],
    async handle(parts, call) {
      const { members, count, because } = await parts.registry.insides.contents(
        call.principal,
        await fileIn(parts, call),
      );
      return { items: members.map(({ path, kind, sizeBytes }) => ({ path, kind, sizeBytes })), count, because };
    },
  }),
  operation({
    id: "readMember",
    method: "GET",
    path: `${FILE}/member`,
    summary: "The text of one member of a file that is here, or its beginning",
    query: [{ name: "path", kind: "string", description: "As the contents have it" }],
    answer: "MemberText",
    refusals: ["repository-not-found", "file-not-found", "not-permitted", "project-quarantined"],
    async handle(parts, call) {
      const which = await fileIn(parts, call);
      const path = call.query.get("path") ?? "";
      const found = await parts.registry.insides.text(call.principal, which, path);
      if (found !== null) return { path, sizeBytes: found.sizeBytes, text: found.text, isCut: found.isCut };
      const because = `in ${which.filename} there is no file of that name that can be read`;
      throw refuse({ code: "file-not-found", repository: which.repository, filename: path, because });
    },
  }),
];

/** The repository that a search is narrowed to, for somebody who may read it. */
async function repositoryWished(registry: ApiParts["registry"], call: Call): Promise<Repository | undefined> {
  const text = call.query.get("repository");
  if (text === null) return undefined;
  const name = parseRepositoryName(text);
  if (name === null) throw refuse({ code: "repository-not-found", repository: text });
  return (await registry.desk(name, call.principal)).repository;
}

/** The desk behind it has the last word; it comes first, so that who may not read is not told what could be a name. */
async function fileIn(parts: ApiParts, call: Call) {
  const { repository, project } = await projectIn(parts, call);
  return { repository: repository.name, project, filename: call.params["filename"] ?? "" };
}

async function recentIn({ registry }: ApiParts, call: Call, limit: number): Promise<Answers["Recent"]["items"]> {
  const { items } = await registry.tree.search(call.principal, {
    where: { kind: "field", field: "kind", operator: "eq", value: "file" },
    repositories: null,
    order: [{ field: "modified", isDescending: true }],
    offset: 0,
    limit: RECENT_FILES_MAX,
    withProperties: false,
    withDownloads: false,
  });
  const releases = new Map<string, Answers["Recent"]["items"][number]>();
  for (const { node, release } of items) {
    if (release === null) continue;
    const { project, version } = release;
    const key = `${node.repository}\n${project}\n${version}`;
    const known = releases.get(key);
    if (known !== undefined) known.files += 1;
    else {
      const publishedAt = instantView(node.modifiedAt);
      releases.set(key, { repository: node.repository, project, version, files: 1, publishedAt });
    }
  }
  return [...releases.values()].slice(0, limit);
}

async function describe(parts: ApiParts, call: Call): Promise<Answers["Description"]> {
  const { repository, listing } = await listingIn(parts, call);
  const version = call.params["version"] ?? "";
  requireVersion(repository, listing, version);
  const { registry } = parts;
  const desk = await registry.desk(repository.name, call.principal);
  // The record of the repository that has the files: its files are shown, so what they say of themselves is, too.
  const member = listing.files.find((file) => factsOf(file).version === version)?.member ?? repository.name;
  const record = await registry.releases.version(member, listing.project, version);
  const wish = { version, listing, recorded: record?.attributes ?? null, desk };
  const described = await registry.format(repository.format).describe(wish);
  return { version, ...(described === null ? NOTHING : copied(described)) };
}

type Described = NonNullable<Awaited<ReturnType<ReturnType<ApiParts["registry"]["format"]>["describe"]>>>;

function copied(described: Described): Omit<Answers["Description"], "version"> {
  return {
    ...described,
    keywords: [...described.keywords],
    classifiers: [...described.classifiers],
    extras: [...described.extras],
    links: described.links.map((link) => ({ ...link })),
    requirements: described.requirements.map((requirement) => ({ ...requirement })),
    readme: described.readme === null ? null : { ...described.readme },
  };
}

const NOTHING: Omit<Answers["Description"], "version"> = {
  summary: null,
  author: null,
  maintainer: null,
  license: null,
  requires: null,
  keywords: [],
  classifiers: [],
  links: [],
  requirements: [],
  extras: [],
  readme: null,
  isWhole: true,
};

function requireVersion(repository: Repository, listing: Listing, version: string): void {
  const isThere = listing.versions.includes(version) || listing.files.some((file) => factsOf(file).version === version);
  if (isThere) return;
  throw refuse({ code: "version-not-found", repository: repository.name, project: listing.project, version });
}

async function countDownloads(parts: ApiParts, call: Call): Promise<Answers["VersionDownloads"]> {
  const { listing } = await listingIn(parts, call);
  const version = call.params["version"] ?? "";
  const items: Answers["VersionDownloads"]["items"] = [];
  for (const file of listing.files) {
    if (file.kind !== "artifact" || file.artifact.version !== version) continue;
    const place = { repository: file.artifact.repository, path: placeOf(file.artifact) };
    const counted = await parts.registry.tree.downloads(call.principal, place);
    if (counted === null) continue;
    const lastAt = counted.lastAt === null ? null : instantView(counted.lastAt);
    items.push({ filename: file.artifact.filename, count: counted.count, lastAt });
    if (items.length >= COUNTED_MAX) break;
  }
  return { items };
}
