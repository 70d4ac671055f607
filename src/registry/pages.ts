import { hash } from "node:crypto";
import type { Freshness, ProjectName, RepositoryName } from "#core";
import type { MadePage, Page } from "#formats";
import type { Changes, Watch } from "./changes.ts";
import { openEncodings } from "./encodings.ts";
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
  /** Which rules of right apply to the reader; those to whom the same is visible share a page. */
  readonly visibility: string;
  /** Every repository that has a say in it. */
  readonly reach: () => Iterable<RepositoryName>;
  /** `null`: any change of these repositories outdates the page. */
  readonly project: ProjectName | null;
}

interface Making {
  readonly watch: Watch;
  readonly page: Promise<Page | null>;
}

/** The page itself, its compressed forms, and what the entry takes. */
const WEIGHT_PER_BYTE = 1.4;
const WEIGHT_PER_PAGE = 2_048;

export function openPages(tools: Pick<Tools, "metadata" | "now" | "settings">, changes: Changes): Pages {
  const { metadata, now } = tools;
  const memory = openWatchedMemory<{ readonly page: Page | null }>(tools.settings.memoryBytesMax / 4);
  const making = new Map<string, Making>();
  let hits = 0;
  let misses = 0;

  async function makeAndKeep(key: string, watch: Watch, make: () => Promise<MadePage | null>): Promise<Page | null> {
    const finished = async () => {
      const made = await make();
      return { page: made === null ? null : await finish(made, freshnessOf(metadata, watch, made.validUntil)) };
    };
    const { page } = await memory.load(key, watch, finished, ({ page }) =>
      page === null ? null : WEIGHT_PER_PAGE + page.bytes.byteLength * WEIGHT_PER_BYTE,
    );
    return page;
  }

  return {
    async get({ repository, name, variant, visibility, reach, project }, make) {
      const told = metadata.catchUp();
      if (told !== undefined) await told;
      const key = [repository, name, variant, visibility].join("\n");
      const known = memory.get(key)?.page ?? null;
      if (known?.freshness.isCurrent(now())) {
        hits += 1;
        return known;
      }
      misses += 1;
      const underWay = making.get(key);
      // One that has been outdated may have read what was there before a write that was finished before this question.
      if (underWay !== undefined && !underWay.watch.isOutdated) return underWay.page;
      const watch = changes.watch(reach(), project);
      const mine: Making = { watch, page: makeAndKeep(key, watch, make) };
      making.set(key, mine);
      try {
        return await mine.page;
      } finally {
        if (making.get(key) === mine) making.delete(key);
      }
    },
    figures: () => ({ hits, misses, sizeBytes: Math.round(memory.weight) }),
    [Symbol.dispose]: () => memory.clear(),
  };
}

async function finish({ text, ...made }: MadePage, freshness: Freshness): Promise<Page> {
  const bytes = Buffer.from(text);
  const { encoded } = await openEncodings(bytes);
  return { ...made, bytes, etag: hash("sha256", bytes, "hex").slice(0, 32), freshness, encoded };
}
