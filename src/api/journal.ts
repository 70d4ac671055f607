import { type Call, type FormatName, type JournalEntry, projectOf, refuse, repositoryOf, type Seq } from "#core";
import { type ApiParts, booleanIn, integerIn, type Operation, operation, type QueryParameter } from "./operation.ts";
import { requireAdministrator } from "./rights.ts";
import { journalView } from "./views.ts";

/** However rare what is asked for is, one question reads no more than that; `next` goes on. */
const READ_MAX = 20_000;
const BLOCK_LENGTH = 1000;
/** Whose names of projects have several spellings. */
const PYTHON = "python" as FormatName;

const SERIALS: readonly QueryParameter[] = [
  { name: "after", kind: "integer", description: "The serial before the first one wanted; 0 when not given" },
  { name: "limit", kind: "integer", description: "At most so many entries; 100 when not given, 1000 at most" },
  { name: "newestFirst", kind: "boolean", description: "From the end back to the beginning, down to `after`" },
  { name: "before", kind: "integer", description: "With `newestFirst`: the serial after the first one wanted" },
];

const FILTERS: readonly QueryParameter[] = [
  { name: "user", kind: "string", description: "Only what this account did, by password or by token" },
  { name: "repository", kind: "string", description: "Only what concerns this repository: `owner/name`" },
  { name: "project", kind: "string", description: "Only what concerns projects of this name, as it is normalised" },
  {
    name: "type",
    kind: "string",
    description: "Only events of this type (`artifact.yanked`) or of this kind (`artifact`)",
  },
  { name: "since", kind: "string", description: "Only from this moment on: RFC 3339" },
  { name: "until", kind: "string", description: "Only before this moment: RFC 3339" },
];

/** What happened here, by whom. */
export const journalOperations: readonly Operation[] = [
  operation({
    id: "readJournal",
    method: "GET",
    path: "/journal",
    summary: "Entries of the journal, oldest first if not asked otherwise, without secrets. For administrators",
    query: [...SERIALS, ...FILTERS],
    answer: "Journal",
    refusals: ["not-signed-in", "not-permitted", "request-invalid"],
    async handle(parts, call) {
      requireAdministrator(call.principal, "administer", "read the journal");
      const limit = integerIn(call, "limit", { least: 1, most: 1000, otherwise: 100 });
      const { head } = parts.registry;
      const after = serialIn(call, "after", 0);
      const before = Math.min(serialIn(call, "before", head + 1), head + 1);
      const fits = filterIn(parts, call);
      const wish = { after, before, limit, fits };
      const page = booleanIn(call, "newestFirst")
        ? await backwards(parts, call, wish)
        : await forwards(parts, call, wish);
      return { items: page.entries.map(journalView), head, next: page.next };
    },
  }),
];

interface Wish {
  /** Neither is wanted itself. */
  readonly after: number;
  readonly before: number;
  readonly limit: number;
  readonly fits: (entry: JournalEntry) => boolean;
}

interface Page {
  readonly entries: readonly JournalEntry[];
  /** What `after` or `before` is on the next page; `null`: that was all there is. */
  readonly next: number | null;
}

async function forwards(parts: ApiParts, call: Call, { after, before, limit, fits }: Wish): Promise<Page> {
  const entries: JournalEntry[] = [];
  const end = Math.min(before - 1, after + READ_MAX);
  for await (const entry of between(parts, call, after, end)) {
    if (fits(entry)) entries.push(entry);
    if (entries.length === limit) return { entries, next: entry.seq < before - 1 ? entry.seq : null };
  }
  return { entries, next: end < before - 1 ? end : null };
}

async function backwards(parts: ApiParts, call: Call, { after, before, limit, fits }: Wish): Promise<Page> {
  const entries: JournalEntry[] = [];
  const lowest = Math.max(after, before - 1 - READ_MAX);
  for (let top = before - 1; top > lowest; top -= BLOCK_LENGTH) {
    const block: JournalEntry[] = [];
    for await (const entry of between(parts, call, Math.max(lowest, top - BLOCK_LENGTH), top)) block.push(entry);
    for (const entry of block.reverse()) {
      if (fits(entry)) entries.push(entry);
      if (entries.length === limit) return { entries, next: entry.seq > after + 1 ? entry.seq : null };
    }
  }
  return { entries, next: lowest > after ? lowest + 1 : null };
}

/** The entries after the one serial up to and with the other, which must be written already. */
async function* between({ registry }: ApiParts, call: Call, after: number, upTo: number): AsyncIterable<JournalEntry> {
  // The journal waits for more when it has shown all; what was there when we were asked is enough.
  if (after >= upTo) return;
  for await (const entry of registry.journal(after as Seq, call.principal, call.signal)) {
    yield entry;
    if (entry.seq >= upTo) return;
  }
}

function serialIn(call: Call, name: string, otherwise: number): number {
  return integerIn(call, name, { least: 0, most: Number.MAX_SAFE_INTEGER, otherwise });
}

function filterIn({ registry }: ApiParts, call: Call): (entry: JournalEntry) => boolean {
  const given = (name: string) => call.query.get(name) || null;
  const [user, repository, type] = [given("user"), given("repository"), given("type")];
  const spelled = given("project");
  const project = spelled === null ? null : (registry.format(PYTHON).normalize(spelled) ?? spelled);
  const [since, until] = [momentIn(call, "since"), momentIn(call, "until")];
  return ({ at, by, event }) =>
    (user === null || by.name === user) &&
    (repository === null || repositoryOf(event) === repository) &&
    (project === null || projectOf(event) === project) &&
    (type === null || event.type === type || event.type.startsWith(`${type}.`)) &&
    (since === null || at >= since) &&
    (until === null || at < until);
}

function momentIn(call: Call, name: string): number | null {
  const given = call.query.get(name);
  if (given === null || given === "") return null;
  const moment = /^\d{4}-\d{2}-\d{2}T/.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  const because = `the query parameter ${name} must be a moment such as 2026-01-31T12:00:00Z`;
  throw refuse({ code: "request-invalid", because });
}
