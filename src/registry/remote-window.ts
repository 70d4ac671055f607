/** The last pieces of a stream, by position: what a reader who keeps up is given without going to the disk. */
export interface Window {
  push(chunk: Uint8Array): void;
  /** Bytes from `position` on, at most up to `end`, as far as one piece goes; `null`: no longer here. */
  at(position: number, end: number): Uint8Array | null;
  /** Forgets the oldest pieces beyond the budget, but nothing from `keepFrom` on. */
  trim(keepFrom: number): void;
  clear(): void;
}

export function openWindow(sizeBytesMax: number): Window {
  const pieces: { readonly start: number; readonly chunk: Uint8Array }[] = [];
  let sizeBytes = 0;
  let end = 0;
  return {
    push(chunk) {
      pieces.push({ start: end, chunk });
      end += chunk.byteLength;
      sizeBytes += chunk.byteLength;
    },
    at(position, upTo) {
      // Readers who keep up are near the end.
      for (let index = pieces.length - 1; index >= 0; index -= 1) {
        const piece = pieces[index];
        if (piece === undefined || piece.start > position) continue;
        if (position >= piece.start + piece.chunk.byteLength) return null;
        return piece.chunk.subarray(position - piece.start, upTo - piece.start);
      }
      return null;
    },
    trim(keepFrom) {
      let count = 0;
      for (const { start, chunk } of pieces) {
        if (sizeBytes <= sizeBytesMax || start + chunk.byteLength > keepFrom) break;
        sizeBytes -= chunk.byteLength;
        count += 1;
      }
      if (count > 0) pieces.splice(0, count);
    },
    clear() {
      pieces.length = 0;
      sizeBytes = 0;
    },
  };
}
