/** One row of the closing table. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly demanded: string;
  readonly isMet: boolean;
}

/** `value` must be at least `factor` times what the other got in the same run. */
export function atLeast(
  what: string,
  value: number,
  factor: number,
  other: string,
  reference: number,
  unit: string,
): Figure {
  const ratio = value / reference;
  return {
    what,
    measured: `${round(value)} ${unit} = ${round(ratio)} × ${other} (${round(reference)})`,
    demanded: `≥ ${factor} × ${other}`,
    isMet: ratio >= factor,
  };
}

/** `value` must not exceed `limit`. */
export function atMost(what: string, value: number, limit: number, unit: string): Figure {
  return { what, measured: `${round(value)} ${unit}`, demanded: `≤ ${limit} ${unit}`, isMet: value <= limit };
}

/** Something that is reported, but that nobody has set a figure for. */
export function shown(what: string, measured: string): Figure {
  return { what, measured, demanded: "–", isMet: true };
}

export function asMarkdown(figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ what, measured, demanded, isMet }) =>
      `| ${what} | ${measured} | ${demanded} | ${demanded === "–" ? "" : isMet ? "yes" : "**NO**"} |`,
  );
  return ["| what | measured | at least | met |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

export function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
