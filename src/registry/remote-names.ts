import type { ProjectName } from "#core";
import type { ListingReader, UpstreamPage, UpstreamPieces } from "#formats";
import type { NameList } from "./name-list.ts";
import { openNameList } from "./name-list.ts";
import { openNameSorter, othersTurn } from "./project-names.ts";

/** What is kept of a list: its names and spellings only, a third of what the upstream sent. */
const KEPT_TYPE = "text/x-vivarium-names";
const LINES_AT_ONCE = 10_000;

/** Reads an upstream's list of projects, or what was kept of one, while it comes. */
export async function readNames(reader: ListingReader, page: UpstreamPieces): Promise<NameList> {
  if (page.contentType === KEPT_TYPE) return readKept(page);
  const sorter = openNameSorter();
  for await (const some of reader.readProjects(page)) sorter.add(some);
  return sorter.finish();
}

/** All names, then all spellings, a line each. */
export function keptNames(list: NameList, url: string): UpstreamPage {
  return { url, contentType: KEPT_TYPE, bytes: Buffer.from(list.names + list.spellings) };
}

async function readKept({ url, pieces }: UpstreamPieces): Promise<NameList> {
  const text = Buffer.concat(await Array.fromAsync(pieces)).toString();
  const half = await middleOf(text);
  const list = openNameList();
  let name = 0;
  let spelling = half;
  while (name < half) {
    const nameEnd = text.indexOf("\n", name);
    const spellingEnd = text.indexOf("\n", spelling);
    if (nameEnd < 0 || spellingEnd < 0) throw new SyntaxError(`what was kept of the list ${url} is cut short`);
    const project = text.slice(name, nameEnd) as ProjectName;
    list.add({ project, displayName: text.slice(spelling, spellingEnd) || project });
    name = nameEnd + 1;
    spelling = spellingEnd + 1;
    if (list.length % LINES_AT_ONCE === 0) await othersTurn();
  }
  return list.finish();
}

/** Where the second half of the lines begins. */
async function middleOf(text: string): Promise<number> {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    lines += 1;
    if (lines % (10 * LINES_AT_ONCE) === 0) await othersTurn();
  }
  let middle = 0;
  for (let line = 0; line < lines / 2; line += 1) {
    middle = text.indexOf("\n", middle) + 1;
    if (line % (10 * LINES_AT_ONCE) === 0) await othersTurn();
  }
  return middle;
}
