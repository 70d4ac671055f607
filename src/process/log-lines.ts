import type { Instant } from "#core";
import type { RequestRecord } from "#http";
import type { Level } from "./log.ts";
import { type CauseFacts, describeCause, type Note } from "./log-note.ts";

/** Lines of the log for people; pure. */

const COLOURS = { red: 31, green: 32, yellow: 33, cyan: 36, grey: 90 } as const;
type Colour = keyof typeof COLOURS;
const LEVEL_COLOURS: Readonly<Record<Level, Colour>> = { error: "red", warn: "yellow", info: "green", debug: "grey" };

export function requestLine(record: RequestRecord, isColoured: boolean): string {
  const paint = painter(isColoured);
  const { at, method, path, status, milliseconds, sentBytes, principal, remoteAddress, cause } = record;
  const colour: Colour = status >= 500 ? "red" : status >= 400 ? "yellow" : "green";
  const line = [
    paint("grey", clock(at)),
    paint(colour, String(status)),
    method.padEnd(4),
    printable(path),
    paint("grey", `${duration(milliseconds)} ${size(sentBytes)} ${printable(principal) || "-"} ${remoteAddress}`),
  ].join(" ");
  return `${line}\n${cause === undefined ? "" : indented(cause)}`;
}

export function noteLine(note: Note, isColoured: boolean): string {
  const paint = painter(isColoured);
  const facts = Object.entries(note.facts).map(([name, value]) => ` ${name}=${printable(String(value))}`);
  const level = note.level === "info" ? "" : `${paint(LEVEL_COLOURS[note.level], note.level)} `;
  const line = `${paint("grey", clock(note.at))} ${level}${printable(note.message)}${paint("grey", facts.join(""))}\n`;
  return note.cause === undefined ? line : line + indented(note.cause);
}

function indented(cause: unknown): string {
  const lines: string[] = [];
  for (let facts: CauseFacts | null = describeCause(cause); facts !== null; facts = facts.cause) {
    lines.push(...(facts.stack ?? `${facts.type}: ${facts.message}`).split("\n"));
    if (facts.cause !== null) lines.push("because of");
  }
  return lines.map((line) => `    ${printable(line)}\n`).join("");
}

function painter(isColoured: boolean): (colour: Colour, text: string) => string {
  return (colour, text) => (isColoured && text !== "" ? `\x1b[${COLOURS[colour]}m${text}\x1b[39m` : text);
}

/** Control characters in a path must not move the reader's terminal. */
function printable(text: string): string {
  return text.replace(
    /[\x00-\x1f\x7f-\x9f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

function clock(at: Instant): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
