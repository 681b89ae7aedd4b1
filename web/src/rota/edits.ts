/** What a hand in the month changes of a plan. Pure: every edit gives a new plan, and the one before stays for undo. */

import type { DutyLevel, PersonId, RotaOverride, RotaPlan } from "../api/types";
import type { WallTime } from "./zoneTime";

export interface Stretch {
  readonly level: DutyLevel;
  readonly from: WallTime;
  readonly until: WallTime;
}

/** `person` is on duty in that stretch, and nobody else of the level. */
export function assign(plan: RotaPlan, person: PersonId, stretch: Stretch): RotaPlan {
  const { overrides } = released(plan, stretch);
  return { ...plan, overrides: [...overrides, { ...stretch, person, swap: null }] };
}

/** Whoever the rotation has is on duty again in that stretch. */
export function release(plan: RotaPlan, stretch: Stretch): RotaPlan {
  return released(plan, stretch);
}

/** A stretch of somebody's. */
export interface Held extends Stretch {
  readonly person: PersonId;
}

/** A hand has written all of that duty: it can be taken back. Everything else comes from the rotation or a temporary schedule. */
export function isWritten(plan: RotaPlan, duty: Held): boolean {
  const own = (plan.overrides ?? [])
    .filter(({ person, level }) => person === duty.person && level === duty.level)
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  // As far as they reach from its begin on, one after the other. A take-over begins within a second, a bar at its start.
  const reach = own.reduce((until, each) => (each.from.slice(0, 19) <= until && each.until > until ? each.until : until), duty.from);
  return reach >= duty.until;
}

/**
 * The duty becomes that of `person` in `to`. What the rotation has cannot be taken from a place, only covered: undefined
 * where its person would stay on duty in what is to be left.
 */
export function changed(plan: RotaPlan, duty: Held, person: PersonId, to: Stretch): RotaPlan | undefined {
  if (isWritten(plan, duty)) return assign(release(plan, duty), person, to);
  const isCovered = to.from <= duty.from && to.until >= duty.until;
  // Somebody else takes a part of it.
  const isPart = person !== duty.person && to.from >= duty.from && to.until <= duty.until;
  return to.level === duty.level && (isCovered || isPart) ? assign(plan, person, to) : undefined;
}

/** Overrides of that level outside of the stretch, cut where they reach into it. */
function released(plan: RotaPlan, { level, from, until }: Stretch): RotaPlan & { overrides: RotaOverride[] } {
  const overrides = (plan.overrides ?? []).flatMap((each) => {
    if (each.level !== level || each.until <= from || each.from >= until) return [each];
    const before = { ...each, until: from };
    const after = { ...each, from: until };
    return [before, after].filter((part) => part.from < part.until);
  });
  return { ...plan, overrides };
}

/** Plans that were left, for undo and redo. */
export interface History {
  readonly past: readonly RotaPlan[];
  readonly plan: RotaPlan;
  readonly future: readonly RotaPlan[];
}

/** More steps remember more than anybody takes back. */
const MOST_STEPS = 100;

export const begin = (plan: RotaPlan): History => ({ past: [], plan, future: [] });

export function edited(history: History, plan: RotaPlan): History {
  return { past: [...history.past, history.plan].slice(-MOST_STEPS), plan, future: [] };
}

export function undone({ past, plan, future }: History): History | undefined {
  const last = past.at(-1);
  return last && { past: past.slice(0, -1), plan: last, future: [plan, ...future] };
}

export function redone({ past, plan, future }: History): History | undefined {
  const next = future[0];
  return next && { past: [...past, plan], plan: next, future: future.slice(1) };
}
