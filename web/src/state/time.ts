/** Clocks as text; pure. All instants and spans are milliseconds. */

const two = (n: number) => String(n).padStart(2, "0");

/** A running clock: `7:04`, `1:07:04`; never negative. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Whole seconds left until `until`, rounded up so that 0 means over; never negative. */
export function secondsLeft(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

/** ISO 8601 duration for `<time datetime>`. */
export function isoDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `PT${Math.floor(seconds / 3600)}H${Math.floor((seconds % 3600) / 60)}M${seconds % 60}S`;
}

/** Wall time; with the date (and weekday) unless it is today. `zone` is the reader's own when absent. */
export function formatInstant(at: number, now: number, locale: string, zone?: string): string {
  const inZone = zone === undefined ? {} : { timeZone: zone };
  const day = new Intl.DateTimeFormat("en-CA", { ...inZone, dateStyle: "short" });
  const sameDay = day.format(at) === day.format(now);
  return new Intl.DateTimeFormat(locale, {
    ...inZone,
    hour: "2-digit",
    minute: "2-digit",
    ...(sameDay ? {} : { weekday: "short", day: "2-digit", month: "2-digit" }),
  }).format(at);
}

/** Wall time with seconds, for timelines. */
export function formatSecond(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);
}

/** Whole minutes until `at`, rounded to the nearest; negative when it has passed. */
export function minutesUntil(at: number, now: number): number {
  return Math.round((at - now) / 60_000);
}

/** Value of `<input type="datetime-local">` in the reader's zone. */
export function toLocalInput(at: number): string {
  const date = new Date(at);
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}` +
    `T${two(date.getHours())}:${two(date.getMinutes())}`
  );
}

/** The instant of such a value; `null` for an empty or unreadable one. */
export function fromLocalInput(value: string): number | null {
  if (value === "") return null;
  const at = new Date(value).getTime();
  return Number.isNaN(at) ? null : at;
}

/** `20261103` (DICOM DA) as a date of `locale`; unreadable values come back as they are. */
export function formatDicomDate(value: string, locale: string): string {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(value);
  if (!match) return value;
  const at = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(at);
}
