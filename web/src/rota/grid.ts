/** Duties as bars in a month of people and days. Pure. A day is as wide as another, also when it has 23 or 25 hours. */

import type { Duty, DutyLevel, PersonId, PersonRef, PlannablePerson, RotaPlan, RotaView } from "../api/types";
import { addDays, daysBetween, wallOf, type WallDate, type WallTime } from "./zoneTime";

/** A duty by the clock on the wall. */
export interface WallDuty {
  readonly person: PersonId;
  readonly level: DutyLevel;
  readonly kind: NonNullable<Duty["kind"]>;
  readonly from: WallTime;
  readonly until: WallTime;
  readonly isOverride: boolean;
}

export interface Bar extends WallDuty {
  /** In days from the first of the grid; drawn cut at its ends, which `from` and `until` are not. */
  readonly begin: number;
  readonly end: number;
  /** It began before the grid, or ends after it. */
  readonly runsIn: boolean;
  readonly runsOut: boolean;
}

/** A person of the grid; whoever has duties and cannot be put on duty any more is there without `plannable`. */
export interface Row {
  readonly person: PersonRef;
  readonly plannable: PlannablePerson | undefined;
}

/** Everybody who can be put on duty, then whoever has duties besides. */
export function rowsOf({ people, duties, draft }: Pick<RotaView, "people" | "duties" | "draft">): Row[] {
  const rows = new Map<PersonId, Row>(people.map((plannable) => [plannable.person.id, { person: plannable.person, plannable }]));
  for (const { person } of [...duties, ...(draft?.duties ?? [])])
    if (!rows.has(person.id)) rows.set(person.id, { person, plannable: undefined });
  return [...rows.values()];
}

export function onTheWall(duties: readonly Duty[], zone: string): WallDuty[] {
  return duties.map(({ person, level, kind, from, until, is_override }) => ({
    person: person.id,
    level,
    kind: kind ?? "on_call",
    from: wallOf(from, zone),
    until: wallOf(until, zone),
    isOverride: is_override,
  }));
}

/**
 * Duties as they will be when the server has taken `plan`: what a hand has written lies over the rotation. Whom the
 * rotation has where something was taken back is not known here, and left open until the server says it.
 */
export function foreseen(duties: readonly WallDuty[], plan: RotaPlan): WallDuty[] {
  const written = (plan.overrides ?? []).map(({ person, level, from, until }) => ({ person, level, from, until, kind: "on_call" as const, isOverride: true }));
  const left = duties.filter((duty) => !duty.isOverride || isTemporary(plan, duty)).flatMap((duty) => {
    let parts = [duty];
    for (const { from, until } of written.filter(({ level }) => level === duty.level))
      parts = parts.flatMap((part) =>
        [{ ...part, until: part.until < from ? part.until : from }, { ...part, from: part.from > until ? part.from : until }].filter(
          (each) => each.from < each.until,
        ),
      );
    return parts;
  });
  return [...left, ...written];
}

/** Of a temporary schedule, which the server counts among the overrides. */
function isTemporary({ temporaries = [] }: RotaPlan, duty: WallDuty): boolean {
  return temporaries.some(
    ({ level, shifts }) =>
      level === duty.level && shifts.some(({ person, from, until }) => person === duty.person && from < duty.until && until > duty.from),
  );
}

/** Bars by person, in the order of their begin. */
export function barsOf(duties: readonly WallDuty[], days: readonly WallDate[]): Map<PersonId, Bar[]> {
  const bars = new Map<PersonId, Bar[]>();
  const first = `${days[0]}T00:00:00`;
  for (const duty of duties) {
    const [from, until] = [daysBetween(first, duty.from), daysBetween(first, duty.until)];
    const bar = { ...duty, begin: Math.max(0, from), end: Math.min(days.length, until), runsIn: from < 0, runsOut: until > days.length };
    if (bar.begin < bar.end) bars.set(duty.person, [...(bars.get(duty.person) ?? []), bar]);
  }
  for (const list of bars.values()) list.sort((a, b) => a.begin - b.begin || (a.level < b.level ? -1 : 1));
  return bars;
}

/** Rows that bars need so that none covers another; the row of each. */
export function lanesOf(bars: readonly Bar[]): { readonly rows: number; readonly rowOf: ReadonlyMap<Bar, number> } {
  const ends: number[] = [];
  const rowOf = new Map<Bar, number>();
  for (const bar of bars) {
    const free = ends.findIndex((end) => end <= bar.begin);
    const row = free === -1 ? ends.length : free;
    ends[row] = bar.end;
    rowOf.set(bar, row);
  }
  return { rows: Math.max(1, ends.length), rowOf };
}

/** What lies on a day. */
export function barsOn(bars: readonly Bar[], day: number): Bar[] {
  return bars.filter(({ begin, end }) => begin < day + 1 && end > day);
}

/** The bar that begins on that day, else the one that runs into it: what keys on the day mean. */
export function meantBy(bars: readonly Bar[], day: number): Bar | undefined {
  const on = barsOn(bars, day);
  return on.find(({ begin, runsIn }) => begin >= day && !runsIn) ?? on[0];
}

/** The stretch of a day from one hand-over to the next. */
export function dutyDay(date: WallDate, handOver: string): { from: WallTime; until: WallTime } {
  return { from: `${date}T${handOver}`, until: `${addDays(date, 1)}T${handOver}` };
}
