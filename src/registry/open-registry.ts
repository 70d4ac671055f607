import { AsyncLocalStorage } from "node:async_hooks";
import { decide, isInCharge, type Principal, refuse, type Seq } from "#core";
import { decideAdministration } from "./account-rights.ts";
import { openAccounts } from "./accounts.ts";
import { openAttachments } from "./attachments.ts";
import { openCatalog } from "./catalog.ts";
import { openChanges } from "./changes.ts";
import { openConstraining } from "./constraining.ts";
import { type DeskTools, openDesk, openOwnDesk } from "./desk.ts";
import { openDocumentations } from "./documentation.ts";
import { openDownloadCounts } from "./download-counts.ts";
import { openElsewhere } from "./elsewhere.ts";
import { forgetGoneRemotes } from "./gone-remotes.ts";
import { openHotFiles } from "./hot-files.ts";
import { openInsides } from "./insides.ts";
import { openListings } from "./listing.ts";
import { openGoverning } from "./open-governing.ts";
import { openIndexCopies } from "./open-index-copies.ts";
import { openMoving } from "./open-moving.ts";
import { openRemotes } from "./open-remotes.ts";
import { openRetention } from "./open-retention.ts";
import { openTrash } from "./open-trash.ts";
import { openTree } from "./open-tree.ts";
import { openPages } from "./pages.ts";
import { openPublishing } from "./publish.ts";
import type { Registry, RegistryParts } from "./registry.ts";
import { openReleases } from "./releases.ts";
import { openRepositoriesAdmin } from "./repositories-admin.ts";
import { openResolutions } from "./resolutions.ts";
import { openRulebook } from "./rulebook.ts";
import { openSearch } from "./search.ts";
import { existing, requireRight, type Tools } from "./tools.ts";
import { openUsage } from "./usage.ts";

/** Opens the registry over its parts, which are closed after it by who opened them. */
export async function openRegistry(parts: RegistryParts): Promise<Registry> {
  const { metadata } = parts;
  await using opened = new AsyncDisposableStack();
  const catalog = opened.use(await openCatalog(metadata));
  const rules = opened.use(await openRulebook(metadata));
  const remotes = opened.use(openRemotes(parts));
  const downloads = opened.use(openDownloadCounts(parts));
  const witnesses = new AsyncLocalStorage<{ written: Seq | null }>();
  const tools: Tools = { ...parts, catalog, remotes, rules, downloads, noteWritten };
  const changes = opened.use(openChanges(tools));
  const constraining = openConstraining(tools);
  const listings = opened.use(openListings(tools, changes));
  const pages = opened.use(openPages(tools, changes));
  const files = opened.use(openHotFiles(tools, changes, listings));
  const publishing = openPublishing(tools);
  const releases = openReleases(tools);
  const attachments = openAttachments(tools, publishing);
  const tree = opened.use(
    openTree({ ...tools, changes, constraining, listings, files, publishing, remoteTree: remotes.tree }),
  );
  const deskTools: DeskTools = { ...tools, listings, pages, files, publishing, releases, attachments, tree };
  const search = opened.use(openSearch(tools, changes, listings));
  const retention = opened.use(openRetention({ ...tools, remoteTree: remotes.tree }));
  const closing = opened.move();

  function noteWritten(seq: Seq): void {
    const witness = witnesses.getStore();
    if (witness !== undefined) witness.written = seq;
  }

  async function caughtUp(): Promise<void> {
    const told = catalog.catchUp();
    if (told !== undefined) await told;
  }

  return {
    async desk(name, principal, access = "read") {
      const repository = await existing(tools, name);
      if (access === "read") requireRight(tools, principal, "read", repository);
      return openDesk(deskTools, repository, principal);
    },
    async own(name, principal) {
      const repository = await existing(tools, name);
      requireRight(tools, principal, "read", repository);
      return openOwnDesk(deskTools, repository, principal);
    },
    async repository(name) {
      await caughtUp();
      return catalog.find(name);
    },
    async repositoryByKey(key) {
      await caughtUp();
      return catalog.findByKey(key);
    },
    async repositories(owner) {
      await caughtUp();
      return catalog.all(owner);
    },
    format(name) {
      const format = parts.formats.get(name);
      if (format === undefined) throw new TypeError(`the format ${name} is not part of this installation`);
      return format;
    },
    decide: (principal, action, asked, project = null, path = null) =>
      action === "administer"
        ? decideAdministration(tools, principal, asked)
        : decide(principal, action, { repository: publishing.subjectOf(action, asked), project, path }, rules),
    accounts: openAccounts(tools),
    repositoriesAdmin: openRepositoriesAdmin(tools),
    releases,
    resolutions: openResolutions(tools, listings),
    search,
    insides: openInsides(deskTools),
    attachments,
    documentation: openDocumentations(tools, attachments),
    elsewhere: openElsewhere(tools),
    moving: openMoving(tools),
    governing: openGoverning(tools, publishing),
    tree,
    trash: openTrash(tools),
    retention,
    usage: openUsage({ ...tools, remoteTree: remotes.tree }),
    indexCopies: openIndexCopies(tools),
    journal(after, principal, signal) {
      requireWholeJournal(principal);
      return metadata.follow(after, signal);
    },
    forgetGoneRemotes: () => forgetGoneRemotes(parts),
    saveDownloads: () => downloads.save(),
    figures() {
      const ofPages = pages.figures();
      const ofRemotes = remotes.figures();
      return {
        pageHits: ofPages.hits,
        pageMisses: ofPages.misses,
        pageBytes: ofPages.sizeBytes,
        remoteHits: ofRemotes.hits,
        remoteMisses: ofRemotes.misses,
        remoteStale: ofRemotes.stale,
        uploads: publishing.uploads(),
      };
    },
    async witness(work) {
      const witness: { written: Seq | null } = { written: null };
      const result = await witnesses.run(witness, work);
      return { result, written: witness.written };
    },
    async lastWriteAt() {
      const [last] = await metadata.read((view) => view.entries((metadata.head - 1) as Seq, 1));
      return last?.at ?? null;
    },
    get head() {
      return metadata.head;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** The journal tells of everything and everybody, so an administrator's token must be good for everything, too. */
function requireWholeJournal(principal: Principal): void {
  if (isInCharge(principal)) return;
  const because = "only administrators may read the journal, because it tells of all repositories and accounts";
  throw principal.kind === "anonymous"
    ? refuse({ code: "not-signed-in", because })
    : refuse({ code: "not-permitted", action: "administer", because });
}
