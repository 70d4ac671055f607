import { type ArtifactLogEntry, type Instant, type Json, parseRepositoryName, type RepositoryName } from "#core";
import { listIn, objectIn, textIn } from "../../json-values.ts";

/** What happened to a file before it came here, from devpi's log; entries of a kind that is unknown are left out. */
export function logFrom(
  log: Json | null,
  place: { readonly to: RepositoryName; readonly at: Instant; nameOf(index: string): RepositoryName | null },
): readonly ArtifactLogEntry[] {
  const entries = listIn(log ?? []).flatMap((one): readonly ArtifactLogEntry[] => {
    const entry = objectIn(one);
    const what = entry?.["what"];
    if (entry === null || (what !== "upload" && what !== "push" && what !== "overwrite")) return [];
    const count = entry["count"];
    return [
      {
        what,
        who: textIn(entry["who"]),
        at: momentIn(entry["when"]) ?? place.at,
        from: indexIn(entry["src"], place.nameOf),
        to: indexIn(entry["dst"], place.nameOf) ?? place.to,
        ...(typeof count === "number" ? { count } : {}),
      },
    ];
  });
  if (entries.length > 0) return entries;
  return [{ what: "upload", who: null, at: place.at, from: null, to: place.to }];
}

/** When the file came, as far as its log tells. */
export function uploadMoment(log: Json | null): Instant | null {
  const moments = listIn(log ?? []).flatMap((one) => momentIn(objectIn(one)?.["when"]) ?? []);
  return moments.at(-1) ?? null;
}

/** Year, month, day, hour, minute, second in UTC. */
function momentIn(value: Json | undefined): Instant | null {
  const [year, month, day, hour, minute, second] = listIn(value).map(Number);
  const moment = Date.UTC(year ?? Number.NaN, (month ?? 1) - 1, day, hour ?? 0, minute ?? 0, second ?? 0);
  return Number.isNaN(moment) ? null : (moment as Instant);
}

/** An index by its name here; one that is gone keeps the name it had. */
function indexIn(value: Json | undefined, nameOf: (index: string) => RepositoryName | null): RepositoryName | null {
  const text = textIn(value);
  return text === null ? null : (nameOf(text) ?? parseRepositoryName(text));
}
