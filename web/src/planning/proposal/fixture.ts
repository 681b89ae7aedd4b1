/** Made-up months for tests: the same for the same number. */

import type { WishKind } from "../../api/types";
import { addDays } from "../../rota/zoneTime";
import { RULES, type Assignment, type Candidate, type Instance, type Problem, type Shift } from "./model";

/** mulberry32: small, and the same everywhere. */
export function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  };
}

export const FIRST = "2026-12-01";
const LEVELS = ["primary", "secondary", "backup"] as const;

export function daily(days: number, levels: number, kind: Shift["kind"] = "on_call"): Shift[] {
  return LEVELS.slice(0, levels).flatMap((level) =>
    Array.from({ length: days }, (_, n) => {
      const from = `${addDays(FIRST, n)}T08:00:00`;
      return { level, kind, parts: [{ from, until: `${addDays(FIRST, n + 1)}T08:00:00` }] };
    }),
  );
}

export function person(id: string, more: Partial<Candidate> = {}): Candidate {
  const nothing = { away: [], busy: [], fixed: [], wishes: new Map<string, WishKind>(), part: 1, partBefore: 1, before: { hours: 0, free: 0 }, already: { hours: 0, free: 0 } };
  return { id, name: id, isQualified: true, hasContract: true, ...nothing, ...more };
}

export function month(seed: number, people: number, shifts: readonly Shift[]): Problem {
  const roll = dice(seed);
  const day = (n: number) => addDays(FIRST, n);
  const days = new Set(shifts.flatMap(({ parts }) => parts.map(({ from }) => from.slice(0, 10)))).size;
  const kinds: WishKind[] = ["want", "rather_not", "impossible"];
  const one = (_: unknown, n: number) => {
    const wishes = new Map(Array.from({ length: roll(1 + Math.ceil(days / 4)) }, () => [day(roll(days)), kinds[roll(3)] ?? "want"] as const));
    const gone = roll(days);
    const away = roll(3) === 0 ? [{ from: `${day(gone)}T00:00:00`, until: `${day(gone + 1 + roll(7))}T00:00:00` }] : [];
    const busy = roll(4) === 0 ? [{ from: `${day(roll(days))}T10:00:00`, until: `${day(roll(days))}T18:00:00` }].filter(({ from, until }) => from < until) : [];
    const fixed = roll(4) === 0 ? [{ level: "primary", kind: "on_call", parts: [{ from: `${day(-1)}T08:00:00`, until: `${day(0)}T08:00:00` }] } as const] : [];
    return person(`p${n}`, {
      isQualified: roll(12) > 0,
      away,
      busy,
      fixed,
      wishes,
      part: roll(4) === 0 ? 0.5 : 1,
      partBefore: roll(6) === 0 ? 0.5 : 1,
      before: { hours: roll(5) * 28, free: roll(4) },
      already: { hours: roll(3) * 14, free: roll(2) },
    });
  };
  return { shifts, people: Array.from({ length: people }, one), holidays: new Set(["2026-12-25", "2026-12-26"]), rules: RULES };
}

/** Every assignment that keeps the hard rules. */
export function* everyAssignment(instance: Instance, isAllowed: (assignment: Assignment) => boolean): Generator<Assignment> {
  const of = Array.from<number | undefined>({ length: instance.duties.length });
  function* from(shift: number): Generator<Assignment> {
    if (shift === of.length) return void (isAllowed(of) && (yield of));
    for (const who of [undefined, ...instance.people.keys()]) {
      if (who !== undefined && instance.barrier[who]?.[shift]) continue;
      of[shift] = who;
      yield* from(shift + 1);
    }
    of[shift] = undefined;
  }
  yield* from(0);
}
