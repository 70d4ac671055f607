/** `12,345`. */
export function numberText(value: number): string {
  return value.toLocaleString("en");
}

/** A part of a whole in percent; a dash where there was nothing. */
export function shareText(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((part / whole) * 100).toLocaleString("en", { maximumFractionDigits: 1 })} %`;
}

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** `3 days 4 hours`: the two largest units. */
export function durationText(seconds: number): string {
  const first = UNITS.findIndex(([, length]) => seconds >= length);
  if (first < 0) return seconds > 0 ? "less than a second" : "no time";
  let rest = Math.floor(seconds);
  const words: string[] = [];
  for (const [name, length] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) words.push(`${count} ${name}${count === 1 ? "" : "s"}`);
  }
  return words.join(" ");
}
