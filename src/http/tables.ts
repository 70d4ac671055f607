import { type Call, ownerOf } from "#core";
import type { PackageFormat, Route } from "#formats";
import type { Params } from "./patterns.ts";
import { choose, type RouteTable, routeTable } from "./route-table.ts";
import type { Dialect, DialectRoute, Scope, Target } from "./routes.ts";
import type { Place } from "./routing.ts";

/** A route that takes a call, and whose it is. */
export type Chosen =
  | { readonly kind: "dialect"; readonly dialect: Dialect; readonly route: DialectRoute; readonly params: Params }
  | { readonly kind: "format"; readonly route: Route; readonly params: Params };

/** All routes of the house, by where they hang. */
export interface Tables {
  /**
   * The dialects in their order, then the format of the repository (`null`: there is none). `owner`: whose address it
   * is; nobody else is looked at. `allowed`: what the same address takes, where only the method is wrong.
   */
  find(
    place: Place,
    method: string,
    format: PackageFormat | null,
    callWith: (params: Params) => Call,
    owner?: Dialect | null,
  ): { readonly chosen: Chosen | null; readonly allowed: readonly string[] };
}

export function openTables(dialects: readonly Dialect[]): Tables {
  const scopes: readonly Scope[] = ["root", "owner", "repository"];
  const spoken = dialects.map((dialect) => ({
    dialect,
    tables: Object.fromEntries(
      scopes.map((scope) => [
        scope,
        routeTable(
          dialect.routes.filter((route) => route.scope === scope),
          true,
        ),
      ]),
    ) as Record<Scope, RouteTable<DialectRoute>>,
  }));
  const formats = new WeakMap<PackageFormat, RouteTable<Route>>();

  function tableOf(format: PackageFormat): RouteTable<Route> {
    const known = formats.get(format);
    if (known !== undefined) return known;
    const table = routeTable(format.routes, false);
    formats.set(format, table);
    return table;
  }

  return {
    find(place, method, format, callWith, owner = null) {
      // HEAD is answered as GET, without the body.
      const asked = method === "HEAD" ? "GET" : method;
      const allowed = new Set<string>();
      for (const { dialect, tables } of spoken) {
        if (owner !== null && dialect !== owner) continue;
        // Where there are no projects any path may be a file's, and no dialect has words for it.
        if (place.scope === "repository" && format?.knowsProjects === false) continue;
        const found = choose(tables[place.scope].find(place.path), asked, callWith);
        if (found.chosen !== null) return { chosen: { kind: "dialect", dialect, ...found.chosen }, allowed: [] };
        for (const other of found.allowed) allowed.add(other);
      }
      if (format !== null) {
        const found = choose(tableOf(format).find(place.path), asked, callWith);
        if (found.chosen !== null) return { chosen: { kind: "format", ...found.chosen }, allowed: [] };
        for (const other of found.allowed) allowed.add(other);
      }
      if (allowed.has("GET")) allowed.add("HEAD");
      return { chosen: null, allowed: [...allowed].sort() };
    },
  };
}

export function targetOf(place: Place): Target {
  switch (place.scope) {
    case "root":
      return { owner: null, repository: null };
    case "owner":
      return { owner: place.owner, repository: null };
    case "repository":
      return { owner: ownerOf(place.repository), repository: place.repository };
  }
}

/** What metrics call the route: the pattern, never the names that a client made up. */
export function labelOf(scope: Scope, path: string): string {
  const prefix = { root: "", owner: "/:owner", repository: "/:owner/:name" }[scope];
  return prefix !== "" && path === "/" ? prefix : `${prefix}${path}`;
}
