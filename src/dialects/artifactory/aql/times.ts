import type { Instant } from "#core";

const SECOND = 1000;
const DAY = 86_400 * SECOND;

/** Artifactory's words for periods; months and years by the calendar's average would surprise nobody less. */
const UNITS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ms: 1,
    millis: 1,
    mills: 1,
    milliseconds: 1,
    s: SECOND,
    second: SECOND,
    seconds: SECOND,
    minute: 60 * SECOND,
    minutes: 60 * SECOND,
    h: 3600 * SECOND,
    hour: 3600 * SECOND,
    hours: 3600 * SECOND,
    d: DAY,
    day: DAY,
    days: DAY,
    w: 7 * DAY,
    week: 7 * DAY,
    weeks: 7 * DAY,
  }),
);
const MONTHS: ReadonlyMap<string, number> = new Map(
  Object.entries({ mo: 1, month: 1, months: 1, y: 12, year: 12, years: 12 }),
);

const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** `2d`, `3w`, `1mo`, `5minutes`: that long before now; `null`: it is no period. */
export function timeBefore(period: string, now: Instant): Instant | null {
  const [, digits = "", unit = ""] = /^(\d{1,9})\s*([a-z]+)$/i.exec(period.trim()) ?? [];
  const count = Number(digits);
  const milliseconds = UNITS.get(unit.toLowerCase());
  if (milliseconds !== undefined) return (now - count * milliseconds) as Instant;
  const months = MONTHS.get(unit.toLowerCase());
  if (months === undefined) return null;
  const date = new Date(now);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - count * months);
  // A month before the 31st of March is the last of February.
  date.setUTCDate(Math.min(day, new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()));
  // So long ago that no calendar goes there is before everything.
  return (Number.isNaN(date.getTime()) ? 0 : date.getTime()) as Instant;
}

/** A date, or a date and time, by ISO 8601; without a zone it is UTC. `null`: it is none. */
export function timeOf(text: string): Instant | null {
  const [, day, time = "00:00", zone = "Z"] = DATE.exec(text.trim()) ?? [];
  if (day === undefined) return null;
  const colonZone = zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours: string, minutes = "00") => `${hours}:${minutes}`);
  const at = Date.parse(`${day}T${time.replace(",", ".").replace(/(\.\d{3})\d+$/, "$1")}${colonZone.toUpperCase()}`);
  return Number.isNaN(at) ? null : (at as Instant);
}
