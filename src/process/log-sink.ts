import sonicBoom from "sonic-boom";
import type { LogSink } from "./log.ts";

/** Lines are collected at most so long, and at most so many bytes of them, before they are written. */
const FLUSH_EVERY_MS = 100;
const COLLECTED_BYTES = 15 * 1024;
/** A reader of our output that stands still must not make us grow: what is beyond this is dropped. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;

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

/** To a pipe or a file, in large pieces and off the main thread. */
export function fileSink(fileDescriptor: number): LogSink {
  const sink = new sonicBoom.SonicBoom({
    fd: fileDescriptor,
    sync: false,
    minLength: COLLECTED_BYTES,
    maxLength: WAITING_BYTES_MAX,
    periodicFlush: FLUSH_EVERY_MS,
  });
  // The reader has gone away (EPIPE): the server goes on without its log.
  sink.on("error", () => {});
  return {
    write: (text) => void sink.write(text),
    flush() {
      try {
        sink.flushSync();
      } catch {
        // Nobody reads any more, or nothing was opened yet; there is nobody to tell.
      }
    },
  };
}
