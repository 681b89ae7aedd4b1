/** Slots as people pick them: by day, the first in time marked. Pure. */

import type { Appointment, ConsultSummary, PersonId, AppointmentSlot } from "../api/types";
import { wallOf, type WallDate } from "../rota/zoneTime";

export interface SlotDay {
  /** In the zone of the service. */
  date: WallDate;
  slots: AppointmentSlot[];
}

/** One slot as the value of a radio button. */
export const slotKey = (slot: { person: { id: PersonId }; start: number }): string => `${slot.start}/${slot.person.id}`;

/** The days that have slots, in order. */
export function byDay(slots: readonly AppointmentSlot[], zone: string): SlotDay[] {
  const days: SlotDay[] = [];
  for (const slot of slots) {
    const date = wallOf(slot.start, zone).slice(0, 10);
    const last = days.at(-1);
    if (last?.date === date) last.slots.push(slot);
    else days.push({ date, slots: [slot] });
  }
  return days;
}

/** `in_time`: ends before the deadline; `late`: does not. Without a deadline nothing is late. */
export const isLate = (slot: AppointmentSlot, deadline: number | null): boolean => deadline !== null && slot.end > deadline;

/** The earliest of those that keep the deadline; `null` where none does, or none is asked for. */
export function firstInTime(slots: readonly AppointmentSlot[], deadline: number | null): AppointmentSlot | null {
  return (deadline === null ? null : slots.find((slot) => !isLate(slot, deadline))) ?? null;
}

export interface AppointmentLists {
  /** I have not said yes. */
  asked: ConsultSummary[];
  /** I have, and the other side has not. */
  waiting: ConsultSummary[];
  /** Both have. */
  booked: ConsultSummary[];
  /** I had said yes, and somebody else has it now. */
  gone: ConsultSummary[];
}

/** Of a specialist, each list by time. */
export function appointmentsOf(consults: readonly ConsultSummary[], me: PersonId): AppointmentLists {
  const lists: AppointmentLists = { asked: [], waiting: [], booked: [], gone: [] };
  for (const consult of consults) {
    if (consult.state !== "booked" || !consult.appointment) continue;
    const list = listOf(consult.appointment, me);
    if (list) lists[list].push(consult);
  }
  const start = (consult: ConsultSummary) => consult.appointment?.slot?.start ?? 0;
  for (const list of Object.values(lists) as ConsultSummary[][]) list.sort((a, b) => start(a) - start(b));
  return lists;
}

function listOf(appointment: Appointment, me: PersonId): keyof AppointmentLists | null {
  if (appointment.slot?.person.id === me) {
    if (!appointment.confirmed_by_specialist) return "asked";
    return appointment.status === "booked" ? "booked" : "waiting";
  }
  const wasMine = appointment.before.some((person) => person.id === me);
  return wasMine && appointment.last_end === "duty_changed" ? "gone" : null;
}
