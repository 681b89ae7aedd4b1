import type { TFunction } from "i18next";
import type { TimelineWhat } from "../api/types";
import { formatInstant, formatSecond } from "../state/time";
import { names } from "../state/notes";

/** One line of the history as a sentence; `t` is that of the namespace `consult`. */
export function timelineText(what: TimelineWhat, t: TFunction, locale: string): string {
  switch (what.type) {
    case "prealerted":
      return what.eta ? t("timeline.prealerted_eta", { time: formatInstant(what.eta, what.eta, locale) }) : t("timeline.prealerted");
    case "requested":
    case "urgency_changed":
      return t(`timeline.${what.type}`, { urgency: t(`common:urgency.${what.urgency}`) });
    case "slot_booked":
      return t("timeline.slot_booked", { person: what.person.name, time: formatInstant(what.start, 0, locale) });
    case "slot_confirmed":
      return t(`timeline.slot_confirmed_${what.side}`);
    case "slot_ended": {
      const values = { person: what.person.name, time: formatInstant(what.start, 0, locale) };
      return t("timeline.slot_ended", { ...values, why: t(`timeline.slot_end.${what.why}`) });
    }
    case "stamped":
      return t("timeline.stamped", { stamp: t(`clock.${what.stamp}`), time: formatInstant(what.at, what.at, locale) });
    case "offered":
      return t(what.is_hand_over ? "timeline.offered_hand_over" : "timeline.offered_assigned", { person: what.to.name });
    case "offer_ended":
      return t(what.accepted ? "timeline.offer_accepted" : "timeline.offer_ended", { person: what.to.name });
    case "participant_added":
      return t("timeline.participant_added", { person: what.person.name, part: t(`common:part.${what.part}`) });
    case "queued":
      return t("timeline.queued", { names: names(what.behind) });
    case "roll_called":
      return t("timeline.roll_called", { count: what.present });
    case "consent_recorded":
      return t("timeline.consent_recorded", { consent: t(`room.consents.${what.consent}`) });
    case "guest_invited":
      return t("timeline.guest_invited", { part: t(`room.guestPart.${what.part}`) });
    case "amended":
      return t("timeline.amended", { version: what.version });
    case "fields_completed":
      return what.missing.length === 0
        ? t("timeline.fields_completed")
        : t("timeline.fields_missing", { count: what.missing.length });
    case "matched":
      return t("timeline.matched", { round: what.round, count: what.eligible });
    case "ring_started":
      return t("timeline.ring_started", { person: what.person.name, round: what.round, step: what.step });
    case "participant_removed":
    case "glass_broken":
    case "ring_delivered":
    case "ring_seen":
      return t(`timeline.${what.type}`, { person: what.person.name });
    case "ring_ended": {
      const values = { person: what.person.name, outcome: t(`common:outcome.${what.outcome}`) };
      const reason = what.declined_because;
      return reason
        ? t("timeline.ring_ended_because", { ...values, reason: t(`common:decline.${reason}`) })
        : t("timeline.ring_ended", values);
    }
    case "promised":
      return t("timeline.promised", { time: formatSecond(what.until, locale) });
    case "group_fault":
      if (what.is_about_guest) return t("timeline.group_fault_guest", { code: what.code });
      return what.about
        ? t("timeline.group_fault_about", { person: what.about.name, code: what.code })
        : t("timeline.group_fault", { code: what.code });
    case "group_barred":
      return what.person
        ? t("timeline.group_barred", { person: what.person.name })
        : t("timeline.group_barred_guest");
    case "alarm":
      return t("timeline.alarm", { kind: t(`common:alarm.${what.kind}`) });
    default:
      return t(`timeline.${what.type}`);
  }
}
