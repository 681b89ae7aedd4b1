/** What asks for a person without a ring: an offer, a part in a consult, a guest at the door. Pure. */

import type { ConsultState, ConsultSummary, Me, Participant, PersonId } from "../api/types";

export interface Summons {
  /** The same for as long as it is the same; only ids, times and numbers, so that it may be remembered. */
  key: string;
  kind: "hand_over" | "assigned" | "second_specialist" | "interpreter" | "guests";
  consult: ConsultSummary;
}

/** The report is not signed yet: people still meet. */
const AHEAD: ReadonlySet<ConsultState> = new Set(["ringing", "unanswered", "accepted", "in_session", "reporting"]);
const GUESTS = "guests:";

/** Everything that asks for `me` now and that they have not come to yet. */
export function summonsOf(consults: readonly ConsultSummary[], me: Me): Summons[] {
  return consults.filter(({ state }) => AHEAD.has(state)).flatMap((consult) => summonsIn(consult, me));
}

function summonsIn(consult: ConsultSummary, me: Me): Summons[] {
  const found: Summons[] = [];
  const { offer } = consult;
  if (offer?.to.id === me.person.id) {
    const kind = offer.is_hand_over ? "hand_over" : "assigned";
    found.push({ key: `offer:${consult.id}:${offer.at}`, kind, consult });
  }
  if (consult.in_room.some((person) => person.id === me.person.id)) return found;
  const own = consult.participants.find((participant) => participant.person.id === me.person.id);
  if (own) found.push({ key: partKey(consult, own), kind: own.part, consult });
  if (consult.waiting_guests > 0 && mayAdmit(consult, me) && !isHostInside(consult)) {
    found.push({ key: `${GUESTS}${consult.id}:${consult.waiting_guests}`, kind: "guests", consult });
  }
  return found;
}

const partKey = (consult: ConsultSummary, { since }: Participant): string => `part:${consult.id}:${since}`;

/** The parts that `me` has come for: whoever was in the room is not called again after leaving it. */
export function answeredBy(consults: readonly ConsultSummary[], me: PersonId): string[] {
  return consults
    .filter((consult) => consult.in_room.some((person) => person.id === me))
    .flatMap((consult) =>
      consult.participants.filter(({ person }) => person.id === me).map((own) => partKey(consult, own)),
    );
}

/** May let guests in (`Permission::Act(AdmitGuest)` of the access table). */
function mayAdmit(consult: ConsultSummary, me: Me): boolean {
  const isOfHouse = me.roles.includes("referrer") && me.person.hospital_id === consult.hospital.id;
  return isOfHouse || treats(consult, me.person.id);
}

/** Whoever is inside hears the door there. */
function isHostInside(consult: ConsultSummary): boolean {
  return consult.in_room.some((person) => person.hospital_id === consult.hospital.id || treats(consult, person.id));
}

function treats(consult: ConsultSummary, person: PersonId): boolean {
  const part = consult.participants.find((participant) => participant.person.id === person)?.part;
  return consult.specialist?.id === person || part === "second_specialist";
}

/** The bell for these; guests can wait a moment, a colleague's patient cannot. */
export function bellOf(summons: readonly Summons[]): "urgent" | "elective" | null {
  if (summons.some(({ kind }) => kind !== "guests")) return "urgent";
  return summons.length > 0 ? "elective" : null;
}

/** Without the guests who have come in or gone: the next one is a new one. */
export function stillSeen(seen: readonly string[], current: readonly Summons[]): string[] {
  const keys = new Set(current.map(({ key }) => key));
  return seen.filter((key) => !key.startsWith(GUESTS) || keys.has(key));
}

/** What the requesting house has told so far of how it went on, as something to be seen. */
export const outcomeKey = (consult: ConsultSummary): string => `outcome:${consult.id}:${consult.outcomes}`;
