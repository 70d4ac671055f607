import type { FormatName } from "#core";
import type { PackageFormat } from "../format.ts";
import { fileRoutes } from "./file-routes.ts";
import { WITHOUT_PROJECTS } from "./without-projects.ts";

/** Files of any kind, by path alone. */
export function genericFormat(): PackageFormat {
  return { ...WITHOUT_PROJECTS, name: "generic" as FormatName, routes: fileRoutes };
}
