/** Wishes as they are put down, day by day. Pure. */

import type { Wish, WishKind, WishLimits } from "../api/types";
import { addDays, type WallDate } from "../rota/zoneTime";

export type Wishes = ReadonlyMap<WallDate, WishKind>;

export const KINDS: readonly WishKind[] = ["want", "rather_not", "impossible"];
/** What stands for each kind where there is no room for words, beside its colour; labels say it in words. */
export const MARKS: Readonly<Record<WishKind, string>> = { want: "+", rather_not: "−", impossible: "×" };

export const wishesOf = (list: readonly Wish[]): Wishes => new Map(list.map(({ day, kind }) => [day, kind]));

export const listOf = (wishes: Wishes): Wish[] => [...wishes].map(([day, kind]) => ({ day, kind })).toSorted((a, b) => (a.day < b.day ? -1 : 1));

/** How many more of that kind there may be. */
export function left(wishes: Wishes, limits: WishLimits, kind: WishKind): number {
  return Math.max(0, limits[kind] - [...wishes.values()].filter((each) => each === kind).length);
}

export const daysFrom = (a: WallDate, b: WallDate): WallDate[] => {
  const [first, last] = a < b ? [a, b] : [b, a];
  const days: WallDate[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
};

/**
 * With these days put down as `kind`; undefined takes them away, and so does a single day that is of the kind already.
 * Nothing where that would be more than the limit.
 */
export function put(wishes: Wishes, limits: WishLimits, days: readonly WallDate[], kind: WishKind | undefined): Wishes | undefined {
  const only = days.length === 1 ? days[0] : undefined;
  const next = new Map(wishes);
  const isTakenBack = kind === undefined || (only !== undefined && wishes.get(only) === kind);
  for (const day of days) isTakenBack ? next.delete(day) : next.set(day, kind);
  const isFull = kind !== undefined && [...next.values()].filter((each) => each === kind).length > limits[kind];
  return isFull ? undefined : next;
}

/** Weeks from Monday on, with the days of no month left out. */
export function weeksOf(days: readonly WallDate[], weekdayOf: (day: WallDate) => number): (WallDate | undefined)[][] {
  const first = days[0];
  if (first === undefined) return [];
  const cells: (WallDate | undefined)[] = [...Array.from<undefined>({ length: weekdayOf(first) - 1 }), ...days];
  const weeks: (WallDate | undefined)[][] = [];
  for (let at = 0; at < cells.length; at += 7) weeks.push([...cells.slice(at, at + 7), ...Array.from<undefined>({ length: Math.max(0, at + 7 - cells.length) })]);
  return weeks;
}
