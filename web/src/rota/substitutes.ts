/** Who could be put on duty now, the best first, and why. Pure; told the time. */

import type { DutyLevel, PersonRef, RotaView } from "../api/types";
import { wallOf } from "./zoneTime";

export interface Reason {
  readonly text: "unqualified" | "away" | "onDuty" | "noContract" | "free" | "hours";
  readonly values: Record<string, unknown>;
}

export interface Substitute {
  readonly person: PersonRef;
  readonly reasons: readonly Reason[];
  readonly isAble: boolean;
}

export function ranked(view: RotaView, level: DutyLevel, now: number): Substitute[] {
  const wall = wallOf(now, view.service.zone);
  const judged = view.people.map(({ person, qualified, has_contract, burden }) => {
    const isAway = view.absences.some((each) => each.person.id === person.id && each.from <= wall && each.until > wall);
    const on = view.duties.filter((duty) => duty.person.id === person.id && duty.from <= now && duty.until > now);
    const isThere = on.some((duty) => duty.level === level);
    const reasons: Reason[] = [];
    const say = (is: boolean, text: Reason["text"], values: Record<string, unknown> = {}) => void (is && reasons.push({ text, values }));
    say(!qualified, "unqualified");
    say(isAway, "away");
    say(on.length > 0, "onDuty");
    say(on.length === 0 && !isAway, "free");
    say(!has_contract, "noContract");
    say(true, "hours", { hours: Math.round(burden.duty / 3600) });
    const isAble = qualified && !isAway && !isThere;
    // Who may and is free comes first, then who has worked least.
    const place = [isAble ? 0 : 1, has_contract ? 0 : 1, on.length, burden.weight];
    return { person, reasons, isAble, place };
  });
  const before = (a: readonly number[], b: readonly number[]) => a.map((each, i) => each - (b[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
  return judged
    .toSorted((a, b) => before(a.place, b.place) || a.person.name.localeCompare(b.person.name))
    .map(({ person, reasons, isAble }) => ({ person, reasons, isAble }));
}

/** Nothing stands in the way, not even another duty. */
export const isFree = ({ isAble, reasons }: Substitute) => isAble && reasons.every(({ text }) => text !== "onDuty" && text !== "noContract");

/** Whose duty it is now, and until when: who is on, or who would be and is away. */
export function replaced(view: RotaView, level: DutyLevel, now: number): { person: string; until: number } | undefined {
  const on = view.duties.find((duty) => duty.level === level && duty.from <= now && duty.until > now);
  if (on) return { person: on.person.id, until: on.until };
  const away = view.conflicts.find((each) => each.kind === "absent" && each.level === level && each.from <= now && each.until > now);
  return away?.person ? { person: away.person.id, until: away.until } : undefined;
}
