import type { RouteObject } from "react-router";

/** Pages for owners and administrators. */
export const adminRoutes: RouteObject[] = [
  { path: "/ui/admin", lazy: () => import("./admin-page.tsx") },
  { path: "/ui/repositories", lazy: () => import("./repositories-page.tsx") },
  { path: "/ui/repositories/new", lazy: () => import("./new-repository-page.tsx") },
  { path: "/:owner/:name/-/settings", lazy: () => import("./repository-settings-page.tsx") },
  { path: "/ui/users", lazy: () => import("./users-page.tsx") },
  { path: "/ui/new-user", lazy: () => import("./new-user-page.tsx") },
  { path: "/ui/users/:user", lazy: () => import("./user-page.tsx") },
  { path: "/ui/groups", lazy: () => import("./groups-page.tsx") },
  { path: "/ui/new-group", lazy: () => import("./group-page.tsx") },
  { path: "/ui/groups/:group", lazy: () => import("./group-page.tsx") },
  { path: "/ui/tokens", lazy: () => import("./tokens-page.tsx") },
  { path: "/ui/permissions", lazy: () => import("./permissions-page.tsx") },
  { path: "/ui/new-permission", lazy: () => import("./permission-page.tsx") },
  { path: "/ui/permissions/:permission", lazy: () => import("./permission-page.tsx") },
  { path: "/ui/why", lazy: () => import("./why-page.tsx") },
  { path: "/ui/trash", lazy: () => import("./trash-page.tsx") },
  { path: "/ui/policies", lazy: () => import("./policies-page.tsx") },
  { path: "/ui/new-policy", lazy: () => import("./policy-page.tsx") },
  { path: "/ui/policies/:policy", lazy: () => import("./policy-page.tsx") },
  { path: "/:owner/:name/-/copies", lazy: () => import("./copies-page.tsx") },
];
