import {
  factsOf,
  type Instant,
  type ListedFile,
  type Listing,
  type ProjectStatus,
  type RepositoryName,
  type Seq,
} from "#core";

const STRICTNESS: Readonly<Record<ProjectStatus, number>> = { active: 0, deprecated: 1, archived: 2, quarantined: 3 };

/** What one member says about a project. */
export interface Contribution {
  readonly member: RepositoryName;
  readonly listing: Listing;
}

/**
 * The contributions as one listing, as it is shown to someone who may read the members that `isVisible` names. Which
 * file a name means is settled among all members; only then are those taken away that may not be seen, so that a
 * private file never turns into its public namesake; and those that `narrowed` leaves out. When nothing is left, it is an empty listing: absent would send
 * installers on to their next index. `null`: nothing was contributed.
 */
export function mergeListings(
  contributions: readonly Contribution[],
  isVisible: (member: RepositoryName) => boolean,
  narrowed: (member: RepositoryName, listing: Listing) => Listing = (_member, listing) => listing,
): Listing | null {
  const [first, ...others] = contributions;
  if (first === undefined) return null;
  const visible = contributions
    .filter(({ member }) => isVisible(member))
    .map(({ member, listing }) => ({ member, listing: narrowed(member, listing) }));
  // The same object, so that a repository of one member answers exactly as the member does.
  if (others.length === 0 && visible[0] !== undefined) return visible[0].listing;
  const listings = visible.map(({ listing }) => listing);
  const all = contributions.map(({ listing }) => listing);
  const strictest = strictestOf(first, others);
  const shown = new Map(visible.map(({ member, listing }) => [member, listing]));
  return {
    project: first.listing.project,
    displayName: listings[0]?.displayName ?? first.listing.project,
    status: strictest.listing.status,
    statusReason: isVisible(strictest.member) ? strictest.listing.statusReason : null,
    versions: [...new Set(listings.flatMap(({ versions }) => versions))],
    files: stillShown(firstOfEachName(all), contributions, shown),
    members: visible.map(({ member }) => member),
    seq: Math.max(...all.map(({ seq }) => seq)) as Seq,
    // A serial is one server's; several have none in common.
    upstreamSerial: null,
    validUntil: earliest(all.map(({ validUntil }) => validUntil)),
    staleSince: earliest(all.map(({ staleSince }) => staleSince)),
  };
}

/** PEP 792: what one member has closed is not opened by showing it together with others. The first of equals. */
function strictestOf(first: Contribution, others: readonly Contribution[]): Contribution {
  return others.reduce(
    (strictest, one) => (STRICTNESS[one.listing.status] > STRICTNESS[strictest.listing.status] ? one : strictest),
    first,
  );
}

/** The earliest of the moments that are known; `null` when none is. */
export function earliest(moments: readonly (Instant | null)[]): Instant | null {
  return moments.reduce(
    (first, moment) => (first === null || (moment !== null && moment < first) ? moment : first),
    null,
  );
}

/** Of the files that won their names, those of members that may be seen, and of these what their listing still has. */
function stillShown(
  files: readonly ListedFile[],
  contributions: readonly Contribution[],
  shown: ReadonlyMap<RepositoryName, Listing>,
): readonly ListedFile[] {
  const left = new Map<RepositoryName, ReadonlySet<ListedFile>>();
  for (const { member, listing } of contributions) {
    const now = shown.get(member);
    // Nothing was left out of most of them.
    if (now !== undefined && now.files.length < listing.files.length) left.set(member, new Set(now.files));
  }
  return files.filter((file) => shown.has(file.member) && (left.get(file.member)?.has(file) ?? true));
}

function firstOfEachName(listings: readonly Listing[]): ListedFile[] {
  const byName = new Map<string, ListedFile>();
  for (const { files } of listings) {
    for (const file of files) {
      const { filename } = factsOf(file);
      if (!byName.has(filename)) byName.set(filename, file);
    }
  }
  return [...byName.values()];
}
