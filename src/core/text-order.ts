/**
 * Orders texts as the databases do: byte by byte in UTF-8, which is by code point. JavaScript's own order is by UTF-16
 * units and differs beyond U+FFFF.
 */
export function compareTexts(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (a !== b) return rankOf(a) - rankOf(b);
  }
  return one.length - other.length;
}

/** The least text above all that begin with `prefix`; `null`: there is none. */
export function textAfterAll(prefix: string): string | null {
  const points = [...prefix];
  while (points.length > 0) {
    const point = (points.pop() ?? "").codePointAt(0) ?? 0;
    // The numbers of halves of characters are no characters.
    const next = point === 0xd7ff ? 0xe000 : point + 1;
    if (next <= 0x10ffff) return points.join("") + String.fromCodePoint(next);
  }
  return null;
}

/** Halves of a character beyond U+FFFF stand above all whole ones. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x2800 : unit;
}
