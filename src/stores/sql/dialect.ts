import type { Expression, RawBuilder } from "kysely";

/** What the databases say differently, beyond what Kysely's compiler for each knows. */
export interface Dialect {
  /** Whether a text fits a pattern with `*` for any characters and `?` for one; upper and lower case differ. */
  matches(text: Expression<unknown>, pattern: string): RawBuilder<boolean>;
}
