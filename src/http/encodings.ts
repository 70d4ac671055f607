/** The encodings that finished pages are kept in. */
export type Coding = "gzip" | "zstd";

/** Best first: what wins among equal quality values. */
const PREFERENCE: readonly Coding[] = ["zstd", "gzip"];

/**
 * The encodings that `Accept-Encoding` wants more than the bytes as they are, best first (RFC 9110, 12.5.3). Empty: send
 * identity, which is also the answer to a header that cannot be read: every client understands it.
 */
export function codingsOf(header: string | null): readonly Coding[] {
  if (header === null || header === "" || header === "identity") return [];
  const qualities = qualitiesOf(header);
  // `*` comes from clients that know little; what they can read is gzip.
  const qualityOf = (coding: Coding): number =>
    qualities.get(coding) ?? (coding === "gzip" ? qualities.get("*") : undefined) ?? 0;
  // What is not named is acceptable, but asked for less than what is.
  const identity = qualities.get("identity") ?? 0;
  return PREFERENCE.filter((coding) => qualityOf(coding) > 0 && qualityOf(coding) >= identity).sort(
    (a, b) => qualityOf(b) - qualityOf(a),
  );
}

function qualitiesOf(header: string): ReadonlyMap<string, number> {
  const qualities = new Map<string, number>();
  for (const element of header.toLowerCase().split(",")) {
    const [, name, quality] = /^\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/.exec(element) ?? [];
    // `x-gzip` is the old name of the same.
    if (name !== undefined) qualities.set(name === "x-gzip" ? "gzip" : name, Number(quality ?? 1));
  }
  return qualities;
}
