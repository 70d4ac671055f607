import type { Client } from "../client.ts";

/** Fields of one thing, as the API has them. */
export type Fields = Readonly<Record<string, unknown>>;

/** A kind of thing that a file can describe, and how the API keeps it. */
export interface Resource {
  /** The section of the file. */
  readonly section: Section;
  /** For people: one of them. */
  readonly noun: string;
  /** Below `/api/v1`. */
  path(name: string): readonly string[];
  readonly listPath: readonly string[];
  /** Fields that the API shows and nobody sets. */
  readonly shownOnly: readonly string[];
  create(client: Client, name: string, fields: Fields): Promise<unknown>;
  change(client: Client, name: string, change: Fields, whole: Fields): Promise<unknown>;
}

export const SECTIONS = ["users", "groups", "repositories", "permissions", "policies"] as const;
export type Section = (typeof SECTIONS)[number];

const DATES = ["createdAt", "modifiedAt"];

/** In the order in which they can name each other: what comes later may name what comes earlier. */
export const RESOURCES: readonly Resource[] = [
  {
    section: "users",
    noun: "user",
    path: (name) => ["users", name],
    listPath: ["users"],
    shownOnly: ["name", "hasPassword", ...DATES],
    create: (client, name, fields) => client.ask("POST", ["users"], { name, password: null, ...fields }),
    change: (client, name, change) => client.ask("PATCH", ["users", name], change),
  },
  patched("groups", "group"),
  {
    section: "repositories",
    noun: "repository",
    path: (name) => ["repositories", ...ownerAndName(name)],
    listPath: ["repositories"],
    shownOnly: ["name", "key", "hasCredentials", ...DATES],
    create: (client, name, fields) => client.ask("PUT", ["repositories", ...ownerAndName(name)], fields),
    change: (client, name, change) => client.ask("PATCH", ["repositories", ...ownerAndName(name)], change),
  },
  patched("permissions", "permission target"),
  {
    ...patched("policies", "retention policy"),
    change: (client, name, _change, whole) => client.ask("PUT", ["policies", name], whole),
  },
];

/** Made by PUT, changed by PATCH. */
function patched(section: Section, noun: string): Resource {
  return {
    section,
    noun,
    path: (name) => [section, name],
    listPath: [section],
    shownOnly: ["name", ...DATES],
    create: (client, name, fields) => client.ask("PUT", [section, name], fields),
    change: (client, name, change) => client.ask("PATCH", [section, name], change),
  };
}

function ownerAndName(name: string): readonly [string, string] {
  const slash = name.indexOf("/");
  return [name.slice(0, slash), name.slice(slash + 1)];
}

/** What can be set of what the API shows. */
export function settable({ shownOnly }: Resource, shown: Fields): Fields {
  return Object.fromEntries(Object.entries(shown).filter(([field]) => !shownOnly.includes(field)));
}
