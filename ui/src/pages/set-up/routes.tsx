import type { RouteObject } from "react-router";

/** Signing in, the first run, and what to tell one's tools. */
export const setUpRoutes: RouteObject[] = [{ path: "/:owner/:name/-/set-up", lazy: () => import("./set-up-page.tsx") }];
