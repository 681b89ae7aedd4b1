/**
 * What a proposal is made of: duties to be filled, people who could, and the rules. Pure; wall times of one zone.
 *
 * Hard rules are never broken: where nobody is left a duty stays open. What is only preferred has a price (`cost.ts`), and
 * the proposal is what costs least (`program.ts`).
 */

import type { DutyKind, DutyLevel, PersonId, WishKind } from "../../api/types";
import { addDays, weekdayOf, type WallDate, type WallTime } from "../../rota/zoneTime";

export interface Part {
  readonly from: WallTime;
  readonly until: WallTime;
}

/** One person's from its first part to its last, such as the nights of one week. */
export interface Shift {
  readonly level: DutyLevel;
  readonly kind: DutyKind;
  readonly parts: readonly Part[];
}

export interface Candidate {
  readonly id: PersonId;
  readonly name: string;
  readonly isQualified: boolean;
  readonly hasContract: boolean;
  readonly away: readonly Part[];
  /** Duties elsewhere, or of a level that is not proposed. */
  readonly busy: readonly Part[];
  /** Duties of this service beside the month; they are not touched. */
  readonly fixed: readonly Shift[];
  readonly wishes: ReadonlyMap<WallDate, WishKind>;
  /** Of a whole share: 1, 0.5 for half a post. */
  readonly part: number;
  /** The same of the months before: newcomers owe what they were there for. */
  readonly partBefore: number;
  /** What was borne in these months. */
  readonly before: Burden;
  /** What is borne in this month anyway. */
  readonly already: Burden;
}

/** Weighted hours, and days of weekends and holidays. */
export interface Burden {
  readonly hours: number;
  readonly free: number;
}

export interface Rules {
  /** Most days of duty in a row. One duty may be longer. */
  readonly inARow: number;
  /** Hours between two duties in the house. */
  readonly rest: number;
  /** Days without duty between two that are preferred. */
  readonly spacing: number;
}

/** § 5 Abs. 1 ArbZG: eleven hours between work and work. Two days in a row are a weekend. */
export const RULES: Rules = { inARow: 2, rest: 11, spacing: 3 };

export interface Problem {
  readonly shifts: readonly Shift[];
  readonly people: readonly Candidate[];
  readonly holidays: ReadonlySet<WallDate>;
  readonly rules: Rules;
}

/** Who has each shift, as an index of `people`; undefined: it stays open. */
export type Assignment = readonly (number | undefined)[];

/** Why somebody cannot have a shift. */
export type Barrier = "unqualified" | "no_contract" | "away" | "busy" | "rest" | "impossible" | "in_a_row";

/** A shift with what is counted of it. */
export interface Duty extends Shift {
  readonly index: number;
  /** Days that it is a duty of: the one it begins on, and each of which it has more than {@link MORNING} hours. */
  readonly days: readonly WallDate[];
  readonly burden: Burden;
}

/** A duty until the next morning is none of that day, 08:00 at the latest. */
const MORNING = 8;

/** The problem with everything worked out that does not hang on who has what. */
export interface Instance extends Problem {
  readonly duties: readonly Duty[];
  /** By person and shift. */
  readonly barrier: readonly (readonly (Barrier | undefined)[])[];
  /** Shifts that one person cannot have both. */
  readonly clash: readonly ReadonlySet<number>[];
  /** What the rules allow in a row, or the longest duty, in days; and every stretch of one day more. */
  readonly inARow: number;
  readonly rows: readonly Stretch[];
  /** Every stretch of the days that are preferred between two duties, with one of these. */
  readonly near: readonly Stretch[];
}

/** Some days after each other that are looked at as a whole. */
export interface Stretch {
  /** Shifts with days in it, and how many. */
  readonly shifts: readonly { readonly index: number; readonly days: number }[];
  /** Days and duties that each person has in it anyway. */
  readonly fixed: readonly { readonly days: number; readonly duties: number }[];
}

export function prepare(problem: Problem): Instance {
  const { shifts, people, holidays, rules } = problem;
  const duties = shifts.map((shift, index) => dutyOf(shift, index, holidays));
  const clash = duties.map((a) => new Set(duties.filter((b) => a !== b && (overlap(a.parts, b.parts) || isShort(a, b, rules.rest))).map(({ index }) => index)));
  const barrier = people.map((person) => duties.map((duty) => barrierOf(person, duty, rules)));
  const inARow = Math.max(rules.inARow, ...duties.map(({ days }) => days.length));
  const fixed = people.map((person) => person.fixed.map((shift) => dutyOf(shift, 0, holidays).days));
  const rows = stretches(duties, fixed, inARow + 1);
  return { ...problem, duties, barrier, clash, inARow, rows, near: rules.spacing > 0 ? stretches(duties, fixed, rules.spacing + 1) : [] };
}

/** All stretches of that many days that have a day of a duty. */
function stretches(duties: readonly Duty[], fixed: readonly (readonly (readonly WallDate[])[])[], length: number): Stretch[] {
  const all = duties.flatMap(({ days }) => days).toSorted();
  const [first, last] = [all[0], all.at(-1)];
  const found: Stretch[] = [];
  if (!first || !last) return found;
  for (let from = addDays(first, 1 - length); from <= last; from = addDays(from, 1)) {
    const until = addDays(from, length - 1);
    const within = (days: readonly WallDate[]) => days.filter((day) => from <= day && day <= until).length;
    const shifts = duties.map(({ index, days }) => ({ index, days: within(days) })).filter(({ days }) => days > 0);
    const anyway = fixed.map((own) => own.map(within).filter((days) => days > 0));
    found.push({ shifts, fixed: anyway.map((days) => ({ days: days.reduce((sum, each) => sum + each, 0), duties: days.length })) });
  }
  return found;
}

export function dutyOf(shift: Shift, index: number, holidays: ReadonlySet<WallDate>): Duty {
  const days = new Map<WallDate, number>();
  let hours = 0;
  for (const { from, until } of shift.parts) {
    for (let day = from.slice(0, 10); `${day}T00:00:00` < until; day = addDays(day, 1)) {
      const [begin, end] = [minutes(`${day}T00:00:00`), minutes(`${addDays(day, 1)}T00:00:00`)];
      const on = common(minutes(from), minutes(until), begin, end);
      days.set(day, (days.get(day) ?? 0) + on / 60);
      const night = common(minutes(from), minutes(until), begin, begin + 6 * 60) + common(minutes(from), minutes(until), begin + 22 * 60, end);
      // As the broker weighs it (domain/rota/fairness.rs): half more by night, on a weekend, on a holiday, each.
      hours += (on + night / 2 + (weekdayOf(day) > 5 ? on / 2 : 0) + (holidays.has(day) ? on / 2 : 0)) / 60;
    }
  }
  const starts = new Set(shift.parts.map(({ from }) => from.slice(0, 10)));
  const counted = [...days].filter(([day, on]) => starts.has(day) || on > MORNING).map(([day]) => day);
  return { ...shift, index, days: counted.toSorted(), burden: { hours, free: counted.filter((day) => isFree(day, holidays)).length } };
}

export const isFree = (day: WallDate, holidays: ReadonlySet<WallDate>) => weekdayOf(day) > 5 || holidays.has(day);

function barrierOf(person: Candidate, duty: Duty, { rest }: Rules): Barrier | undefined {
  if (!person.isQualified) return "unqualified";
  if (!person.hasContract) return "no_contract";
  if (overlap(person.away, duty.parts)) return "away";
  if (overlap(person.busy, duty.parts) || person.fixed.some(({ parts }) => overlap(parts, duty.parts))) return "busy";
  if (duty.days.some((day) => person.wishes.get(day) === "impossible")) return "impossible";
  if (person.fixed.some((other) => isShort(other, duty, rest))) return "rest";
  return undefined;
}

/**
 * Both are in the house, with less than the rest between them: on call one rests while nobody calls (§ 5 Abs. 3 ArbZG).
 * As the broker judges it (domain/rota/conflicts.rs): what touches is one work, not two.
 */
function isShort(a: Shift, b: Shift, rest: number): boolean {
  if (a.kind === "on_call" || b.kind === "on_call") return false;
  const between = (x: Part, y: Part) => minutes(y.from) - minutes(x.until);
  const isMissing = (gap: number) => gap > 0 && gap < rest * 60;
  return a.parts.some((x) => b.parts.some((y) => isMissing(between(x, y)) || isMissing(between(y, x))));
}

export function overlap(a: readonly Part[], b: readonly Part[]): boolean {
  return a.some((x) => b.some((y) => x.from < y.until && y.from < x.until));
}

export const minutes = (wall: WallTime) => Date.parse(`${wall}Z`) / 60_000;
const common = (a: number, b: number, c: number, d: number) => Math.max(0, Math.min(b, d) - Math.max(a, c));

/**
 * Why `person` cannot have the shift, whoever has it now, while everybody keeps the others. With `inARow` days of duty in a
 * row there is none on the next day.
 */
export function hinders(instance: Instance, assignment: Assignment, person: number, shift: number): Barrier | undefined {
  const own = instance.barrier[person]?.[shift];
  if (own) return own;
  const others = assignment.flatMap((who, index) => (who === person && index !== shift ? [index] : []));
  const clashing = others.find((other) => instance.clash[shift]?.has(other));
  if (clashing !== undefined) {
    const [a, b] = [instance.duties[clashing], instance.duties[shift]];
    return a && b && overlap(a.parts, b.parts) ? "busy" : "rest";
  }
  return isTooMany(instance, [...others, shift], person) ? "in_a_row" : undefined;
}

function isTooMany(instance: Instance, shifts: readonly number[], person: number): boolean {
  const has = new Set(shifts);
  return instance.rows.some(({ shifts, fixed }) => {
    const own = shifts.filter(({ index }) => has.has(index));
    // What is fixed may be too much already; it is nothing that a proposal could break.
    return own.length > 0 && own.reduce((sum, { days }) => sum + days, fixed[person]?.days ?? 0) > instance.inARow;
  });
}

/** Shifts whose person may not have them. */
export function broken(instance: Instance, assignment: Assignment): { shift: number; why: Barrier }[] {
  return assignment.flatMap((person, shift) => {
    const why = person === undefined ? undefined : hinders(instance, assignment, person, shift);
    return why ? [{ shift, why }] : [];
  });
}
