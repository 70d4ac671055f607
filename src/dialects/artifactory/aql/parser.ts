import { invalid, refuseAt, type Token, tokensOf } from "./lexer.ts";

/** A value as it was written. Objects are lists of members: a key may occur twice, and both count. */
export type AqlValue =
  | { readonly kind: "text"; readonly text: string; readonly at: number }
  | { readonly kind: "number"; readonly number: number; readonly at: number }
  | { readonly kind: "boolean"; readonly isTrue: boolean; readonly at: number }
  | { readonly kind: "null"; readonly at: number }
  | { readonly kind: "list"; readonly values: readonly AqlValue[]; readonly at: number }
  | AqlObject;

export interface AqlObject {
  readonly kind: "object";
  readonly members: readonly AqlMember[];
  readonly at: number;
}

export interface AqlMember {
  readonly key: string;
  readonly at: number;
  readonly value: AqlValue;
}

/** `.sort({…})`: a function by its name, and what it was given. */
export interface AqlStep {
  readonly name: string;
  readonly at: number;
  readonly values: readonly AqlValue[];
}

/** A query as it was written: `items.find(…)` and what follows. */
export interface AqlSyntax {
  readonly domain: string;
  readonly steps: readonly AqlStep[];
}

const LENGTH_MAX = 100_000;
const DEPTH_MAX = 50;

/** Reads the grammar only; what the words mean is for `read-aql.ts`. Refuses with the place of what is wrong. */
export function parseAql(query: string): AqlSyntax {
  if (query.length > LENGTH_MAX) {
    throw invalid(`it has ${query.length} characters, and ${LENGTH_MAX} is the most; ask in several queries`);
  }
  const tokens = openTokens(query);
  const domain = tokens.take("word", "a domain, as in 'items.find(…)'").text;
  const steps: AqlStep[] = [];
  while (tokens.skip(".")) {
    const { text, at } = tokens.take("word", "the name of a function, for example 'find' or 'include'");
    tokens.expect("(", `after '.${text}'`);
    steps.push({ name: text, at, values: listUntil(tokens, ")", 1) });
  }
  tokens.take("end", "'.' and another function, or the end of the query");
  return { domain, steps };
}

interface Tokens {
  readonly query: string;
  /** What comes next, still to be taken. */
  peek(): Token;
  take(kind: Token["kind"], wanted: string): Token;
  /** Takes a sign if it comes next. */
  skip(sign: string): boolean;
  expect(sign: string, where: string): void;
}

function openTokens(query: string): Tokens {
  const all = tokensOf(query);
  let index = 0;
  const peek = (): Token => all[index] ?? { kind: "end", text: "", at: query.length };
  const isSign = (sign: string): boolean => peek().kind === "sign" && peek().text === sign;
  return {
    query,
    peek,
    take(kind, wanted) {
      const token = peek();
      if (token.kind !== kind) refuseAt(query, token.at, `expected ${wanted}, found ${shown(token)}`);
      index += 1;
      return token;
    },
    skip(sign) {
      if (!isSign(sign)) return false;
      index += 1;
      return true;
    },
    expect(sign, where) {
      if (!isSign(sign)) refuseAt(query, peek().at, `expected '${sign}' ${where}, found ${shown(peek())}`);
      index += 1;
    },
  };
}

/** Values with commas between them, up to the closing sign, which is taken as well. */
function listUntil(tokens: Tokens, closing: string, depth: number): readonly AqlValue[] {
  const values: AqlValue[] = [];
  if (tokens.skip(closing)) return values;
  do values.push(parseValue(tokens, depth));
  while (tokens.skip(","));
  tokens.expect(closing, "or ',' after a value");
  return values;
}

function parseValue(tokens: Tokens, depth: number): AqlValue {
  const { kind, text, at } = tokens.peek();
  if (depth > DEPTH_MAX) refuseAt(tokens.query, at, `more than ${DEPTH_MAX} levels inside one another`);
  if (kind === "sign" && tokens.skip("{")) return { kind: "object", members: membersOf(tokens, depth), at };
  if (kind === "sign" && tokens.skip("[")) return { kind: "list", values: listUntil(tokens, "]", depth + 1), at };
  switch (kind) {
    case "text":
      tokens.take(kind, text);
      return { kind, text, at };
    case "number":
      tokens.take(kind, text);
      return { kind, number: Number(text), at };
    case "word":
      tokens.take(kind, text);
      if (text === "true" || text === "false") return { kind: "boolean", isTrue: text === "true", at };
      if (text === "null") return { kind: "null", at };
      return refuseAt(tokens.query, at, `'${text}' is no value; texts stand in double quotes`);
    default:
      return refuseAt(tokens.query, at, `expected a value, found ${shown({ kind, text, at })}`);
  }
}

function membersOf(tokens: Tokens, depth: number): readonly AqlMember[] {
  const members: AqlMember[] = [];
  if (tokens.skip("}")) return members;
  do {
    const { text: key, at } = tokens.take("text", "a field or an operator in double quotes");
    tokens.expect(":", `after ${JSON.stringify(key)}`);
    members.push({ key, at, value: parseValue(tokens, depth + 1) });
  } while (tokens.skip(","));
  tokens.expect("}", "or ',' after a member");
  return members;
}

function shown({ kind, text }: Token): string {
  return kind === "end" ? "the end of the query" : kind === "text" ? JSON.stringify(text) : `'${text}'`;
}
