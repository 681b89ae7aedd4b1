import type { ConsultSummary, Member, PersonId, PersonRef } from "../api/types";

/** The person at the other end: the specialist for the requester, the requester for everybody else. */
export function counterpart(summary: ConsultSummary, me: PersonId): PersonRef | undefined {
  if (summary.requester.id === me) return summary.specialist ?? undefined;
  return summary.requester;
}

/** The number that helps when nothing else does: the person's own, then the hospital's or the service's. */
export function phoneOfOther(
  summary: ConsultSummary,
  me: PersonId,
): { readonly name: string; readonly number: string } {
  const other = counterpart(summary, me);
  if (other?.phone) return { name: other.name, number: other.phone };
  if (summary.requester.id === me) return { name: summary.service.name, number: summary.service.fallback_phone };
  return { name: summary.hospital.name, number: summary.hospital.phone };
}

export type RoleInRoom = "specialist" | "requester" | "team";

export function roleOf(member: Member, summary: ConsultSummary): RoleInRoom {
  if (member.is_specialist) return "specialist";
  return member.person.id === summary.requester.id ? "requester" : "team";
}
