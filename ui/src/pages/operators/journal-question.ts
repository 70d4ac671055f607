import { useSearchParams } from "react-router";
import type { Journal } from "../../../../src/cli/api-types.ts";
import { ask } from "../../api.ts";

/** What of the journal is wanted; it stands in the address, so that it can be handed on. */
export const QUESTION_FIELDS = ["user", "repository", "project", "type", "since", "until"] as const;
export type Question = Readonly<Record<(typeof QUESTION_FIELDS)[number], string>>;

export const EMPTY_QUESTION: Question = { user: "", repository: "", project: "", type: "", since: "", until: "" };

/** The question of the address, and how to put another one there. */
export function useQuestion(): readonly [Question, (question: Question) => void] {
  const [parameters, setParameters] = useSearchParams();
  const question: Record<keyof Question, string> = { ...EMPTY_QUESTION };
  for (const field of QUESTION_FIELDS) question[field] = parameters.get(field) ?? "";
  const put = (next: Question) => setParameters(Object.entries(next).filter(([, value]) => value !== ""));
  return [question, put];
}

/** One page of answers, newest first; `before`: `next` of the page before. */
export function askJournal(
  question: Question,
  { before, limit, signal }: { readonly before: number | null; readonly limit: number; readonly signal: AbortSignal },
): Promise<Journal> {
  const given = Object.entries(question).filter(([, value]) => value !== "");
  const query: Record<string, string> = { ...Object.fromEntries(given), newestFirst: "true", limit: String(limit) };
  // What is chosen is a time of the reader's own clock, without a zone.
  for (const field of ["since", "until"] as const) {
    if (question[field] !== "") query[field] = momentOf(question[field]);
  }
  if (before !== null) query["before"] = String(before);
  return ask<Journal>("GET", ["journal"], { query, signal });
}

function momentOf(local: string): string {
  const date = new Date(local);
  // What is no time is the server's to refuse, in its own words.
  return Number.isNaN(date.getTime()) ? local : date.toISOString();
}
