import { createBrowserRouter, type RouteObject } from "react-router";
import { BASE } from "./api.ts";
import { Layout } from "./layout.tsx";
import { adminRoutes } from "./pages/admin/routes.tsx";
import { operatorRoutes } from "./pages/operators/routes.tsx";
import { readingRoutes } from "./pages/reading/routes.tsx";
import { setUpRoutes } from "./pages/set-up/routes.tsx";
import { NothingHere } from "./parts/states.tsx";

/** Every page; each area lists its own. Fixed words come before names of owners, as in the server's own resolver. */
export function openRouter() {
  const children: RouteObject[] = [
    ...adminRoutes,
    ...operatorRoutes,
    ...setUpRoutes,
    ...readingRoutes,
    { path: "*", element: <NothingHere /> },
  ];
  return createBrowserRouter([{ element: <Layout />, children }], { basename: BASE.replace(/\/$/, "") || "/" });
}
