import sonicBoom from "sonic-boom";
import type { LogSink } from "./log.ts";

/** Lines are collected at most so long, and about so much of them, before they are written. */
const FLUSH_EVERY_MS = 100;
const COLLECTED_LENGTH = 15 * 1024;
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
  const sink = new sonicBoom.SonicBoom({ fd: fileDescriptor, sync: false, maxLength: WAITING_BYTES_MAX });
  // The reader has gone away (EPIPE): the server goes on without its log.
  sink.on("error", () => {});
  // Collected here: SonicBoom would count the bytes of all that waits anew for every line.
  let collected = "";
  let timer: NodeJS.Timeout | null = null;
  function handOn(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const text = collected;
    collected = "";
    if (text !== "") sink.write(text);
  }
  return {
    write(text) {
      collected += text;
      if (collected.length >= COLLECTED_LENGTH) handOn();
      else timer ??= setTimeout(handOn, FLUSH_EVERY_MS).unref();
    },
    flush() {
      try {
        handOn();
        sink.flushSync();
      } catch {
        // Nobody reads any more, or nothing was opened yet; there is nobody to tell.
      }
    },
  };
}
