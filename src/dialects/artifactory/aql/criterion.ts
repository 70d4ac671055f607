import type { Instant, ItemCriterion, ItemOperator, RepositoryName } from "#core";
import type { AqlStat } from "./fields.ts";

/** What a query may be about: a repository as AQL names it. */
export interface AqlRepository {
  /** Of a remote `{key}-cache`. */
  readonly name: string;
  readonly repository: RepositoryName;
  /** Of a virtual one: whose items it shows. Only who asks for it by this very name is shown them. */
  readonly members?: readonly RepositoryName[];
}

/** What a query is read with. */
export interface AqlContext {
  readonly query: string;
  readonly now: Instant;
  readonly repositories: readonly AqlRepository[];
}

type ItemLeaf = Extract<ItemCriterion, { readonly kind: "field" | "property" }>;

/** A criterion on items, and what the registry's tables cannot tell: downloads, and several words on one property. */
export type AqlCriterion =
  | { readonly kind: "all" | "any"; readonly of: readonly AqlCriterion[] }
  | { readonly kind: "not"; readonly of: ItemLeaf }
  | ItemLeaf
  /** The repositories that it is about, and all others that there are. */
  | {
      readonly kind: "repositories";
      readonly in: readonly RepositoryName[];
      readonly notIn: readonly RepositoryName[];
    }
  | { readonly kind: "stat"; readonly stat: AqlStat; readonly operator: ItemOperator; readonly value: StatValue }
  | { readonly kind: "same-property"; readonly of: readonly PropertyCondition[] };

/** `null`: never. */
export type StatValue = string | number | null;

/** One condition on a property; `isNegated`: the operator was a negative one. */
export interface PropertyCondition {
  readonly criterion: Extract<ItemCriterion, { readonly kind: "property" }>;
  readonly isNegated: boolean;
}
