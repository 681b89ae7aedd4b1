/** The problem as a mixed integer program, whose least cost is that of `cost.ts`. Pure; knows no solver. */

import { anyway, evenPrice, meanDuty, PRICES, shares, weekends, wishPrice } from "./cost";
import type { Assignment, Instance } from "./model";

export interface Column {
  readonly cost: number;
  readonly lower: number;
  readonly upper: number;
  readonly isWhole: boolean;
}

export interface Row {
  readonly lower: number;
  readonly upper: number;
  readonly terms: readonly (readonly [column: number, factor: number])[];
}

export interface Program {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Points that are there whatever is decided. */
  readonly offset: number;
  /** Column of "has that shift", by person and shift; undefined where a hard rule forbids it. */
  readonly has: readonly (readonly (number | undefined)[])[];
}

type Terms = [number, number][];

export function programOf(instance: Instance): Program {
  const { people, duties, barrier } = instance;
  const columns: Column[] = [];
  const rows: Row[] = [];
  const column = (cost: number, lower = 0, upper = Infinity, isWhole = false) => columns.push({ cost, lower, upper, isWhole }) - 1;
  const row = (lower: number, upper: number, terms: Terms) => void (terms.length > 0 && rows.push({ lower, upper, terms }));
  const most = (upper: number, terms: Terms) => row(-Infinity, upper, terms);
  let offset = 0;

  const has = people.map((_, person) => duties.map((_, shift) => (barrier[person]?.[shift] ? undefined : column(wishPrice(instance, person, shift), 0, 1, true))));
  const of = (person: number, shifts: readonly number[], factor: (shift: number) => number = () => 1): Terms =>
    shifts.flatMap((shift) => {
      const at = has[person]?.[shift];
      return at === undefined ? [] : [[at, factor(shift)] as [number, number]];
    });

  for (const { index, level } of duties) {
    const open: Terms = [[column(PRICES.open[level], 0, 1), 1]];
    row(1, 1, [...open, ...people.flatMap((_, person) => of(person, [index]))]);
  }
  const sets = cliques(instance);
  const unit = meanDuty(instance);
  const even = shares(instance);
  people.forEach((person, n) => {
    for (const set of sets) if (of(n, set).length > 1) most(1, of(n, set));
    for (const { shifts, fixed } of instance.rows) {
      const days = new Map(shifts.map(({ index, days }) => [index, days]));
      most(Math.max(0, instance.inARow - (fixed[n]?.days ?? 0)), of(n, [...days.keys()], (shift) => days.get(shift) ?? 0));
    }
    for (const { shifts, fixed } of instance.near) {
      const own = of(n, shifts.map(({ index }) => index));
      const anyway = fixed[n]?.duties ?? 0;
      if (own.length === 0 || own.length + anyway < 2) continue;
      const least = Math.max(0, anyway - 1);
      offset -= PRICES.spacing * least;
      most(1 - anyway, [...own, [column(PRICES.spacing, least), -1]]);
    }
    // off = over - under, each near the share up to half a mean duty and far beyond it. The prices rise: near comes first.
    const all = duties.map(({ index }) => index);
    const off = (key: "hours" | "free") => (even[n]?.[key] ?? 0) - anyway(person, key);
    const near = evenPrice(0.5) * 2;
    const far = evenPrice(1.5) - evenPrice(0.5);
    const sides: Terms = [[column(near, 0, 0.5), -1], [column(far), -1], [column(near, 0, 0.5), 1], [column(far), 1]];
    row(off("hours") / unit, off("hours") / unit, [...of(n, all, (shift) => (duties[shift]?.burden.hours ?? 0) / unit), ...sides]);
    const free = all.filter((shift) => (duties[shift]?.burden.free ?? 0) > 0);
    row(off("free"), off("free"), [...of(n, free, (shift) => duties[shift]?.burden.free ?? 0), [column(PRICES.free), -1], [column(PRICES.free), 1]]);
    for (const { saturday, sunday } of weekends(instance)) {
      const [first, second] = [of(n, [saturday]), of(n, [sunday], () => -1)];
      if (first.length + second.length > 0) row(0, 0, [...first, ...second, [column(PRICES.split / 2), -1], [column(PRICES.split / 2), 1]]);
    }
  });
  return { columns, rows, offset, has };
}

/** Sets of shifts of which nobody can have two; every clash lies in one. Large ones make the program tight. */
function cliques({ duties, clash }: Instance): number[][] {
  const all = (set: readonly number[], other: number) => set.every((each) => clash[each]?.has(other));
  const found: number[][] = [];
  const isIn = (a: number, b: number) => found.some((set) => set.includes(a) && set.includes(b));
  for (const { index } of duties)
    for (const other of clash[index] ?? []) {
      if (other < index || isIn(index, other)) continue;
      const set = [index, other];
      for (const third of clash[index] ?? []) if (!set.includes(third) && all(set, third)) set.push(third);
      found.push(set);
    }
  return found;
}

export function assignmentOf({ has }: Program, values: ArrayLike<number>, shifts: number): Assignment {
  return Array.from({ length: shifts }, (_, shift) => {
    const who = has.findIndex((of) => (values[of[shift] ?? -1] ?? 0) > 0.5);
    return who === -1 ? undefined : who;
  });
}
