/** Which of a specialist's and a requester's consults belong where. Pure; told the time. */

import type { Colleague, ConsultSummary, PersonId } from "../api/types";

export const isOpen = (consult: ConsultSummary): boolean => consult.state !== "closed" && consult.state !== "cancelled";
const isWaiting = (consult: ConsultSummary): boolean => consult.state === "ringing" || consult.state === "unanswered";

/** Since when somebody is asked; a pre-alert that never became a request counts from itself. */
export const askedSince = (consult: ConsultSummary): number => consult.requested_at ?? consult.created_at;

export interface DutyLists {
  /** Offered to me. */
  offers: ConsultSummary[];
  /** I said "in five minutes". */
  promised: ConsultSummary[];
  /** Waits until I am free. */
  queued: ConsultSummary[];
  /** Rang here in vain, and nobody has accepted. */
  missed: ConsultSummary[];
  /** On their way to the hospital, the next to arrive first. */
  prealerts: ConsultSummary[];
  /** The talk is over and my report is not signed, the oldest first. */
  reports: ConsultSummary[];
  /** The others that are mine, or that I take part in. */
  mine: ConsultSummary[];
}

export function dutyLists(consults: readonly ConsultSummary[], me: PersonId): DutyLists {
  const lists: DutyLists = { offers: [], promised: [], queued: [], missed: [], prealerts: [], reports: [], mine: [] };
  for (const consult of consults.filter(isOpen)) {
    const place = placeOf(consult, me);
    if (place !== "none") lists[place].push(consult);
  }
  lists.prealerts.sort((a, b) => (a.eta ?? Infinity) - (b.eta ?? Infinity) || a.created_at - b.created_at);
  lists.queued.sort((a, b) => (a.queue?.since ?? 0) - (b.queue?.since ?? 0));
  lists.reports.sort((a, b) => a.state_since - b.state_since);
  return lists;
}

function placeOf(consult: ConsultSummary, me: PersonId): keyof DutyLists | "none" {
  if (consult.offer?.to.id === me) return "offers";
  // By appointment: they have a list of their own, until the room opens.
  if (consult.state === "booked") return "none";
  if (consult.specialist?.id === me) return consult.state === "reporting" ? "reports" : "mine";
  if (consult.participants.some((participant) => participant.person.id === me)) return "mine";
  if (consult.state === "prealert") return "prealerts";
  if (!isWaiting(consult) || consult.ringing.some((person) => person.id === me)) return "none";
  if (consult.promised_by?.id === me) return "promised";
  return consult.queue?.behind.some((person) => person.id === me) ? "queued" : "missed";
}

/** Consults that are over for `me` and whose report they may read: the newest first, at most `limit`. */
export function earlierConsults(consults: readonly ConsultSummary[], me: PersonId, limit: number): ConsultSummary[] {
  const had = (consult: ConsultSummary) =>
    consult.specialist?.id === me ||
    consult.participants.some(({ person, part }) => person.id === me && part === "second_specialist");
  const wasFormer = (consult: ConsultSummary) => consult.former.some((person) => person.id === me);
  return consults
    .filter((consult) => wasFormer(consult) || (had(consult) && !isOpen(consult)))
    .toSorted((a, b) => b.created_at - a.created_at)
    .slice(0, limit);
}

/** On duty before off duty, free before busy, first duty before second, then by name. */
export function inPickOrder(colleagues: readonly Colleague[]): Colleague[] {
  const rank = (colleague: Colleague) =>
    (colleague.on_duty ? 0 : 4) + (colleague.busy ? 2 : 0) + (colleague.on_duty === "secondary" ? 1 : 0);
  return colleagues.toSorted((a, b) => rank(a) - rank(b) || a.person.name.localeCompare(b.person.name, "de"));
}

/** Open ones as the server has them; all: the newest first, at most `limit`. */
export function shownConsults(consults: readonly ConsultSummary[], all: boolean, limit: number): ConsultSummary[] {
  if (!all) return consults.filter(isOpen);
  return consults.toSorted((a, b) => b.created_at - a.created_at).slice(0, limit);
}
