import type { RouteObject } from "react-router";

export const setUpRoutes: RouteObject[] = [];
