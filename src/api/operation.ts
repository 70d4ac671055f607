import type { Access } from "#access";
import { type Call, type Json, type ProblemCode, type RepositoryName, refuse, repositoryName } from "#core";
import type { Registry } from "#registry";
import type { Answers, Bodies } from "./schemas.ts";

/** What the API is spoken over. */
export interface ApiParts {
  readonly registry: Registry;
  readonly access: Access;
  readonly installationId: string;
  /** Our own version. */
  readonly version: string;
  /** What the wiring knows of the running server. */
  readonly status: () => Promise<ServerFigures>;
}

/** How the running server is. */
export type ServerFigures = Omit<Answers["ServerStatus"], "version" | "installationId" | "head" | "lastWriteAt">;

/** One operation: where it is, what it takes, what it answers. The OpenAPI document is printed from these. */
export interface Operation {
  /** For generated clients; never changes. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/v1`. */
  readonly path: string;
  readonly summary: string;
  readonly query: readonly QueryParameter[];
  /** Names of schemas, of which one must fit; the operation reads them by itself where there are several. */
  readonly body: readonly (keyof Bodies)[];
  /** The media type of a body that is no JSON of ours: the operation reads it as it comes. */
  readonly upload: string | null;
  readonly answer: { readonly status: 200 | 201 | 204; readonly schema: keyof Answers | null };
  /** Refusals that belong to this operation, for the document. */
  readonly refusals: readonly ProblemCode[];
  /** Answered to everybody, also where nothing else is without a sign-in (`--lockdown`). */
  readonly isOpen: boolean;
  handle(parts: ApiParts, call: Call, body: unknown, setHeader: SetHeader): Promise<Json | null>;
}

/** Adds a header to the answer; the name in lower case. */
export type SetHeader = (name: string, value: string) => void;

export interface QueryParameter {
  readonly name: string;
  readonly kind: "string" | "integer" | "boolean";
  readonly description: string;
}

/** Ties an operation's handler to the schemas of what it takes and answers, so that they cannot drift apart. */
export function operation<Body extends keyof Bodies = never, Answer extends keyof Answers = never>(wish: {
  readonly id: string;
  readonly method: Operation["method"];
  readonly path: string;
  readonly summary: string;
  readonly query?: readonly QueryParameter[];
  readonly body?: Body;
  readonly upload?: string;
  readonly answer?: Answer;
  readonly status?: 201;
  readonly isOpen?: true;
  readonly refusals?: readonly ProblemCode[];
  handle(
    parts: ApiParts,
    call: Call,
    body: Given<Bodies[Body]>,
    setHeader: SetHeader,
  ): Promise<[Answer] extends [never] ? null : Answers[Answer]>;
}): Operation {
  return {
    id: wish.id,
    method: wish.method,
    path: wish.path,
    summary: wish.summary,
    query: wish.query ?? [],
    body: wish.body === undefined ? [] : [wish.body],
    upload: wish.upload ?? null,
    answer: { status: wish.status ?? (wish.answer === undefined ? 204 : 200), schema: wish.answer ?? null },
    refusals: wish.refusals ?? [],
    isOpen: wish.isOpen ?? false,
    handle: async (parts, call, body, setHeader) =>
      (await wish.handle(parts, call, body as Given<Bodies[Body]>, setHeader)) as Json | null,
  };
}

/** JSON has no `undefined`: a field is there or it is not. */
export type Given<Value> = Value extends readonly unknown[]
  ? Value
  : { [Key in keyof Value]: Exclude<Value[Key], undefined> };

/** The repository in the path, as a name; whether it exists is the registry's to say. */
export function repositoryIn(call: Call): RepositoryName {
  const { owner = "", name = "" } = call.params;
  const repository = repositoryName(owner, name);
  if (repository === null) throw refuse({ code: "repository-not-found", repository: `${owner}/${name}` });
  return repository;
}

const PAGE_LENGTH = 100;
const PAGE_LENGTH_MAX = 1000;

export const PAGE_QUERY: readonly QueryParameter[] = [
  { name: "after", kind: "string", description: "Where the page begins: `next` of the page before" },
  {
    name: "limit",
    kind: "integer",
    description: `At most so many items; ${PAGE_LENGTH} when not given, ${PAGE_LENGTH_MAX} at most`,
  },
];

interface Paged<Item> {
  readonly length: number;
  slice(start: number, end?: number): readonly Item[];
}

/** One page of sorted items, and where the next begins. */
export function pageOf<Item, Items extends Paged<Item> = readonly Item[]>(
  call: Call,
  items: Items & Paged<Item>,
  keyOf: (item: Item) => string,
  placeOf: (items: Items, key: string) => number = (all, key) => all.slice(0).findIndex((item) => keyOf(item) === key),
): { readonly items: Item[]; readonly next: string | null } {
  const limit = integerIn(call, "limit", { least: 1, most: PAGE_LENGTH_MAX, otherwise: PAGE_LENGTH });
  const after = call.query.get("after");
  const known = after === null ? -1 : placeOf(items, after);
  if (after !== null && known < 0) {
    throw refuse({ code: "request-invalid", because: `nothing here is called '${after}', so no page follows it` });
  }
  const page = [...items.slice(known + 1, known + 1 + limit)];
  const last = page.at(-1);
  const hasMore = known + 1 + limit < items.length;
  return { items: page, next: hasMore && last !== undefined ? keyOf(last) : null };
}

/** A whole number of the query. */
export function integerIn(
  call: Call,
  name: string,
  range: { readonly least: number; readonly most: number; readonly otherwise: number },
): number {
  const given = call.query.get(name);
  if (given === null) return range.otherwise;
  const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= range.least && value <= range.most) return value;
  throw refuse({
    code: "request-invalid",
    because: `the query parameter ${name} must be a whole number from ${range.least} to ${range.most}`,
  });
}

/** A yes or no of the query; its name alone means yes. */
export function booleanIn(call: Call, name: string): boolean {
  const given = call.query.get(name);
  if (given === null || given === "false" || given === "0") return false;
  if (given === "" || given === "true" || given === "1") return true;
  throw refuse({ code: "request-invalid", because: `the query parameter ${name} must be true or false` });
}
