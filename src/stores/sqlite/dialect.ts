import { sql } from "kysely";
import type { Dialect } from "../sql/dialect.ts";

/** GLOB has the same wildcards, and besides them sets in brackets. */
export const SQLITE_DIALECT: Dialect = {
  matches: (text, pattern) => sql<boolean>`${text} glob ${pattern.replaceAll("[", "[[]")}`,
};
