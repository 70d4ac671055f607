/** Values kept in memory up to a total weight; the longest unused go first. */
export interface Memory<Value extends object> {
  get(key: string): Value | null;
  set(key: string, value: Value, weight: number): void;
  delete(key: string): void;
  /** The keys with that beginning, with their values. */
  withPrefix(prefix: string): readonly (readonly [string, Value])[];
  clear(): void;
}

/**
 * A value that alone is heavier than the budget is held weakly: who uses it shares it, and the collector may have it
 * (the project list of the public index takes more than all other pages together).
 */
export function openMemory<Value extends object>(
  weightMax: number,
  onDrop: (value: Value) => void = () => {},
): Memory<Value> {
  const held = new Map<string, { readonly value: Value; readonly weight: number }>();
  const weak = new Map<string, WeakRef<Value>>();
  let total = 0;

  function drop(key: string): void {
    weak.delete(key);
    const entry = held.get(key);
    if (entry === undefined) return;
    held.delete(key);
    total -= entry.weight;
    onDrop(entry.value);
  }

  return {
    get(key) {
      const entry = held.get(key);
      if (entry === undefined) {
        const value = weak.get(key)?.deref() ?? null;
        if (value === null) weak.delete(key);
        return value;
      }
      // Last in the map is last used.
      held.delete(key);
      held.set(key, entry);
      return entry.value;
    },
    set(key, value, weight) {
      drop(key);
      if (weight > weightMax) {
        weak.set(key, new WeakRef(value));
        return;
      }
      held.set(key, { value, weight });
      total += weight;
      for (const oldest of held.keys()) {
        if (total <= weightMax) break;
        drop(oldest);
      }
    },
    delete: drop,
    withPrefix(prefix) {
      const found: (readonly [string, Value])[] = [];
      for (const [key, { value }] of held) if (key.startsWith(prefix)) found.push([key, value]);
      for (const [key, reference] of weak) {
        const value = reference.deref();
        if (value !== undefined && key.startsWith(prefix)) found.push([key, value]);
      }
      return found;
    },
    clear() {
      for (const key of [...held.keys()]) drop(key);
      weak.clear();
    },
  };
}
