import { refuse } from "#core";

/** A piece of a query and where it stands. */
export interface Token {
  readonly kind: "word" | "text" | "number" | "sign" | "end";
  /** Of a text: what it means, escapes resolved. */
  readonly text: string;
  /** Counted from 0. */
  readonly at: number;
}

const SIGNS = "{}[]():,.";
// AQL's words: domains, functions, `true`, `null`. Sticky, so that each is tried at one place only.
const WORD = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// JSON's strings; a line break inside one is what a forgotten quotation mark looks like.
const TEXT = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const BLANKS = /[ \t\r\n]*/y;

/** Cuts a query into tokens, the last of which is its end. */
export function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = skipBlanks(query, 0); at < query.length; ) {
    const token = tokenAt(query, at);
    tokens.push(token.token);
    at = skipBlanks(query, token.end);
  }
  return [...tokens, { kind: "end", text: "", at: query.length }];
}

/** Refuses a query because of what stands at a place in it. */
export function refuseAt(query: string, at: number, because: string): never {
  const before = query.slice(0, at).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  throw invalid(`line ${before.length}, column ${column}: ${because}`);
}

/** A refusal of the query as a whole. */
export function invalid(because: string): Error {
  return refuse({ code: "request-invalid", because: `the AQL query cannot be answered: ${because}` });
}

function tokenAt(query: string, at: number): { readonly token: Token; readonly end: number } {
  const first = query[at] ?? "";
  if (SIGNS.includes(first)) return { token: { kind: "sign", text: first, at }, end: at + 1 };
  if (first === '"') {
    const raw = matchAt(TEXT, query, at);
    if (raw === null) refuseAt(query, at, "a text begins here that does not end on its line, or has an unknown escape");
    const text: string = JSON.parse(raw);
    return { token: { kind: "text", text, at }, end: at + raw.length };
  }
  const number = matchAt(NUMBER, query, at);
  if (number !== null) return { token: { kind: "number", text: number, at }, end: at + number.length };
  const word = matchAt(WORD, query, at);
  if (word !== null) return { token: { kind: "word", text: word, at }, end: at + word.length };
  return refuseAt(query, at, `${JSON.stringify(first)} has no meaning here; texts stand in double quotes`);
}

function matchAt(pattern: RegExp, query: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(query)?.[0] ?? null;
}

function skipBlanks(query: string, at: number): number {
  return at + (matchAt(BLANKS, query, at) ?? "").length;
}
