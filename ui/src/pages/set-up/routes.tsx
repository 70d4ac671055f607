import type { RouteObject } from "react-router";

/** Signing in, the first run, and what to tell one's tools. */
export const setUpRoutes: RouteObject[] = [
  { path: "/ui/login", lazy: () => import("./login-page.tsx") },
  { path: "/ui/sign-up", lazy: () => import("./sign-up-page.tsx") },
  { path: "/ui/first-run", lazy: () => import("./first-run-page.tsx") },
  { path: "/ui/sessions", lazy: () => import("./sessions-page.tsx") },
  { path: "/:owner/:name/-/set-up", lazy: () => import("./set-up-page.tsx") },
  { path: "/:owner/:name/-/upload", lazy: () => import("./upload-page.tsx") },
];
