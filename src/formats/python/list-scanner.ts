/**
 * Cuts the list of a large JSON page into pieces that can be parsed one after the other. Only cuts: whether the pieces
 * are JSON is for who parses them to find out.
 */
export interface ListScanner {
  /** The elements of the list that are complete, as they stand between its brackets; some at a time. */
  take(piece: Uint8Array): readonly Uint8Array[];
  /** The page with an empty list in place of the list, and whether it had one. */
  end(): { readonly frame: Uint8Array; readonly hasList: boolean };
}

/** So much is parsed at once, in about a millisecond. */
const AT_ONCE_BYTES = 64 * 1024;
/** What stands around the list; more than that is no list of projects. */
const FRAME_BYTES_MAX = 16 << 20;
const KEY = /(?:^|[^\\])"projects"\s*:\s*$/;
const KEY_BYTES_MAX = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d];

export function openListScanner(): ListScanner {
  const frame: Uint8Array[] = [];
  let frameBytes = 0;
  let elements: Uint8Array[] = [];
  let elementsBytes = 0;
  let tail: Uint8Array = new Uint8Array(0);
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let list: "before" | "in" | "after" = "before";

  function toFrame(bytes: Uint8Array): void {
    frameBytes += bytes.byteLength;
    if (frameBytes > FRAME_BYTES_MAX)
      throw new SyntaxError("the page has more beside its list of projects than a list has");
    frame.push(bytes);
    if (list === "before") tail = Buffer.concat([tail, bytes.subarray(-KEY_BYTES_MAX)]).subarray(-KEY_BYTES_MAX);
  }

  function toElements(bytes: Uint8Array): void {
    elementsBytes += bytes.byteLength;
    elements.push(bytes);
  }

  function cut(): Uint8Array {
    const whole = Buffer.concat(elements);
    elements = [];
    elementsBytes = 0;
    return whole;
  }

  return {
    take(piece) {
      const found: Uint8Array[] = [];
      let start = 0;
      for (let index = 0; index < piece.byteLength; index += 1) {
        const byte = piece[index];
        if (isInString) {
          if (isEscaped) isEscaped = false;
          else if (byte === BACKSLASH) isEscaped = true;
          else if (byte === QUOTE) isInString = false;
        } else if (byte === QUOTE) isInString = true;
        else if (byte === BRACE || byte === BRACKET) {
          depth += 1;
          if (byte === BRACE || depth !== 2 || list !== "before") continue;
          toFrame(piece.subarray(start, index));
          start = index;
          if (!KEY.test(Buffer.from(tail).toString("latin1"))) continue;
          toFrame(piece.subarray(index, index + 1));
          list = "in";
          start = index + 1;
        } else if (byte === BRACE_END || byte === BRACKET_END) {
          depth -= 1;
          if (list !== "in" || depth !== 1) continue;
          toElements(piece.subarray(start, index));
          found.push(cut());
          list = "after";
          start = index;
        } else if (byte === COMMA && list === "in" && depth === 2) {
          if (elementsBytes + index - start < AT_ONCE_BYTES) continue;
          toElements(piece.subarray(start, index));
          found.push(cut());
          // The comma itself belongs to neither side.
          start = index + 1;
        }
      }
      const rest = piece.subarray(start);
      if (list === "in") toElements(rest);
      else toFrame(rest);
      return found;
    },
    end: () => ({ frame: Buffer.concat(frame), hasList: list === "after" }),
  };
}
