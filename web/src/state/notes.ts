/** What has to be said about a consult beside its state: who it waits for, who sees to it, to whom it is offered. Pure. */

import type { ConsultSummary, PersonId, PersonRef, TimelineEntry } from "../api/types";

/** `text` is a key of `consult:notes`; `loud` ones need somebody. */
export interface Note {
  text: "queued" | "takenOver" | "takenOverByMe" | "offeredHandOver" | "offeredByDesk" | "offeredToMe" | "asked" | "askedByMe" | "guests";
  values: Record<string, string | number>;
  tone: "info" | "warn";
  /** Since when, for a running clock. */
  since: number | null;
  /** How many come before it. */
  ahead?: number;
}

export const names = (people: readonly PersonRef[]): string => people.map((person) => person.name).join(", ");

/** In the order of what matters first. */
export function notesOf(summary: ConsultSummary, me: PersonId | null): Note[] {
  const notes: Note[] = [];
  const { queue, offer, taken_over_by: by } = summary;
  if (by) {
    const text = by.id === me ? "takenOverByMe" : "takenOver";
    notes.push({ text, values: { name: by.name, hospital: by.hospital }, tone: "info", since: null });
  }
  if (queue) {
    const values = { names: names(queue.behind), count: queue.behind.length };
    notes.push({ text: "queued", values, tone: "warn", since: queue.since, ahead: queue.ahead });
  }
  if (offer) {
    const text = offer.to.id === me ? "offeredToMe" : offer.is_hand_over ? "offeredHandOver" : "offeredByDesk";
    notes.push({ text, values: { to: offer.to.name, by: offer.by.name }, tone: "info", since: offer.at });
  }
  if (summary.asked_for_more) {
    const isMine = me !== null && summary.specialist?.id === me;
    const values = { name: summary.specialist?.name ?? "" };
    notes.push({ text: isMine ? "askedByMe" : "asked", values, tone: isMine ? "info" : "warn", since: null });
  }
  if (summary.waiting_guests > 0) notes.push({ text: "guests", values: { count: summary.waiting_guests }, tone: "warn", since: null });
  return notes;
}

/** The number to call for a person: their own, else the one that always helps. */
export function phoneOf(person: PersonRef, fallback: string): string {
  return person.phone ?? fallback;
}

/** Reads only because the glass was broken: said on top of the page. */
export function readsThroughGlass(summary: ConsultSummary, timeline: readonly TimelineEntry[], me: PersonRef): boolean {
  const isOfTeam =
    me.hospital_id === summary.hospital.id ||
    summary.specialist?.id === me.id ||
    summary.participants.some((participant) => participant.person.id === me.id);
  return !isOfTeam && timeline.some((entry) => entry.what.type === "glass_broken" && entry.what.person.id === me.id);
}

/** Who was told of the pre-alert; `null` where the server does not say. */
export function notifiedOf(timeline: readonly TimelineEntry[]): PersonRef[] | null {
  const prealerted = timeline.find((entry) => entry.what.type === "prealerted")?.what;
  return prealerted?.type === "prealerted" ? prealerted.notified : null;
}
