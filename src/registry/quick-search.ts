import type { LocalRepository, Principal, ProjectName, Repository, RepositoryName, Source } from "#core";
import type { ProjectNames } from "#formats";
import { isNameList } from "./name-list.ts";
import { placeOfName } from "./project-names.ts";
import { isForSomeProjects, mayRead, partRead } from "./rights.ts";
import type { Finding, SearchHit } from "./search.ts";
import { openSearchTexts, type ProjectText } from "./search-texts.ts";
import type { Tools } from "./tools.ts";

/** Search as somebody types: names of every repository, and what local projects say about themselves. */
export interface QuickSearch extends Disposable {
  /** In those of the repositories that may be read; virtual ones have nothing of their own. */
  find(principal: Principal, text: string, hitsMax: number, among: readonly Repository[]): Promise<Finding>;
}

type NamesIn = (source: Source, principal: Principal) => Promise<ProjectNames>;

interface Hits {
  readonly hits: readonly SearchHit[];
  readonly hasMore: boolean;
}

/** Who types does not wait longer for an upstream's list of names; it comes all the same, for the next search. */
const PATIENCE_MILLISECONDS = 300;
/** Of one kind of likeness; beyond that nobody reads on, and a letter alone is in every name. */
const LIKE_MAX = 2_000;
/** So many projects are looked at before others have their turn. */
const AT_ONCE = 20_000;
const WORDS_MAX = 16;
const WORD_LENGTH_MAX = 200;
const EXACT = 1_000;
const BEGINS = 500;
const PART = 300;
const WITHIN = 200;
const TEXT = 50;
const LENGTH_MATTERS_MAX = 100;

export function openQuickSearch(tools: Tools, namesIn: NamesIn): QuickSearch {
  const { wait } = tools;
  const texts = openSearchTexts(tools);

  async function inLocal(local: LocalRepository, principal: Principal, words: readonly string[]): Promise<Hits> {
    // What the newest version says is perhaps not for who may read some files or projects only.
    const isTold = !isForSomeProjects(principal) && partRead(tools, principal, local, null) === null;
    const known = isTold ? await texts.of(local) : null;
    if (known === null) return amongNames(local.name, await namesIn(local, principal), words);
    const found = await amongTexts(local.name, known, words);
    if (!isNarrowed(local)) return found;
    const names = await namesIn(local, principal);
    return { ...found, hits: found.hits.filter(({ project }) => placeOfName(names, project) >= 0) };
  }

  /** `null`: the names are still being fetched. */
  async function inRemote(remote: Source, principal: Principal, words: readonly string[]): Promise<Hits | null> {
    const names = namesIn(remote, principal);
    // Whoever comes next hears of what goes wrong after our patience has ended.
    names.catch(() => undefined);
    const come = await Promise.race([names, wait(PATIENCE_MILLISECONDS).then(() => null)]);
    return come === null ? null : amongNames(remote.name, come, words);
  }

  return {
    async find(principal, text, hitsMax, among) {
      const words = wordsOf(text);
      if (words.length === 0) return { hits: [], hasMore: false, unread: [] };
      const sources = among.filter((one): one is Source => one.kind !== "virtual");
      const readable = sources.filter((one) => mayRead(tools, principal, one, null));
      const found: Hits[] = [];
      const unread: RepositoryName[] = [];
      await Promise.all(
        readable.map(async (source) => {
          const hits =
            source.kind === "local"
              ? await inLocal(source, principal, words)
              : await inRemote(source, principal, words);
          if (hits === null) unread.push(source.name);
          else found.push(hits);
        }),
      );
      const all = found.flatMap(({ hits }) => hits).sort(compareHits);
      const hasMore = all.length > hitsMax || found.some((one) => one.hasMore);
      return { hits: all.slice(0, hitsMax), hasMore, unread: unread.sort() };
    },
    [Symbol.dispose]: () => texts[Symbol.dispose](),
  };
}

/** Whether a repository shows less than it holds. */
function isNarrowed({ constraints, includes = [], excludes = [], isBlackedOut }: LocalRepository): boolean {
  return constraints != null || includes.length > 0 || excludes.length > 0 || isBlackedOut === true;
}

async function amongTexts(
  repository: RepositoryName,
  texts: ReadonlyMap<ProjectName, ProjectText>,
  words: readonly string[],
): Promise<Hits> {
  const wanted = wantedName(words);
  const hits: SearchHit[] = [];
  let seen = 0;
  for (const { project, displayName, version, summary, text } of texts.values()) {
    if (words.every((word) => project.includes(plainName(word)) || text.includes(word))) {
      const score = nameScore(project, wanted) || TEXT + (words.every((word) => text.includes(word)) ? 1 : 0);
      hits.push({ repository, project, displayName, version, summary, score });
    }
    seen += 1;
    if (seen % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { hits, hasMore: false };
}

/** Walks through one long text of names, which costs a hundredth of looking at each. */
function amongNames(repository: RepositoryName, names: ProjectNames, words: readonly string[]): Hits {
  const parts = words.map(plainName);
  const wanted = wantedName(words);
  const longest = parts.reduce((one, other) => (other.length > one.length ? other : one), "");
  const text = `\n${isNameList(names) ? names.names : names.map(({ project }) => `${project}\n`).join("")}`;
  const found = new Set<string>();
  let hasMore = false;
  for (const start of [`\n${wanted}\n`, `\n${wanted}`, longest]) {
    let count = 0;
    for (let at = text.indexOf(start); at >= 0; ) {
      const from = text.lastIndexOf("\n", start.startsWith("\n") ? at : at - 1) + 1;
      const to = text.indexOf("\n", from);
      const name = text.slice(from, to);
      if (parts.every((part) => name.includes(part))) {
        found.add(name);
        count += 1;
      }
      if (count >= LIKE_MAX) {
        hasMore = true;
        break;
      }
      at = text.indexOf(start, to);
    }
  }
  const hits = [...found].map((name): SearchHit => {
    const project = name as ProjectName;
    const displayName = names.at(placeOfName(names, project))?.displayName ?? project;
    return {
      repository,
      project,
      displayName,
      version: null,
      summary: null,
      score: nameScore(name, wanted) || WITHIN / 2,
    };
  });
  return { hits, hasMore };
}

/** How well a name fits what was typed as a whole; 0: not by that. Of two that begin alike the shorter is likelier. */
function nameScore(name: string, wanted: string): number {
  const at = name.indexOf(wanted);
  if (at < 0) return 0;
  if (name.length === wanted.length) return EXACT;
  const kind = at === 0 ? BEGINS : name[at - 1] === "-" ? PART : WITHIN;
  return kind + LENGTH_MATTERS_MAX - Math.min(LENGTH_MATTERS_MAX, name.length);
}

function wordsOf(text: string): readonly string[] {
  const words = text.toLowerCase().split(/\s+/);
  return words
    .filter((word) => word !== "")
    .slice(0, WORDS_MAX)
    .map((word) => word.slice(0, WORD_LENGTH_MAX));
}

/** `foo bar` is perhaps `foo-bar`. */
function wantedName(words: readonly string[]): string {
  return words.map(plainName).join("-");
}

/** `Foo_Bar` and `foo-bar` are the same to who looks for it. */
function plainName(word: string): string {
  return word.replace(/[-_.]+/g, "-");
}

function compareHits(one: SearchHit, other: SearchHit): number {
  if (one.score !== other.score) return other.score - one.score;
  const [a, b] = [`${one.project}\n${one.repository}`, `${other.project}\n${other.repository}`];
  return a < b ? -1 : a > b ? 1 : 0;
}
