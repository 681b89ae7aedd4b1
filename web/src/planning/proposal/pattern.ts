/** Which duties a month has: by a usual pattern, or as the layers of the rota cut it. Pure, in wall time. */

import type { DutyKind, DutyLevel, DutyWindow, RotaLayer, RotaPlan, TurnLength } from "../../api/types";
import { addDays, addMinutes, daysBetween, weekdayOf, type WallDate, type WallTime } from "../../rota/zoneTime";
import { minutes, type Part, type Shift } from "./model";

/**
 * `layers`: as the rota's layers hand over. `daily`: 24 hours. `weekly`: from Monday to Monday. `nights`: on weekdays from
 * 17:00 to the next hand-over, on weekends and holidays 24 hours.
 */
export type Pattern = "layers" | "daily" | "weekly" | "nights";
export const PATTERNS: readonly Pattern[] = ["layers", "daily", "weekly", "nights"];

/** When the duty of nights begins on a weekday. */
const EVENING = "17:00:00";

interface Month {
  /** Its days. */
  readonly days: readonly WallDate[];
  readonly holidays: ReadonlySet<WallDate>;
  /** Time of day. */
  readonly handOver: string;
}

/** Duties that begin within the month, by their begin. */
export function shiftsOf(pattern: Pattern, level: DutyLevel, plan: RotaPlan, month: Month): Shift[] {
  if (pattern === "layers") return ofLayers(plan, level, month);
  const kind = kindOf(plan, level);
  const one = (from: WallTime, until: WallTime): Shift => ({ level, kind, parts: [{ from, until }] });
  const { days, holidays, handOver } = month;
  if (pattern === "weekly") {
    // The week that the month begins in is of the month before.
    const mondays = days.filter((day) => weekdayOf(day) === 1);
    return mondays.map((day) => one(`${day}T${handOver}`, `${addDays(day, 7)}T${handOver}`));
  }
  const isFree = (day: WallDate) => weekdayOf(day) > 5 || holidays.has(day);
  return days.map((day) => one(`${day}T${pattern === "nights" && !isFree(day) ? EVENING : handOver}`, `${addDays(day, 1)}T${handOver}`));
}

function kindOf({ layers }: RotaPlan, level: DutyLevel): DutyKind {
  return layers.findLast((layer) => layer.level === level)?.kind ?? "on_call";
}

/** Each turn of a layer is one duty, with all of its windows; what a later layer has is taken out of the earlier ones. */
function ofLayers({ layers }: RotaPlan, level: DutyLevel, { days, holidays }: Month): Shift[] {
  const first = `${days[0]}T00:00:00`;
  const last = `${addDays(days.at(-1) ?? "", 1)}T00:00:00`;
  let covered: Part[] = [];
  const shifts: Shift[] = [];
  for (const layer of layers.filter((each) => each.level === level && each.people.length > 0).toReversed()) {
    const turns = turnsOf(layer, first, last).map((turn) => within(turn, layer, holidays));
    for (const parts of turns.map((turn) => turn.flatMap((part) => outside(part, covered)))) {
      const begin = parts[0]?.from;
      if (begin && begin >= first && begin < last) shifts.push({ level, kind: layer.kind ?? "on_call", parts });
    }
    covered = [...covered, ...turns.flat()];
  }
  return shifts.toSorted((a, b) => ((a.parts[0]?.from ?? "") < (b.parts[0]?.from ?? "") ? -1 : 1));
}

/** The turns that touch the stretch, whole. */
export function turnsOf({ start, end, turn }: RotaLayer, from: WallTime, until: WallTime): Part[] {
  const lengths = hoursOf(turn);
  const round = lengths.reduce((sum, each) => sum + each, 0) * 60;
  if (!(round > 0)) return [];
  const turns: Part[] = [];
  const rounds = Math.max(0, Math.floor((minutes(from) - minutes(start)) / round));
  let at = addMinutes(start, rounds * round);
  for (let n = 0; at < until && !(end && end <= at); n++) {
    const next = addMinutes(at, (lengths[n % lengths.length] ?? 24) * 60);
    const ends = end && end < next ? end : next;
    if (ends > from) turns.push({ from: at, until: ends });
    at = next;
  }
  return turns;
}

export function hoursOf(turn: TurnLength): readonly number[] {
  const unit = { hours: 1, days: 24, weeks: 168 };
  return turn.unit === "cycle" ? turn.n.map((n) => Math.max(1, n)) : [Math.max(1, turn.n) * unit[turn.unit]];
}

/** The parts of a turn that lie in the layer's windows. */
function within(turn: Part, { windows = [] }: RotaLayer, holidays: ReadonlySet<WallDate>): Part[] {
  if (windows.length === 0) return [turn];
  const parts: Part[] = [];
  for (let day = addDays(turn.from.slice(0, 10), -1); `${day}T00:00:00` < turn.until; day = addDays(day, 1))
    for (const window of windows.filter((each) => beginsOn(each, day, holidays.has(day)))) {
      const from = `${day}T${window.from}`;
      const until = `${window.until > window.from ? day : addDays(day, 1)}T${window.until}`;
      const part = { from: from > turn.from ? from : turn.from, until: until < turn.until ? until : turn.until };
      if (part.from < part.until) parts.push(part);
    }
  return joined(parts);
}

function beginsOn({ days, on_holidays, weeks }: DutyWindow, day: WallDate, isHoliday: boolean): boolean {
  const isWeekday = days.includes(weekdayOf(day));
  const rule = on_holidays ?? "as_weekday";
  const isDay = rule === "also" ? isWeekday || isHoliday : isWeekday && !(rule === "not" && isHoliday);
  if (!isDay || !weeks) return isDay;
  const monday = (date: WallDate) => addDays(date, 1 - weekdayOf(date));
  const since = daysBetween(`${monday(weeks.from)}T00:00:00`, `${monday(day)}T00:00:00`) / 7;
  const every = Math.max(1, weeks.every);
  return ((since % every) + every) % every === 0;
}

function joined(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = result.at(-1);
    if (last && part.from <= last.until) result[result.length - 1] = { from: last.from, until: last.until > part.until ? last.until : part.until };
    else result.push(part);
  }
  return result;
}

/** What of it lies outside of these. */
export function outside(part: Part, covered: readonly Part[]): Part[] {
  return covered.reduce<Part[]>(
    (left, { from, until }) =>
      left.flatMap((each) =>
        each.until <= from || each.from >= until
          ? [each]
          : [{ from: each.from, until: from }, { from: until, until: each.until }].filter((rest) => rest.from < rest.until),
      ),
    [part],
  );
}
