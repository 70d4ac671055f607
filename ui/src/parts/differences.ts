/** One line of two lists side by side. */
export interface Difference {
  readonly name: string;
  readonly kind: "added" | "removed" | "changed" | "same";
  readonly before: string | null;
  readonly after: string | null;
}

/** What two records, by name, do not have in common; sorted by name, what is the same included. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly Difference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.map((name) => {
    const one = before.get(name) ?? null;
    const other = after.get(name) ?? null;
    const kind = one === null ? "added" : other === null ? "removed" : one === other ? "same" : "changed";
    return { name, kind, before: one, after: other };
  });
}
