import type { Instant } from "#core";
import type { RequestRecord } from "#http";
import { noteJson, requestJson } from "./log-json.ts";
import { noteLine, requestLine } from "./log-lines.ts";

export const LEVELS = ["error", "warn", "info", "debug"] as const;
export type Level = (typeof LEVELS)[number];

/** What happened, for those who look after the server. No line holds a secret. */
export interface Log {
  /** One line for each answered request: `info`, or `error` when something of ours failed. */
  request(record: RequestRecord): void;
  note(level: Level, message: string, facts?: LogFacts, cause?: unknown): void;
  /** Hands on what is collected; afterwards the process may end. */
  flush(): void;
}

export type LogFacts = Readonly<Record<string, string | number | boolean | null>>;

/** Where lines go. A line is collected and written with others: a write for each would cost more than the request. */
export interface LogSink {
  write(text: string): void;
  flush(): void;
}

export interface LogOptions {
  readonly format: "human" | "json";
  readonly level: Level;
  readonly sink: LogSink;
  /** With colours, for a terminal that has them. */
  readonly isColoured: boolean;
  readonly now: () => Instant;
}

/** Opens the log in its format; lines below its level are not made. */
export function openLog(options: LogOptions): Log {
  return options.format === "human" ? humanLog(options) : jsonLog(options);
}

function humanLog({ level, sink, isColoured, now }: LogOptions): Log {
  const shows = showing(level);
  return {
    request(record) {
      if (shows(levelOf(record))) sink.write(requestLine(record, isColoured));
    },
    note(asked, message, facts = {}, cause) {
      if (shows(asked)) sink.write(noteLine({ at: now(), level: asked, message, facts, cause }, isColoured));
    },
    flush: sink.flush,
  };
}

function jsonLog({ level, sink, now }: LogOptions): Log {
  const shows = showing(level);
  return {
    request(record) {
      const itsLevel = levelOf(record);
      if (shows(itsLevel)) sink.write(requestJson(record, itsLevel));
    },
    note(asked, message, facts = {}, cause) {
      if (shows(asked)) sink.write(noteJson({ at: now(), level: asked, message, facts, cause }));
    },
    flush: sink.flush,
  };
}

function showing(level: Level): (asked: Level) => boolean {
  return (asked) => LEVELS.indexOf(asked) <= LEVELS.indexOf(level);
}

function levelOf({ status, cause }: RequestRecord): Level {
  return status >= 500 || cause !== undefined ? "error" : "info";
}
