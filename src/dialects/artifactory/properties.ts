import { type Call, type Json, type JsonObject, type Properties, type Reply, refuse } from "#core";
import { absence } from "./absence.ts";
import { objectOf } from "./json-fields.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { type NamedPlace, shownKey, storageUrl } from "./places.ts";
import { checkedKey, checkValue, readKeys, readProperties } from "./property-syntax.ts";
import { flagIn } from "./query-flags.ts";

/** dohq and jf take an item for one without properties by this sentence. */
const NONE = "No properties could be found.";

/** What `setProperties` is told to do. */
type Change = Readonly<Record<string, readonly string[] | null>>;

/** `asked`: keys with commas between them; empty: all. */
export async function showProperties(
  parts: ArtifactoryParts,
  call: Call,
  named: NamedPlace,
  asked: string,
): Promise<Reply> {
  const all = await parts.registry.tree.properties(call.principal, named.place);
  if (all === null) throw await absence(parts, call, named);
  const keys = readKeys(asked);
  const shown = keys.length === 0 ? all : picked(all, keys);
  if (Object.keys(shown).length === 0) throw await absence(parts, call, named, NONE);
  const uri = storageUrl(call, shownKey(named.repository), named.place.path);
  return { kind: "json", status: 200, body: { properties: shown, uri } };
}

export function putProperties(parts: ArtifactoryParts, call: Call, named: NamedPlace): Promise<Reply> {
  const change = readProperties(call.query.get("properties") ?? "");
  return changeProperties(parts, call, named, change, flagIn(call, "recursive", true));
}

export function deleteProperties(parts: ArtifactoryParts, call: Call, named: NamedPlace): Promise<Reply> {
  const keys = readKeys(call.query.get("properties") ?? "");
  if (keys.length === 0) {
    throw refuse({ code: "request-invalid", because: "No key is given; write ?properties=key,other." });
  }
  const change = Object.fromEntries(keys.map((key) => [key, null]));
  return changeProperties(parts, call, named, change, flagIn(call, "recursive", true));
}

/** `{"props":{"key":"value" | ["one","two"] | null}}`; `null` takes the key away. */
export async function patchProperties(parts: ArtifactoryParts, call: Call, named: NamedPlace): Promise<Reply> {
  const { props } = objectOf(await call.json());
  const change = readChange(objectOf(props));
  const isDeep = flagIn(call, "recursiveProperties", flagIn(call, "recursive", true));
  if (Object.keys(change).length === 0) return { kind: "done", status: 204 };
  return changeProperties(parts, call, named, change, isDeep);
}

function readChange(props: JsonObject): Change {
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [checkedKey(key), readValues(key, value)]));
}

function readValues(key: string, value: Json): readonly string[] | null {
  if (value === null) return null;
  const values = (Array.isArray(value) ? value : [value]) as readonly Json[];
  if (values.length === 0) return null;
  return values.map((item) => {
    if (typeof item !== "string" && typeof item !== "number" && typeof item !== "boolean") {
      const because = `The property '${key}' must have a text, a list of texts, or null.`;
      throw refuse({ code: "request-invalid", because });
    }
    checkValue(String(item));
    return String(item);
  });
}

async function changeProperties(
  parts: ArtifactoryParts,
  call: Call,
  named: NamedPlace,
  change: Change,
  isDeep: boolean,
): Promise<Reply> {
  const tally = await parts.registry.tree.setProperties(call.principal, named.place, change, isDeep);
  if (tally === null) throw await absence(parts, call, named);
  return { kind: "done", status: 204 };
}

function picked(all: Properties, keys: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)));
}
