/**
 * Why a proposal has somebody somewhere, from the same prices that it was made by: the best of the others, put there while
 * all else stays, would cost more, and this is what for. Pure.
 */

import type { PersonId } from "../../api/types";
import { anyway, cost, shares, total, TERMS, type Term } from "./cost";
import { hinders, type Assignment, type Barrier, type Instance } from "./model";

export interface Reason {
  readonly shift: number;
  /** Undefined: it stays open. */
  readonly person: PersonId | undefined;
  /**
   * `only`: nobody else could. `open`: nobody could. `wish` to `spacing`: the price that decides against the next one.
   * `alike`: the next one would be as good.
   */
  readonly why: "only" | "open" | "alike" | Exclude<Term, "open">;
  /** Whoever would be next. */
  readonly next: PersonId | undefined;
  /** Who could not, by why, the most frequent first. */
  readonly barriers: readonly { why: Barrier; people: readonly PersonId[] }[];
  /** A wish of this person for the days of the shift that it grants or goes against. */
  readonly wish: "want" | "rather_not" | undefined;
  /** Days of weekends and holidays that the person bore in the months before, where nobody who could bore fewer. */
  readonly fewestFree: number | undefined;
}

/** Points below which two proposals are as good as each other. */
const ALIKE = 0.5;

export function reasons(instance: Instance, assignment: Assignment): Reason[] {
  const now = cost(instance, assignment);
  return instance.duties.map(({ index: shift, days, burden }) => {
    const who = assignment[shift];
    const person = who === undefined ? undefined : instance.people[who];
    const judged = instance.people.map((_, other) => ({ other, barrier: hinders(instance, assignment, other, shift) }));
    const able = judged.filter(({ barrier, other }) => !barrier && other !== who).map(({ other }) => other);
    const instead = able.map((other) => {
      const terms = cost(instance, assignment.map((each, n) => (n === shift ? other : each)));
      return { other, terms, more: total(terms) - total(now) };
    });
    const next = instead.toSorted((a, b) => a.more - b.more)[0];
    const wishes = new Set(days.map((day) => person?.wishes.get(day)));
    const free = (n: number) => instance.people[n]?.before.free ?? 0;
    return {
      shift,
      person: person?.id,
      why: who === undefined ? "open" : next ? decisive(next.terms, now, next.more) : "only",
      next: next && instance.people[next.other]?.id,
      barriers: grouped(instance, judged.filter(({ other }) => other !== who)),
      wish: wishes.has("want") ? "want" : wishes.has("rather_not") ? "rather_not" : undefined,
      fewestFree: who !== undefined && burden.free > 0 && able.length > 0 && able.every((other) => free(other) > free(who)) ? free(who) : undefined,
    };
  });
}

/** The price that rises most. */
function decisive(after: Record<Term, number>, before: Record<Term, number>, more: number): Reason["why"] {
  if (more < ALIKE) return "alike";
  const rise = (term: Term) => after[term] - before[term];
  const most = TERMS.filter((term): term is Exclude<Term, "open"> => term !== "open").toSorted((a, b) => rise(b) - rise(a))[0];
  return most ?? "alike";
}

function grouped({ people }: Instance, judged: readonly { other: number; barrier: Barrier | undefined }[]): Reason["barriers"] {
  const found = new Map<Barrier, PersonId[]>();
  for (const { other, barrier } of judged) {
    const id = people[other]?.id;
    if (barrier && id !== undefined) found.set(barrier, [...(found.get(barrier) ?? []), id]);
  }
  return [...found].map(([why, people]) => ({ why, people })).toSorted((a, b) => b.people.length - a.people.length);
}

/** What each would bear with the proposal, beside an even share. */
export interface Balance {
  readonly person: PersonId;
  readonly duties: number;
  /** Weighted hours, and days of weekends and holidays, of this month. */
  readonly hours: number;
  readonly free: number;
  /** With the months before, in percent of an even share; undefined: nothing is owed. */
  readonly share: number | undefined;
  readonly granted: number;
  readonly against: number;
}

export function balances(instance: Instance, assignment: Assignment): Balance[] {
  const even = shares(instance);
  return instance.people.map((person, n) => {
    const own = instance.duties.filter(({ index }) => assignment[index] === n);
    const hours = own.reduce((sum, { burden }) => sum + burden.hours, 0);
    const owed = even[n]?.hours ?? 0;
    const wished = (kind: "want" | "rather_not") => own.filter(({ days }) => days.some((day) => person.wishes.get(day) === kind)).length;
    return {
      person: person.id,
      duties: own.length,
      hours,
      free: own.reduce((sum, { burden }) => sum + burden.free, 0),
      share: owed > 0 ? Math.round(((hours + anyway(person, "hours")) / owed) * 100) : undefined,
      granted: wished("want"),
      against: wished("rather_not"),
    };
  });
}
