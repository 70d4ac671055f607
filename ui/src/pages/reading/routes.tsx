import type { RouteObject } from "react-router";

export const readingRoutes: RouteObject[] = [];
