/**
 * Wall time in an IANA zone, whatever zone the browser is in. Pure. A wall time is text as the broker has it,
 * `2026-10-25T08:00:00`: two of one zone compare as text.
 */

/** `2026-10-25`. */
export type WallDate = string;
/** `2026-10-25T08:00:00`. */
export type WallTime = string;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const digits = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
    format = new Intl.DateTimeFormat("en-CA", { ...digits, hourCycle: "h23", timeZone: zone });
    formats.set(zone, format);
  }
  return format;
}

/** What the clock on the wall shows. */
export function wallOf(at: number, zone: string): WallTime {
  const parts = new Map(formatOf(zone).formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? "00";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}`;
}

/** Wall time as if it were UTC: for arithmetic that knows no zone. */
function plain(wall: WallTime): number {
  return Date.parse(`${wall}Z`);
}

const text = (at: number): WallTime => new Date(at).toISOString().slice(0, 19);

/** When the clock shows that for the first time; of a time that it skips, the moment of the change or shortly after. */
export function instantOf(wall: WallTime, zone: string): number {
  const wanted = plain(wall);
  const offset = (at: number) => plain(wallOf(at, zone)) - at;
  // The offset a day before and a day after: one of them holds, or both are possible and the earlier moment counts.
  const tries = [offset(wanted - 86_400_000), offset(wanted + 86_400_000)].map((each) => wanted - each).sort((a, b) => a - b);
  return tries.find((at) => wallOf(at, zone) === wall) ?? Math.max(...tries);
}

export function addMinutes(wall: WallTime, minutes: number): WallTime {
  return text(plain(wall) + minutes * 60_000);
}

export function addDays(date: WallDate, days: number): WallDate {
  return text(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).slice(0, 10);
}

/** Days from `from` to `until` with their parts, by the clock on the wall. */
export function daysBetween(from: WallTime, until: WallTime): number {
  return (plain(until) - plain(from)) / 86_400_000;
}

export interface Month {
  readonly year: number;
  /** From 1. */
  readonly month: number;
}

export function monthOf(wall: WallTime): Month {
  return { year: Number(wall.slice(0, 4)), month: Number(wall.slice(5, 7)) };
}

export function shiftMonth({ year, month }: Month, by: number): Month {
  const at = year * 12 + (month - 1) + by;
  return { year: Math.floor(at / 12), month: (((at % 12) + 12) % 12) + 1 };
}

const two = (n: number) => String(n).padStart(2, "0");

export function firstOf({ year, month }: Month): WallDate {
  return `${year}-${two(month)}-01`;
}

/** Every day of the month. */
export function daysOf(month: Month): WallDate[] {
  const first = firstOf(month);
  const next = firstOf(shiftMonth(month, 1));
  const days: WallDate[] = [];
  for (let day = first; day < next; day = addDays(day, 1)) days.push(day);
  return days;
}

/** From 1, Monday, to 7 (ISO 8601). */
export function weekdayOf(date: WallDate): number {
  return ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
}

/** A date in the reader's language; `zone` plays no part. */
export function formatDate(date: WallDate, locale: string, style: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...style, timeZone: "UTC" }).format(Date.parse(`${date}T00:00:00Z`));
}

/** `Mo 02.11. 08:00`. */
export function formatWall(wall: WallTime, locale: string): string {
  const style = { weekday: "short", day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(locale, style).format(plain(wall));
}
