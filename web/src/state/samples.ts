/** Made-up wire values for the tests of `state/`. */

import type { ConsultSummary, PersonRef, Ring } from "../api/types";

export const person = (id: string): PersonRef => ({ id, name: `Dr. ${id}`, hospital_id: "h", hospital: "Haus" });

export function summary(id: string, more: Partial<ConsultSummary> = {}): ConsultSummary {
  return {
    id,
    label: `TK-${id}`,
    seq: 1,
    state: "ringing",
    urgency: "emergency",
    hospital: { id: "h", name: "Haus", city: "Ort", phone: "1" },
    service: {
      id: "s",
      specialty: "stroke_neurology",
      name: "Neurologie",
      network_id: "n",
      network: "Netz",
      fallback_phone: "2",
      zone: "Europe/Berlin",
    },
    requester: person("referrer"),
    former: [],
    created_at: 0,
    state_since: 0,
    ringing: [person("me")],
    missing: [],
    studies: 0,
    in_room: [],
    participants: [],
    asked_for_more: false,
    waiting_guests: 0,
    report_taken_over: false,
    outcomes: 0,
    ...more,
  };
}

export function ring(id: string, more: Partial<Ring> = {}): Ring {
  return { ring_id: id, person: person("me"), round: 1, step: 1, started_at: 0, until: 30_000, outcome: "ringing", ...more };
}
