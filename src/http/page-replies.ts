import { type Reply, refuse } from "#core";
import type { PackageFormat } from "#formats";
import type { Pages } from "#web";
import { isNavigation, isPageAddress, mayBePage } from "./page-addresses.ts";
import { isBrowser } from "./refusals.ts";
import { type Names, type Place, placeOf } from "./routing.ts";
import type { Visit } from "./visits.ts";

/** The web interface at its addresses, to everybody; `null`: the house answers as it does without pages. */
export interface PageReplies {
  replyTo(visit: Visit, path: string): Promise<Reply | null>;
}

const ASSETS = "/assets/";

export function openPageReplies(parts: {
  readonly pages: Pages | null;
  readonly names: Names;
  readonly formatOf: (place: Place) => Promise<Pick<PackageFormat, "knowsProjects"> | null>;
}): PageReplies {
  const { pages, names, formatOf } = parts;
  if (pages === null) return { replyTo: async () => null };

  async function assetAt(path: string, visit: Visit): Promise<Reply> {
    visit.route = `${ASSETS}*`;
    const reply = await pages?.asset(path.slice(ASSETS.length));
    if (reply == null) throw refuse({ code: "route-not-found", path });
    return reply;
  }

  return {
    async replyTo(visit, path) {
      if (visit.method !== "GET" && visit.method !== "HEAD") return null;
      if (path.startsWith(ASSETS)) return assetAt(path, visit);
      // Whoever accepts HTML is answered after these headers too: what is kept of the answer is kept for the like of them.
      const { header, peek } = visit.intake;
      if (!mayBePage(path) || !isBrowser({ header: peek }) || !isNavigation(visit.method, header)) return null;
      const place = await placeOf(path, names);
      const format = await formatOf(place);
      if (!isPageAddress({ place, path, knowsProjects: format?.knowsProjects ?? null })) return null;
      const reply = await pages.page(visit.prefix);
      if (reply !== null) visit.route = "page";
      return reply;
    },
  };
}
