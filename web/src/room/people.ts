import type { ConsultSummary, Member, PersonRef } from "../api/types";

/** Somebody of the house that asks, the requester or a colleague. */
export function isRequestingSide(summary: ConsultSummary, me: PersonRef): boolean {
  return me.id === summary.requester.id || (me.hospital_id === summary.hospital.id && me.id !== summary.specialist?.id);
}

/** The person at the other end: the specialist for the requesting house, the requester for everybody else. */
export function counterpart(summary: ConsultSummary, me: PersonRef): PersonRef | undefined {
  return isRequestingSide(summary, me) ? (summary.specialist ?? undefined) : summary.requester;
}

export interface Phone {
  readonly name: string;
  readonly number: string;
}

/**
 * The numbers that help when nothing else does, the best first. The requesting house: the specialist's own, then the
 * service's. Everybody else: the callback number of the case, the requester's own, the hospital's.
 */
export function phonesOfOther(summary: ConsultSummary, me: PersonRef, callback?: string | null): Phone[] {
  const other = counterpart(summary, me);
  const own = other?.phone ? [{ name: other.name, number: other.phone }] : [];
  const all = isRequestingSide(summary, me)
    ? [...own, { name: summary.service.name, number: summary.service.fallback_phone }]
    : [
        ...(callback?.trim() ? [{ name: other?.name ?? summary.hospital.name, number: callback.trim() }] : []),
        ...own,
        { name: summary.hospital.name, number: summary.hospital.phone },
      ];
  const seen = new Set<string>();
  return all.filter(({ number }) => number !== "" && !seen.has(digits(number)) && seen.add(digits(number)));
}

const digits = (number: string): string => number.replace(/[^\d+]/g, "");

export type RoleInRoom = "specialist" | "requester" | "second_specialist" | "interpreter" | "guest" | "team";

export function roleOf(member: Member, summary: ConsultSummary): RoleInRoom {
  if (member.is_guest) return "guest";
  if (member.is_specialist) return "specialist";
  if (member.person.id === summary.requester.id) return "requester";
  return summary.participants.find(({ person }) => person.id === member.person.id)?.part ?? "team";
}
