import { type Call, type Json, type Reply, refuse } from "#core";

export function json(status: number, body: Json): Reply {
  return { kind: "json", status, body };
}

/** A sentence for people. */
export function text(status: number, body: string): Reply {
  return { kind: "bytes", status, contentType: "text/plain; charset=utf-8", body, cache: { kind: "none" } };
}

const PAGE_MAX = 99_999;
const PAGE_USUAL = 1000;

/** A page of a list that is sorted by name, after `?cursor=` and at most `?limit=`; the cursor is the last name. */
export function pageOf<Item>(
  call: Call,
  all: readonly Item[],
  nameOf: (item: Item) => string,
): { readonly items: readonly Item[]; readonly cursor: string } {
  const limit = limitOf(call.query.get("limit"));
  const after = call.query.get("cursor") || null;
  const rest = after === null ? all : all.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, cursor: last === undefined || items.length === rest.length ? "" : nameOf(last) };
}

function limitOf(given: string | null): number {
  if (given === null || given === "") return PAGE_USUAL;
  if (/^\d{1,5}$/.test(given) && Number(given) > 0) return Math.min(Number(given), PAGE_MAX);
  throw refuse({ code: "request-invalid", because: `'limit' must be a number from 1 to ${PAGE_MAX}, not '${given}'` });
}
