import type { RouteObject } from "react-router";

/** What everybody reads: search, repositories, packages, and what is inside of files. */
export const readingRoutes: RouteObject[] = [
  { path: "/", lazy: () => import("./home-page.tsx") },
  { path: "/ui/search", lazy: () => import("./search-page.tsx") },
  { path: "/ui/inside/:owner/:name/:project/:filename", lazy: () => import("./inside-page.tsx") },
  { path: "/ui/compare/:owner/:name/:project", lazy: () => import("./compare-page.tsx") },
  { path: "/:owner", lazy: () => import("./owner-page.tsx") },
  { path: "/:owner/:name", lazy: () => import("./repository-page.tsx") },
  { path: "/:owner/:name/:project", lazy: () => import("./package-page.tsx") },
  { path: "/:owner/:name/:project/:version", lazy: () => import("./package-page.tsx") },
];
