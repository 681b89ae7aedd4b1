/** Periods of a report, in the zone of the services. Pure; told the time. */

import { addDays, firstOf, instantOf, monthOf, shiftMonth, wallOf } from "../rota/zoneTime";

export type Preset = "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_year" | "free";
export const PRESETS: readonly Preset[] = ["this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year", "free"];

/** Whole days, both inclusive: `2026-11-01`. */
export interface Days {
  first: string;
  last: string;
}

/** What a preset means today. */
export function daysOfPreset(preset: Exclude<Preset, "free">, now: number, zone: string): Days {
  const today = monthOf(wallOf(now, zone));
  const quarter = { year: today.year, month: today.month - ((today.month - 1) % 3) };
  const year = { year: today.year, month: 1 };
  const [from, months] = {
    this_month: [today, 1],
    last_month: [shiftMonth(today, -1), 1],
    this_quarter: [quarter, 3],
    last_quarter: [shiftMonth(quarter, -3), 3],
    this_year: [year, 12],
    last_year: [shiftMonth(year, -12), 12],
  }[preset] as [typeof today, number];
  return { first: firstOf(from), last: addDays(firstOf(shiftMonth(from, months)), -1) };
}

/** From the beginning of the first day to the end of the last; `null` when that is no time. */
export function spanOf({ first, last }: Days, zone: string): { from: number; until: number } | null {
  if (!isDate(first) || !isDate(last) || last < first) return null;
  const span = { from: instantOf(`${first}T00:00:00`, zone), until: instantOf(`${addDays(last, 1)}T00:00:00`, zone) };
  // Five years are what the server takes.
  return span.until - span.from <= 5 * 366 * 86_400_000 ? span : null;
}

const isDate = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
