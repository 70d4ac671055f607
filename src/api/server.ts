import { accountOf, isInCharge, type JournalEntry, type Seq } from "#core";
import { integerIn, type Operation, operation } from "./operation.ts";
import { isRoot, requireAdministrator } from "./rights.ts";
import { journalView } from "./views.ts";

/** The server itself: who am I to it, what is it, what happened. */
export const serverOperations: readonly Operation[] = [
  operation({
    id: "getVersionOfServer",
    method: "GET",
    path: "/version",
    summary: "What this server is",
    answer: "Version",
    async handle({ registry, version, installationId }) {
      return { name: "vivarium", version, api: "v1", installationId, head: registry.head };
    },
  }),
  operation({
    id: "whoAmI",
    method: "GET",
    path: "/whoami",
    summary: "Who the server takes you for",
    answer: "WhoAmI",
    async handle(_parts, { principal }) {
      const isToken = principal.kind === "token";
      return {
        kind: principal.kind,
        user: accountOf(principal),
        groups: isToken || principal.kind === "user" ? [...principal.groups] : [],
        token: isToken
          ? {
              id: principal.id,
              limits: principal.limits.map((limit) => ({
                ...limit,
                projects: limit.projects === null ? null : [...limit.projects],
              })),
            }
          : null,
        isRoot: isRoot(principal),
        isAdmin: isInCharge(principal),
      };
    },
  }),
  operation({
    id: "readJournal",
    method: "GET",
    path: "/journal",
    summary: "Entries of the journal after a serial, oldest first, without secrets. For administrators",
    query: [
      { name: "after", kind: "integer", description: "The serial before the first one wanted; 0 when not given" },
      { name: "limit", kind: "integer", description: "At most so many entries; 100 when not given, 1000 at most" },
    ],
    answer: "Journal",
    refusals: ["not-signed-in", "not-permitted"],
    async handle({ registry }, call) {
      requireAdministrator(call.principal, "administer", "read the journal");
      const after = integerIn(call, "after", { least: 0, most: Number.MAX_SAFE_INTEGER, otherwise: 0 }) as Seq;
      const limit = integerIn(call, "limit", { least: 1, most: 1000, otherwise: 100 });
      const { head } = registry;
      const entries: JournalEntry[] = [];
      if (after < head) {
        // The journal waits for more when it has shown all; what was there when we were asked is enough.
        for await (const entry of registry.journal(after, call.principal, call.signal)) {
          entries.push(entry);
          if (entries.length >= limit || entry.seq >= head) break;
        }
      }
      return { items: entries.map(journalView), head };
    },
  }),
];
