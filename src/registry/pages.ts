import type { ProjectName, RepositoryName } from "#core";
import type { MadePage, Page } from "#formats";
import type { MetadataStore } from "#stores";
import { openBodies } from "./bodies.ts";
import type { Changes, Watch } from "./changes.ts";
import { freshnessOf } from "./freshness.ts";
import type { Tools } from "./tools.ts";
import { openWatchedMemory } from "./watched-memory.ts";

/** The cache of finished bytes: pages are made once and shown until something outdates them. */
export interface Pages extends Disposable {
  /**
   * The page that is there and is current, else a new one; one `make` at a time per page. What `make` gives is kept
   * only when nothing has outdated it meanwhile. `null` is not kept.
   */
  get(wanted: WantedPage, make: () => Promise<MadePage | null>): Promise<Page | null>;
  figures(): { readonly hits: number; readonly misses: number; readonly sizeBytes: number };
}

export interface WantedPage {
  readonly repository: RepositoryName;
  /** Which page: `simple:foo`, `list`. */
  readonly name: string;
  /** Which representation: `html`, `json`. */
  readonly variant: string;
  /**
   * Which rules of right apply to the reader; those to whom the same is visible share a page. Asked in the moment from
   * which on changes are watched: filed by older rights, a page would be shown to readers who may not see it.
   */
  readonly visibility: () => string;
  /** Every repository that has a say in it; asked in the same moment. */
  readonly reach: () => Iterable<RepositoryName>;
  /** `null`: any change of these repositories outdates the page. */
  readonly project: ProjectName | null;
}

interface Made {
  readonly page: Page | null;
  /** Nothing has outdated it while it was made, so it is everybody's whose rights are those it is filed by. */
  readonly isShared: boolean;
}

interface Making {
  readonly watch: Watch;
  readonly made: Promise<Made>;
}

/** The page itself, its compressed forms, and what the entry takes. */
const WEIGHT_PER_BYTE = 1.4;
const WEIGHT_PER_PAGE = 2_048;
/** The list of the public index in both its forms stays in memory whatever the budget: to make it again costs more. */
const LISTS_BYTES_MIN = 80 << 20;

type PageTools = Pick<Tools, "now" | "settings"> & { readonly metadata: Pick<MetadataStore, "catchUp"> };

export function openPages(tools: PageTools, changes: Pick<Changes, "watch">): Pages {
  const { metadata, now } = tools;
  const budget = tools.settings.memoryBytesMax / 4;
  const ofProjects = openWatchedMemory<Made>(budget);
  // Apart, so that one list of a whole public index does not drive out every project's page.
  const ofRepositories = openWatchedMemory<Made>(Math.max(budget, LISTS_BYTES_MIN));
  const memoryFor = ({ project }: WantedPage) => (project === null ? ofRepositories : ofProjects);
  const bodies = openBodies();
  const making = new Map<string, Making>();
  let hits = 0;
  let misses = 0;

  function makeAndKeep(
    key: string,
    wanted: WantedPage,
    watch: Watch,
    make: () => Promise<MadePage | null>,
  ): Promise<Made> {
    const finished = async (): Promise<Made> => {
      const made = await make();
      if (made === null) return { page: null, isShared: !watch.isOutdated };
      const { text, ...facts } = made;
      const body = await bodies.get(text, `${wanted.name}\n${wanted.variant}`);
      const page = { ...facts, ...body, freshness: freshnessOf(metadata, watch, made.validUntil) };
      return { page, isShared: !watch.isOutdated };
    };
    return memoryFor(wanted).load(key, watch, finished, ({ page }) =>
      page === null ? null : WEIGHT_PER_PAGE + page.bytes.byteLength * WEIGHT_PER_BYTE,
    );
  }

  async function get(wanted: WantedPage, make: () => Promise<MadePage | null>, mayJoin: boolean): Promise<Page | null> {
    const told = metadata.catchUp();
    if (told !== undefined) await told;
    // From here until the watch is there nothing is waited for.
    const key = [wanted.repository, wanted.name, wanted.variant, wanted.visibility()].join("\n");
    const known = memoryFor(wanted).get(key)?.page ?? null;
    if (known?.freshness.isCurrent(now())) {
      hits += 1;
      return known;
    }
    misses += 1;
    const underWay = making.get(key);
    // One that has been outdated may have read what was there before a write that was finished before this question.
    if (mayJoin && underWay !== undefined && !underWay.watch.isOutdated) {
      const { page, isShared } = await underWay.made;
      // Rights may have changed meanwhile: what one reader may see now is not what another may.
      return isShared ? page : get(wanted, make, false);
    }
    const watch = changes.watch(wanted.reach(), wanted.project);
    const mine: Making = { watch, made: makeAndKeep(key, wanted, watch, make) };
    making.set(key, mine);
    try {
      return (await mine.made).page;
    } finally {
      if (making.get(key) === mine) making.delete(key);
    }
  }

  return {
    get: (wanted, make) => get(wanted, make, true),
    figures: () => ({ hits, misses, sizeBytes: Math.round(ofProjects.weight + ofRepositories.weight) }),
    [Symbol.dispose]() {
      ofProjects.clear();
      ofRepositories.clear();
    },
  };
}
