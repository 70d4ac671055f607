import {
  compileRules,
  type Group,
  type JournalEntry,
  type JournalEvent,
  type KnownTargets,
  type PermissionTarget,
  type Rules,
  type UserName,
} from "#core";
import type { MetadataStore } from "#stores";

/** All groups and permission targets, in memory, kept right by the journal. Asked as {@link Rules}, it is as new as that. */
export interface Rulebook extends Rules, Disposable {
  /** When it has returned (or what it returned has resolved), the answers are as new as every finished write. */
  catchUp(): void | Promise<void>;
  /** Sorted by name. */
  groups(): readonly Group[];
  group(name: string): Group | null;
  /** Sorted by name. */
  targets(): readonly PermissionTarget[];
  target(name: string): PermissionTarget | null;
  /** The groups of an account, and whether one of them lets it do everything. */
  standingOf(account: UserName): Standing;
}

export interface Standing {
  readonly groups: readonly string[];
  readonly isAdmin: boolean;
}

const NO_STANDING: Standing = { groups: [], isAdmin: false };

export async function openRulebook(metadata: Pick<MetadataStore, "read" | "subscribe" | "catchUp">): Promise<Rulebook> {
  const groups = new Map<string, Group>();
  const targets = new Map<string, PermissionTarget>();
  const missed: JournalEntry[] = [];
  let isLoaded = false;
  // Made when they are asked for: an import saves hundreds in a row.
  let rules: Rules | null = null;
  const known: KnownTargets = new WeakMap();
  let standings: ReadonlyMap<UserName, Standing> | null = null;

  function apply(event: JournalEvent): void {
    switch (event.type) {
      case "group.saved":
        groups.set(event.group.name, event.group);
        standings = null;
        break;
      case "group.removed":
        groups.delete(event.name);
        standings = null;
        break;
      case "permission.saved":
        targets.set(event.target.name, event.target);
        rules = null;
        break;
      case "permission.removed":
        targets.delete(event.name);
        rules = null;
        break;
      default:
        // Nothing else grants anything.
        break;
    }
  }

  const current = (): Rules => {
    rules ??= compileRules(sorted(targets), known);
    return rules;
  };

  const unsubscribe = metadata.subscribe((entries) => {
    if (isLoaded) for (const { event } of entries) apply(event);
    else missed.push(...entries);
  });
  try {
    await metadata.read(async (view) => {
      for (const group of await view.groups()) groups.set(group.name, group);
      for (const target of await view.permissionTargets()) targets.set(target.name, target);
    });
  } catch (error) {
    unsubscribe();
    throw error;
  }
  // Applied twice, an event changes nothing; so it does not matter which of them the tables had already.
  for (const { event } of missed) apply(event);
  isLoaded = true;

  return {
    catchUp: () => metadata.catchUp(),
    grant: (principal, action, subject) => current().grant(principal, action, subject),
    readingOf: (principal, repository) => current().readingOf(principal, repository),
    hasTargets: () => targets.size > 0,
    groups: () => sorted(groups),
    group: (name) => groups.get(name) ?? null,
    targets: () => sorted(targets),
    target: (name) => targets.get(name) ?? null,
    standingOf(account) {
      standings ??= standingsBy(sorted(groups));
      return standings.get(account) ?? NO_STANDING;
    },
    [Symbol.dispose]: unsubscribe,
  };
}

function sorted<Named extends { readonly name: string }>(byName: ReadonlyMap<string, Named>): readonly Named[] {
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function standingsBy(groups: readonly Group[]): ReadonlyMap<UserName, Standing> {
  const standings = new Map<UserName, Standing>();
  for (const { name, members, isAdmin } of groups) {
    for (const member of members) {
      const before = standings.get(member) ?? NO_STANDING;
      standings.set(member, { groups: [...before.groups, name], isAdmin: before.isAdmin || isAdmin });
    }
  }
  return standings;
}
