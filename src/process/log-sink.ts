import { writeSync } from "node:fs";
import type { LogSink } from "./log.ts";

/** Lines are collected at most so long, and about so much of them, before they are written. */
const FLUSH_EVERY_MS = 100;
const COLLECTED_LENGTH = 15 * 1024;
/** A reader of our output that stands still must not make us grow: what is beyond this is dropped. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
/** So soon a full pipe is tried again. */
const RETRY_MS = 50;
/** Last words wait so long for a reader that stands still, and no longer. */
const LAST_WORDS_MS_MAX = 500;

/** To a terminal: whatever one turn of the event loop brings is written at its end. */
export function terminalSink(write: (text: string) => void): LogSink {
  let collected = "";
  let isScheduled = false;
  function flush(): void {
    isScheduled = false;
    const text = collected;
    collected = "";
    if (text !== "") write(text);
  }
  return {
    write(text) {
      collected += text;
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(flush);
    },
    flush,
  };
}

/**
 * To a pipe, a socket or a file, in large pieces. Node made the first two non-blocking when `process.stdout` was first
 * looked at, so a write takes no longer than copying, and one that is full says so. A log that cannot be written keeps
 * nobody: with its reader gone (EPIPE) the server goes on without, and a reader that stands still misses lines.
 */
export function fileSink(fileDescriptor: number, write: WriteBytes = writeSync): LogSink {
  let collected = "";
  let timer: NodeJS.Timeout | null = null;
  let waiting: Buffer = Buffer.alloc(0);
  let isBroken = false;

  function handOn(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const piece = Buffer.from(collected);
    collected = "";
    if (isBroken) return;
    if (waiting.length + piece.length <= WAITING_BYTES_MAX) waiting = Buffer.concat([waiting, piece]);
    writeWaiting();
    if (waiting.length > 0) timer = setTimeout(handOn, RETRY_MS).unref();
  }

  /** As much as is taken now. */
  function writeWaiting(): void {
    try {
      while (waiting.length > 0) waiting = waiting.subarray(write(fileDescriptor, waiting));
    } catch (error) {
      if (isFull(error)) return;
      isBroken = true;
      waiting = Buffer.alloc(0);
    }
  }

  return {
    write(text) {
      if (isBroken) return;
      collected += text;
      // While a full pipe is tried again all the others wait for that.
      if (collected.length >= COLLECTED_LENGTH && waiting.length === 0) handOn();
      else timer ??= setTimeout(handOn, FLUSH_EVERY_MS).unref();
    },
    flush() {
      handOn();
      for (let waited = 0; waiting.length > 0 && waited < LAST_WORDS_MS_MAX; waited += RETRY_MS) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
        writeWaiting();
      }
    },
  };
}

/** Returns how many of the bytes were taken. */
type WriteBytes = (fileDescriptor: number, bytes: Buffer) => number;

/** Later there may be room, in the pipe or on the disk. */
function isFull(error: unknown): boolean {
  return ["EAGAIN", "EBUSY", "EINTR", "ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
}
