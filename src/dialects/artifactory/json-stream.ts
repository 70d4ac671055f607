import type { Json, JsonObject, Reply } from "#core";

/** A page of a list, and whether there may be more after it. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/**
 * A JSON object whose last member is a list, however long: what one page holds is answered at once, more is sent as it is
 * read, so that no list is ever whole in memory. `next`: the page after this one.
 */
export function listReply<Item>(
  head: JsonObject,
  name: string,
  first: ListPage<Item>,
  next: (last: Item) => Promise<ListPage<Item>>,
  show: (item: Item) => Json | null,
): Reply {
  if (!first.hasMore) {
    return { kind: "json", status: 200, body: { ...head, [name]: shown(first.items, show) } };
  }
  return {
    kind: "stream",
    status: 200,
    contentType: "application/json",
    sizeBytes: null,
    chunks: written(head, name, first, next, show),
    cache: { kind: "none" },
  };
}

async function* written<Item>(
  head: JsonObject,
  name: string,
  first: ListPage<Item>,
  next: (last: Item) => Promise<ListPage<Item>>,
  show: (item: Item) => Json | null,
): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(JSON.stringify({ ...head, [name]: [] }).slice(0, -"]}".length));
  let separator = "";
  for (let page = first; ; ) {
    const texts = shown(page.items, show).map((item) => JSON.stringify(item));
    if (texts.length > 0) {
      yield Buffer.from(separator + texts.join(","));
      separator = ",";
    }
    const last = page.items.at(-1);
    if (!page.hasMore || last === undefined) break;
    page = await next(last);
  }
  yield Buffer.from("]}\n");
}

function shown<Item>(items: readonly Item[], show: (item: Item) => Json | null): readonly Json[] {
  return items.map(show).filter((item) => item !== null);
}
