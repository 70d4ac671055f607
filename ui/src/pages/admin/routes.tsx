import type { RouteObject } from "react-router";

/** Pages for owners and administrators. */
export const adminRoutes: RouteObject[] = [
  { path: "/ui/repositories", lazy: () => import("./repositories-page.tsx") },
  { path: "/ui/repositories/new", lazy: () => import("./new-repository-page.tsx") },
  { path: "/:owner/:name/-/settings", lazy: () => import("./repository-settings-page.tsx") },
];
