/** The content types of the simple API that a page can be sent as. */
export type SimpleType = "application/vnd.pypi.simple.v1+json" | "application/vnd.pypi.simple.v1+html" | "text/html";

export interface Representation {
  readonly kind: "html" | "json";
  /** The type that was negotiated, exactly; HTML says its character set. */
  readonly contentType: string;
}

/** Best first: what wins among equal quality values. */
export const SIMPLE_TYPES: readonly SimpleType[] = [
  "application/vnd.pypi.simple.v1+json",
  "application/vnd.pypi.simple.v1+html",
  "text/html",
];

// PEP 691: a client may ask for the latest version, but the answer names the real one.
const LATEST: Readonly<Record<string, SimpleType>> = {
  "application/vnd.pypi.simple.latest+json": "application/vnd.pypi.simple.v1+json",
  "application/vnd.pypi.simple.latest+html": "application/vnd.pypi.simple.v1+html",
};

/**
 * Which representation of a simple page to send (PEP 691, RFC 9110): `format` from the query decides alone, else
 * `Accept` does. `null`: nothing that is acceptable. No `Accept`, one without a single readable range, and the full
 * wildcard alone get `text/html`, which is what old clients and browsers expect. A malformed range is as if it were not
 * there.
 */
export function representationOf(accept: string | null, formatQuery: string | null): Representation | null {
  if (formatQuery !== null && formatQuery.trim() !== "") {
    // A literal `+` in a query arrives as a blank.
    const asked = formatQuery.trim().toLowerCase().replaceAll(" ", "+");
    const type = SIMPLE_TYPES.find((one) => one === asked) ?? LATEST[asked];
    return type === undefined ? null : representation(type);
  }
  const ranges = rangesOf(accept ?? "");
  if (ranges.length === 0) return representation("text/html");
  const matches = SIMPLE_TYPES.map((type) => matchOf(type, ranges)).filter((match) => match !== null);
  const [best] = matches.filter((match) => match.quality > 0).sort(byPreference);
  return best === undefined ? null : representation(best.type);
}

interface Range {
  readonly name: string;
  readonly quality: number;
}

interface Match {
  readonly type: SimpleType;
  readonly quality: number;
  readonly specificity: Specificity;
}

/** By the full wildcard; by `text/*`; by the `latest` name; by its own name. */
type Specificity = 0 | 1 | 2 | 3;

/** At equal quality, a type that was named goes before one that only a wildcard lets in; then the richer one. */
function byPreference(a: Match, b: Match): number {
  return (
    b.quality - a.quality ||
    Math.min(b.specificity, 2) - Math.min(a.specificity, 2) ||
    // The full wildcard is what clients send that know nothing of JSON pages.
    (a.specificity === 0 ? Number(b.type === "text/html") - Number(a.type === "text/html") : 0) ||
    SIMPLE_TYPES.indexOf(a.type) - SIMPLE_TYPES.indexOf(b.type)
  );
}

function representation(type: SimpleType): Representation {
  return type === "application/vnd.pypi.simple.v1+json"
    ? { kind: "json", contentType: type }
    : { kind: "html", contentType: `${type}; charset=utf-8` };
}

/** The most specific range that covers a type decides about it, also when it says `q=0`; of equals the kindest. */
function matchOf(type: SimpleType, ranges: readonly Range[]): Match | null {
  let best: Match | null = null;
  for (const { name, quality } of ranges) {
    const specificity = specificityOf(name, type);
    if (specificity === null || specificity < (best?.specificity ?? 0)) continue;
    if (best === null || specificity > best.specificity || quality > best.quality)
      best = { type, quality, specificity };
  }
  return best;
}

function specificityOf(range: string, type: SimpleType): Specificity | null {
  if (range === type) return 3;
  if (LATEST[range] === type) return 2;
  if (range === `${type.slice(0, type.indexOf("/"))}/*`) return 1;
  // A lone `*` is what some old HTTP libraries send for the same.
  return range === "*/*" || range === "*" ? 0 : null;
}

function rangesOf(accept: string): readonly Range[] {
  return splitOutsideQuotes(accept, ",").flatMap((element) => {
    const [name = "", ...parameters] = splitOutsideQuotes(element, ";").map((part) => part.trim());
    if (!/^[^\s/]+\/[^\s/]+$|^\*$/.test(name)) return [];
    let quality: number | null = 1;
    for (const parameter of parameters) {
      const [, text] = /^q\s*=\s*(.*)$/i.exec(parameter) ?? [];
      if (text !== undefined) quality = qualityOf(text);
    }
    return quality === null ? [] : [{ name: name.toLowerCase(), quality }];
  });
}

/** RFC 9110 has three digits; more, and a missing zero before the point, occur in the wild. */
function qualityOf(text: string): number | null {
  return /^(?:0(?:\.\d{0,20})?|\.\d{1,20}|1(?:\.0{0,20})?)$/.test(text) ? Number(text) : null;
}

function splitOutsideQuotes(text: string, separator: "," | ";"): readonly string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted && character === "\\") index += 1;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}
