import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { factsOf, type Instant, type Listing, type ProjectName, type RepositoryName, type Seq } from "#core";
import { aFile } from "../../tests/support/index-desk.ts";
import { type Contribution, earliest, mergeListings } from "./merging.ts";

const MEMBERS = ["alice/a", "alice/b", "alice/c", "alice/d"] as readonly string[] as readonly RepositoryName[];

const moment = fc.option(
  fc.nat(9).map((at) => at as Instant),
  { nil: null },
);
const content = fc.record({
  names: fc.uniqueArray(fc.constantFrom("one", "two", "three", "four")),
  status: fc.constantFrom("active" as const, "deprecated" as const, "archived" as const, "quarantined" as const),
  validUntil: moment,
  staleSince: moment,
});
const contributions = fc
  .array(content, { maxLength: MEMBERS.length })
  .map((contents) => contents.map((one, index) => contributionOf(MEMBERS[index] as RepositoryName, one)));
const visible = fc.subarray([...MEMBERS]).map((members) => new Set(members));

function contributionOf(
  member: RepositoryName,
  { names, ...about }: { readonly names: readonly string[] } & Pick<Listing, "status" | "validUntil" | "staleSince">,
): Contribution {
  const listing: Listing = {
    project: "foo" as ProjectName,
    displayName: `Foo of ${member}`,
    statusReason: `because ${member}`,
    versions: names,
    files: names.map((name) => aFile(name, { repository: member })),
    members: [member],
    seq: 1 as Seq,
    upstreamSerial: null,
    ...about,
  };
  return { member, listing };
}

describe("the contributions of several members", () => {
  test("whoever may read less sees what the others see, less the files of members they may not read", () => {
    fc.assert(
      fc.property(contributions, visible, (all, readable) => {
        const everything = mergeListings(all, () => true);
        const seen = mergeListings(all, (member) => readable.has(member));
        const expected = everything?.files.filter(({ member }) => readable.has(member)) ?? [];
        assert.deepEqual(seen?.files ?? [], expected);
        assert.equal(seen === null, all.length === 0);
      }),
    );
  });

  test("of those that may not be read neither spelling nor versions are told", () => {
    fc.assert(
      fc.property(contributions, (all) => {
        const seen = mergeListings(all, () => false);
        if (seen === null) return;
        assert.deepEqual([seen.displayName, seen.versions, seen.files, seen.members], ["foo", [], [], []]);
      }),
    );
  });

  test("each file name is shown once, as the first member has it", () => {
    fc.assert(
      fc.property(contributions, (all) => {
        const shown = mergeListings(all, () => true)?.files ?? [];
        const names = shown.map((file) => factsOf(file).filename);
        assert.equal(new Set(names).size, names.length);
        for (const file of shown) {
          const first = all.find(({ listing }) => listing.versions.includes(factsOf(file).filename));
          assert.equal(file.member, first?.member);
        }
      }),
    );
  });

  test("the strictest member's status counts for everybody, and its reason is told to those who may read it", () => {
    fc.assert(
      fc.property(contributions, visible, (all, readable) => {
        const seen = mergeListings(all, (member) => readable.has(member));
        if (seen === null) return;
        const ofStatus = (status: string) => all.find(({ listing }) => listing.status === status);
        const strictest =
          ofStatus("quarantined") ?? ofStatus("archived") ?? ofStatus("deprecated") ?? ofStatus("active");
        assert.equal(seen.status, strictest?.listing.status);
        const mayKnow = strictest !== undefined && readable.has(strictest.member);
        assert.equal(seen.statusReason, mayKnow ? strictest.listing.statusReason : null);
      }),
    );
  });

  test("they are valid as long as all of them are, and stale since the first is", () => {
    fc.assert(
      fc.property(contributions, (all) => {
        const seen = mergeListings(all, () => true);
        if (seen === null) return;
        const least = (moments: readonly (number | null)[]): number | null => {
          const known = moments.filter((at) => at !== null);
          return known.length === 0 ? null : Math.min(...known);
        };
        assert.equal(seen.validUntil, least(all.map(({ listing }) => listing.validUntil)));
        assert.equal(seen.staleSince, least(all.map(({ listing }) => listing.staleSince)));
      }),
    );
  });

  test("one alone is the same object, so that nothing of it can differ", () => {
    const alone = contributionOf(MEMBERS[0] as RepositoryName, {
      names: ["one"],
      status: "active",
      validUntil: 5 as Instant,
      staleSince: null,
    });
    assert.equal(
      mergeListings([alone], () => true),
      alone.listing,
    );
    assert.equal(earliest([]), null);
  });
});
