import { broken } from "./broken-file.ts";
import {
  BLOCK_BYTES,
  hasRecords,
  NO_RECORDS,
  parseHeader,
  type TarMember,
  toMember,
  withRecords,
} from "./sdist-tar-header.ts";

/** Takes the content of a member as it comes. */
export type TakeContent = (chunk: Buffer) => void;

/** Reads an archive that is pushed to it. */
export interface TarReader {
  write(chunk: Buffer): void;
  /** Throws when the archive is cut short. */
  end(): void;
}

/** Headers that describe the member that follows (or, `g`, all that follow). */
const DESCRIBING = ["x", "g", "L", "K"];
const DESCRIPTION_BYTES_MAX = 1024 * 1024;
const HEADERS_MAX = 100_000;

/**
 * Reads a tar as its bytes come. Stricter than the libraries: those differ on what follows the first empty block, on
 * sparse files and on doubled names, so that one archive means different files to different installers; here each of
 * these is refused, as are devices and pipes (PEP 721). Memory stays constant but for the records of one member.
 */
export function openTar(onMember: (member: TarMember) => TakeContent | null): TarReader {
  let headers = 0;
  let records = NO_RECORDS;
  const frames = openFrames((block) => {
    headers += 1;
    if (headers > HEADERS_MAX) throw broken(`it has more than the ${HEADERS_MAX} members allowed`);
    const header = parseHeader(block);
    if (!DESCRIBING.includes(header.type)) {
      const member = toMember(header, records);
      records = NO_RECORDS;
      return { sizeBytes: member.sizeBytes, take: onMember(member), end: null };
    }
    if (header.sizeBytes > DESCRIPTION_BYTES_MAX) throw broken("a name or record in it is too long");
    const parts: Buffer[] = [];
    return {
      sizeBytes: header.sizeBytes,
      take: (chunk) => parts.push(chunk),
      end: () => {
        records = withRecords(records, header, Buffer.concat(parts));
      },
    };
  });
  return {
    write: frames.write,
    end() {
      // Some writers leave out the empty blocks at the end, so a member that is whole may be the last thing.
      if (!frames.isWhole() || hasRecords(records)) throw broken("its tar archive is cut short");
      if (headers === 0) throw broken("its tar archive is empty");
    },
  };
}

/** What follows a header block. */
interface Frame {
  readonly sizeBytes: number;
  readonly take: TakeContent | null;
  /** Called after the last byte of the content, also when there is none. */
  readonly end: (() => void) | null;
}

/** Cuts a tar into header blocks and contents, and sees that nothing follows the first empty block. */
function openFrames(onHeader: (block: Buffer) => Frame): { write(chunk: Buffer): void; isWhole(): boolean } {
  let pending: Buffer = Buffer.alloc(0);
  let frame: Frame | null = null;
  let contentLeft = 0;
  let paddingLeft = 0;
  let isAtEnd = false;

  const begin = (block: Buffer): void => {
    isAtEnd = isZero(block);
    if (isAtEnd) return;
    frame = onHeader(block);
    contentLeft = frame.sizeBytes;
    paddingLeft = (BLOCK_BYTES - (contentLeft % BLOCK_BYTES)) % BLOCK_BYTES;
    if (contentLeft === 0) frame.end?.();
  };
  /** Uses up a part of what is left and says how much. */
  const step = (rest: Buffer): number => {
    if (contentLeft > 0) {
      const part = rest.subarray(0, contentLeft);
      frame?.take?.(part);
      contentLeft -= part.byteLength;
      if (contentLeft === 0) frame?.end?.();
      return part.byteLength;
    }
    if (paddingLeft > 0) {
      const skipped = Math.min(paddingLeft, rest.byteLength);
      paddingLeft -= skipped;
      return skipped;
    }
    const part = rest.subarray(0, BLOCK_BYTES - pending.byteLength);
    pending = pending.byteLength === 0 ? part : Buffer.concat([pending, part]);
    if (pending.byteLength === BLOCK_BYTES) {
      const block = pending;
      pending = Buffer.alloc(0);
      begin(block);
    }
    return part.byteLength;
  };

  return {
    write(chunk) {
      let at = 0;
      while (at < chunk.byteLength && !isAtEnd) at += step(chunk.subarray(at));
      if (at < chunk.byteLength && !isZero(chunk.subarray(at))) throw broken("there is data after its end");
    },
    isWhole: () => contentLeft === 0 && pending.byteLength === 0,
  };
}

const ZEROS = Buffer.alloc(64 * 1024);

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.byteLength; at += ZEROS.byteLength) {
    const part = bytes.subarray(at, at + ZEROS.byteLength);
    if (part.compare(ZEROS, 0, part.byteLength) !== 0) return false;
  }
  return true;
}
