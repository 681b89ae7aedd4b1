/** From what the server tells of a month to a problem, and from its solution back to a plan. Pure. */

import type { DutyLevel, PersonId, PlanningFacts, RotaPlan, RotaView, TimeSpan } from "../../api/types";
import { assign } from "../../rota/edits";
import { onTheWall, type WallDuty } from "../../rota/grid";
import { handOverOf } from "../../rota/handOver";
import { addDays, wallOf, type WallDate } from "../../rota/zoneTime";
import { dutyOf, type Assignment, type Burden, type Candidate, type Part, type Problem, type Rules, type Shift } from "./model";
import { outside, shiftsOf, type Pattern } from "./pattern";

/** What a coordinator chooses. */
export interface Choices {
  readonly pattern: Pattern;
  readonly levels: readonly DutyLevel[];
  readonly people: readonly PersonId[];
  readonly rules: Rules;
}

interface Known {
  readonly view: RotaView;
  readonly plan: RotaPlan;
  readonly facts: PlanningFacts;
  readonly days: readonly WallDate[];
}

/** Who takes part unless somebody else is chosen: whoever is in the rota, wishes for something, or bore something before. */
export function usualPeople({ view, plan, facts }: Omit<Known, "days">): PersonId[] {
  const inLayers = new Set(plan.layers.flatMap(({ people }) => people));
  const isPart = (id: PersonId) => {
    const own = facts.people.find(({ person }) => person === id);
    return inLayers.has(id) || (own !== undefined && (own.wishes.length > 0 || own.before.duty > 0));
  };
  return view.people.filter(({ qualified, person }) => qualified && isPart(person.id)).map(({ person }) => person.id);
}

export function problemOf({ view, plan, facts, days }: Known, { pattern, levels, people, rules }: Choices): Problem {
  const holidays = new Set((view.draft?.holidays ?? view.holidays).map(({ date }) => date));
  const month = { days, holidays, handOver: handOverOf(plan) };
  const duties = onTheWall(view.draft?.duties ?? view.duties, view.service.zone);
  // What begins in the month at a level that is proposed is what the proposal takes the place of.
  const first = `${days[0]}T00:00:00`;
  const isKept = ({ level, from }: WallDuty) => !levels.includes(level) || from < first;
  const kept = duties.filter(isKept).map((duty) => ({ person: duty.person, shift: { level: duty.level, kind: duty.kind, parts: [{ from: duty.from, until: duty.until }] } }));
  const own = (id: PersonId) => kept.filter(({ person }) => person === id).map(({ shift }) => shift);
  // Whoever came on duty in the month before stays until their end.
  const runsIn = (level: DutyLevel) => kept.filter(({ shift }) => shift.level === level).flatMap(({ shift }) => shift.parts);
  const shifts = levels
    .flatMap((level) => shiftsOf(pattern, level, plan, month))
    .map((shift) => ({ ...shift, parts: shift.parts.flatMap((part) => outside(part, runsIn(shift.level))) }))
    .filter(({ parts }) => parts.length > 0);
  const taking = view.people.filter(({ person }) => people.includes(person.id));
  return { shifts, people: taking.map((of) => candidate(of, view, facts, own(of.person.id), days, holidays)), holidays, rules };
}

function candidate({ person, qualified, has_contract }: RotaView["people"][number], view: RotaView, facts: PlanningFacts, fixed: readonly Shift[], days: readonly WallDate[], holidays: ReadonlySet<WallDate>): Candidate {
  const of = facts.people.find((each) => each.person === person.id);
  const zone = view.service.zone;
  const part = ({ from, until }: TimeSpan): Part => ({ from: wallOf(from, zone), until: wallOf(until, zone) });
  return {
    id: person.id,
    name: person.name,
    isQualified: qualified,
    hasContract: has_contract,
    away: view.absences.filter((each) => each.person.id === person.id).map(({ from, until }) => ({ from, until })),
    busy: (of?.busy ?? []).map(part),
    fixed,
    wishes: new Map((of?.wishes ?? []).map(({ day, kind }) => [day, kind])),
    part: (of?.part ?? 1000) / 1000,
    partBefore: (of?.part_before ?? 1000) / 1000,
    before: { hours: (of?.before.weight ?? 0) / 3600, free: ((of?.before.weekends ?? 0) + (of?.before.holidays ?? 0)) / 86_400 },
    already: alreadyOf(fixed, days, holidays),
  };
}

/** What duties that are not touched weigh within the month. */
function alreadyOf(fixed: readonly Shift[], days: readonly WallDate[], holidays: ReadonlySet<WallDate>): Burden {
  const [first, next] = [`${days[0]}T00:00:00`, `${addDays(days.at(-1) ?? "", 1)}T00:00:00`];
  const within = ({ from, until }: Part): Part => ({ from: from > first ? from : first, until: until < next ? until : next });
  const burdens = fixed.map((shift) => dutyOf({ ...shift, parts: shift.parts.map(within).filter(({ from, until }) => from < until) }, 0, holidays).burden);
  const sum = (key: keyof Burden) => burdens.reduce((all, burden) => all + burden[key], 0);
  return { hours: sum("hours"), free: sum("free") };
}

/** The proposal written into the plan as a hand would: duty for duty, each of which can be changed. What is open is not touched. */
export function written(plan: RotaPlan, { shifts, people }: Problem, assignment: Assignment): RotaPlan {
  return shifts.reduce((plan, { level, parts }, n) => {
    const person = people[assignment[n] ?? -1]?.id;
    return person === undefined ? plan : parts.reduce((plan, part) => assign(plan, person, { level, ...part }), plan);
  }, plan);
}
