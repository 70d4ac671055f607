/** A route's path, taken apart once. */
export interface Pattern {
  readonly segments: readonly Segment[];
  /** Ends in `*`: takes whatever is left. */
  readonly isOpen: boolean;
}

type Segment = { readonly kind: "word" | "name"; readonly text: string };

/** What the `:names` of a pattern stand for, and `*`. */
export type Params = Readonly<Record<string, string>>;

/** Reads `/simple/:project/`; `*` may stand at the end only. */
export function patternOf(path: string): Pattern {
  const texts = path.split("/").slice(1);
  const isOpen = texts.at(-1) === "*";
  const segments = (isOpen ? texts.slice(0, -1) : texts).map(
    (text): Segment => (text.startsWith(":") ? { kind: "name", text: text.slice(1) } : { kind: "word", text }),
  );
  return { segments, isOpen };
}

/** `null`: the path is another one. A name never stands for nothing; `*` may. */
export function match(pattern: Pattern, parts: readonly string[]): Params | null {
  const { segments, isOpen } = pattern;
  if (isOpen ? parts.length <= segments.length : parts.length !== segments.length) return null;
  const params: Record<string, string> = Object.create(null);
  for (const [index, { kind, text }] of segments.entries()) {
    const part = parts[index] ?? "";
    if (kind === "word" ? part !== text : part === "") return null;
    if (kind === "name") params[text] = part;
  }
  if (isOpen) params["*"] = parts.slice(segments.length).join("/");
  return params;
}

/** Sorts what says more before what says less, part by part: a word, a name, `*`. */
export function compareSpecificity(a: Pattern, b: Pattern): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index++) {
    const difference = weightAt(b, index) - weightAt(a, index);
    if (difference !== 0) return difference;
  }
  return 0;
}

function weightAt({ segments, isOpen }: Pattern, index: number): number {
  const segment = segments[index];
  if (segment === undefined) return isOpen ? 0 : 1;
  return segment.kind === "word" ? 3 : 2;
}

/** A decoded path as {@link match} takes it. */
export function partsOf(path: string): readonly string[] {
  return path.split("/").slice(1);
}
