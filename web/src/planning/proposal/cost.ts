/** What a proposal costs: every preference has a price, in points. The program (`program.ts`) minimises exactly this. Pure. */

import { addDays, weekdayOf, type WallDate } from "../../rota/zoneTime";
import type { Assignment, Candidate, Instance } from "./model";

/** In points. Only their ratios count. */
export const PRICES = {
  /** A duty on a day on which somebody would rather have none, or is left out where they would like one. */
  wish: 10,
  /** Each mean duty that somebody is off their even share, up to half a one: that much nobody can avoid. */
  near: 4,
  /** And beyond it. More lets evenness override wishes, less lets the same people do it always. */
  far: 16,
  /** Each day of a weekend or holiday off the even share. */
  free: 6,
  /** A weekend whose days are of two people; half of it for each of them. Less, and evenness tears weekends apart. */
  split: 24,
  /** Each further duty within a stretch of the days that are preferred between two, at each place of that stretch. */
  spacing: 2,
  /** A duty that stays open: more than all else together can be, so that none is left open for a preference. */
  open: { primary: 40_000, secondary: 20_000, backup: 10_000 },
} as const;

/** Points by what they are for. */
export interface Terms {
  readonly open: number;
  readonly wish: number;
  readonly even: number;
  readonly free: number;
  readonly split: number;
  readonly spacing: number;
}

export type Term = keyof Terms;
export const TERMS: readonly Term[] = ["open", "wish", "even", "free", "split", "spacing"];

export const total = (terms: Terms): number => TERMS.reduce((sum, term) => sum + terms[term], 0);

/** Points of the wishes of one person for one shift: below zero where it is wanted. */
export function wishPrice({ people, duties }: Instance, person: number, shift: number): number {
  const wishes = people[person]?.wishes;
  const points = { want: -PRICES.wish, rather_not: PRICES.wish, impossible: 0 };
  return (duties[shift]?.days ?? []).reduce((sum, day) => sum + (wishes?.has(day) ? points[wishes.get(day) ?? "impossible"] : 0), 0);
}

/** What would be each person's, over the months before and this one. */
export function shares({ people, duties }: Instance): { hours: number; free: number }[] {
  const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
  const parts = sum(people.map(({ part }) => part));
  const partsBefore = sum(people.map(({ partBefore }) => partBefore));
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0);
  const of = (key: "hours" | "free") => {
    const now = sum(duties.map(({ burden }) => burden[key])) + sum(people.map(({ already }) => already[key]));
    const before = sum(people.map(({ before }) => before[key]));
    return people.map((person) => now * share(person.part, parts) + before * share(person.partBefore, partsBefore));
  };
  const [hours, free] = [of("hours"), of("free")];
  return people.map((_, n) => ({ hours: hours[n] ?? 0, free: free[n] ?? 0 }));
}

/** What somebody bears whatever is proposed. */
export const anyway = (person: Candidate | undefined, key: "hours" | "free"): number => (person ? person.before[key] + person.already[key] : 0);

/** Weighted hours of a mean duty: the unit of evenness, so that weeks and nights are priced alike. */
export function meanDuty({ duties }: Instance): number {
  return duties.length > 0 ? duties.reduce((sum, { burden }) => sum + burden.hours, 0) / duties.length : 1;
}

/** Pairs of shifts of one level that are the Saturday and the Sunday of one weekend. */
export function weekends({ duties }: Instance): { saturday: number; sunday: number }[] {
  const beginsOn = (days: readonly WallDate[], weekday: number) => days.length === 1 && weekdayOf(days[0] ?? "") === weekday;
  return duties
    .filter(({ days }) => beginsOn(days, 6))
    .flatMap((saturday) => {
      const next = addDays(saturday.days[0] ?? "", 1);
      const sunday = duties.find(({ level, days }) => level === saturday.level && days.length === 1 && days[0] === next);
      return sunday ? [{ saturday: saturday.index, sunday: sunday.index }] : [];
    });
}

/** Points of being that many mean duties off the even share. */
export function evenPrice(off: number): number {
  const far = Math.max(0, Math.abs(off) - 0.5);
  return PRICES.near * (Math.abs(off) - far) + PRICES.far * far;
}

export function cost(instance: Instance, assignment: Assignment): Terms {
  const { people, duties } = instance;
  const unit = meanDuty(instance);
  const even = shares(instance);
  const own = people.map((_, person) => duties.filter(({ index }) => assignment[index] === person));
  const sum = <T>(of: readonly T[], price: (each: T, n: number) => number) => of.reduce((points, each, n) => points + price(each, n), 0);
  const off = (key: "hours" | "free", n: number) => sum(own[n] ?? [], ({ burden }) => burden[key]) + anyway(people[n], key) - (even[n]?.[key] ?? 0);
  return {
    open: sum(duties, ({ level, index }) => (assignment[index] === undefined ? PRICES.open[level] : 0)),
    wish: sum(assignment, (person, shift) => (person === undefined ? 0 : wishPrice(instance, person, shift))),
    even: sum(people, (_, n) => evenPrice(off("hours", n) / unit)),
    free: sum(people, (_, n) => PRICES.free * Math.abs(off("free", n))),
    split: sum(weekends(instance), ({ saturday, sunday }) => {
      const [a, b] = [assignment[saturday], assignment[sunday]];
      return a === b ? 0 : (PRICES.split / 2) * [a, b].filter((each) => each !== undefined).length;
    }),
    spacing: sum(people, (_, person) => crowded(instance, assignment, person)),
  };
}

function crowded({ near }: Instance, assignment: Assignment, person: number): number {
  return near.reduce((points, { shifts, fixed }) => {
    const own = shifts.filter(({ index }) => assignment[index] === person).length;
    // What is fixed is crowded without any proposal as well.
    const anyway = fixed[person]?.duties ?? 0;
    return points + PRICES.spacing * (Math.max(0, own + anyway - 1) - Math.max(0, anyway - 1));
  }, 0);
}
