import type { RouteObject } from "react-router";

/** For who runs the server. */
export const operatorRoutes: RouteObject[] = [
  { path: "ui/dashboard", lazy: async () => ({ Component: (await import("./dashboard.tsx")).Dashboard }) },
  { path: "ui/journal", lazy: async () => ({ Component: (await import("./journal.tsx")).Journal }) },
];
