import type { Call } from "#core";
import { compareSpecificity, match, type Params, type Pattern, partsOf, patternOf } from "./patterns.ts";

/** The least that routes of formats and dialects have in common. */
export interface AnyRoute {
  readonly method: string;
  readonly path: string;
  readonly when?: (call: Call) => boolean;
}

export interface RouteMatch<Route> {
  readonly route: Route;
  readonly params: Params;
}

/** The routes that hang under one place. */
export interface RouteTable<Route> {
  /** The routes whose path fits, the most specific first; any method. */
  find(path: string): readonly RouteMatch<Route>[];
}

/**
 * `isSlashOptional`: a slash at the end of a request's path makes no difference, unless the routes' own paths make one
 * (`/x` and `/x/` are both registered).
 */
export function routeTable<Route extends AnyRoute>(
  routes: readonly Route[],
  isSlashOptional: boolean,
): RouteTable<Route> {
  const rows = routes
    .map((route): Row<Route> => ({ route, pattern: patternOf(route.path) }))
    .sort((a, b) => compareSpecificity(a.pattern, b.pattern));
  const byPattern = (parts: readonly string[]): readonly RouteMatch<Route>[] =>
    rows.flatMap(({ route, pattern }) => {
      const params = match(pattern, parts);
      return params === null ? [] : [{ route, params }];
    });
  return {
    find(path) {
      const parts = partsOf(path);
      const exact = byPattern(parts);
      if (!isSlashOptional || path === "/") return exact;
      const other = path.endsWith("/") ? parts.slice(0, -1) : [...parts, ""];
      return [...exact, ...byPattern(other).filter(({ route }) => !exact.some((found) => found.route === route))];
    },
  };
}

interface Row<Route> {
  readonly route: Route;
  readonly pattern: Pattern;
}

/** The first route that takes the call; `null` and what would have been allowed where only the method is wrong. */
export function choose<Route extends AnyRoute>(
  matches: readonly RouteMatch<Route>[],
  method: string,
  callWith: (params: Params) => Call,
): { readonly chosen: RouteMatch<Route> | null; readonly allowed: readonly string[] } {
  const allowed = new Set<string>();
  for (const found of matches) {
    if (found.route.when !== undefined && !found.route.when(callWith(found.params))) continue;
    if (found.route.method === method) return { chosen: found, allowed: [] };
    allowed.add(found.route.method);
  }
  return { chosen: null, allowed: [...allowed] };
}
