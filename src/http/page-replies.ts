import { type Reply, refuse } from "#core";
import type { PackageFormat } from "#formats";
import type { Pages } from "#web";
import { isNavigation, isPageAddress, mayBePage } from "./page-addresses.ts";
import { isBrowser } from "./refusals.ts";
import { type Names, type Place, placeOf } from "./routing.ts";
import type { Visit } from "./visits.ts";

/** The web interface at its addresses, to everybody; `null`: the house answers as it does without pages. */
export interface PageReplies {
  /** Scripts, styles and pictures. */
  assetAt(visit: Visit, path: string): Promise<Reply | null>;
  /** `isStranger`: nothing may be learnt from the answer, so it is the same whatever there is. */
  pageAt(visit: Visit, path: string, isStranger: boolean): Promise<Reply | null>;
}

const ASSETS = "/assets/";
const NO_NAMES: Names = { exists: async () => false, withKey: async () => null };

export function openPageReplies(parts: {
  readonly pages: Pages | null;
  readonly names: Names;
  readonly formatOf: (place: Place) => Promise<Pick<PackageFormat, "knowsProjects"> | null>;
}): PageReplies {
  const { pages, names, formatOf } = parts;
  if (pages === null) return { assetAt: async () => null, pageAt: async () => null };
  return {
    async assetAt(visit, path) {
      if (!isReading(visit) || !path.startsWith(ASSETS)) return null;
      visit.route = `${ASSETS}*`;
      const reply = await pages.asset(path.slice(ASSETS.length));
      if (reply === null) throw refuse({ code: "route-not-found", path });
      return reply;
    },
    async pageAt(visit, path, isStranger) {
      const { header, peek } = visit.intake;
      if (!isReading(visit) || !mayBePage(path) || !isBrowser({ header: peek })) return null;
      // These headers are noted: whatever answer is kept for this address is kept for the like of who asked.
      if (!isNavigation(header)) return null;
      const place = await placeOf(path, isStranger ? NO_NAMES : names);
      const format = isStranger ? null : await formatOf(place);
      if (!isPageAddress({ place, path, knowsProjects: format?.knowsProjects ?? null })) return null;
      const reply = await pages.page(visit.prefix);
      if (reply !== null) visit.route = "page";
      return reply;
    },
  };
}

function isReading({ method }: Visit): boolean {
  return method === "GET" || method === "HEAD";
}
