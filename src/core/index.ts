/**
 * The words and the rules: types and pure functions, no input or output, nothing imported from outside.
 * Names, repositories, artifacts, the journal's events, who may do what, what a repository shows, what can go wrong.
 */
export * from "./account-rules.ts";
export * from "./ant-pattern.ts";
export * from "./artifact.ts";
export * from "./attachments.ts";
export * from "./call.ts";
export * from "./governing-rules.ts";
export * from "./html.ts";
export * from "./item-matches.ts";
export * from "./items.ts";
export * from "./journal.ts";
export * from "./json.ts";
export * from "./names.ts";
export * from "./permission.ts";
export * from "./principal.ts";
export * from "./problem.ts";
export * from "./repository.ts";
export * from "./repository-settings.ts";
export * from "./resolution.ts";
export * from "./retention.ts";
export * from "./rules.ts";
export * from "./targets.ts";
export * from "./text-order.ts";
export * from "./tree.ts";
