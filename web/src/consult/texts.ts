/** Texts of what several apps show of a consult; namespace `consult`. */

import type { SameShape } from "../i18n";

export const de = {
  timeline: {
    requested: "Angefordert: {{urgency}}",
    fields_completed: "Angaben ergänzt",
    fields_missing_one: "Angaben ergänzt, 1 fehlt noch",
    fields_missing_other: "Angaben ergänzt, {{count}} fehlen noch",
    matched_one: "Runde {{round}}: 1 Person kommt in Frage",
    matched_other: "Runde {{round}}: {{count}} Personen kommen in Frage",
    ring_started: "Es klingelt bei {{person}} (Runde {{round}}, Stufe {{step}})",
    ring_delivered: "Zugestellt bei {{person}}",
    ring_seen: "Gesehen von {{person}}",
    ring_ended: "{{person}} {{outcome}}",
    promised: "Will bis {{time}} da sein",
    promise_broken: "Ist nicht gekommen, es klingelt weiter",
    alarm: "Alarm: {{kind}}",
    accepted: "Angenommen",
    study_attached: "Bilder zugeordnet",
    joined: "Raum betreten",
    left: "Raum verlassen",
    session_ended: "Gespräch beendet",
    answered: "Antwort unterschrieben",
    acknowledged: "Antwort zur Kenntnis genommen",
    closed: "Abgeschlossen",
    cancelled: "Abgebrochen",
  },
  timelineEmpty: "Noch nichts geschehen.",
} as const;

export const en: SameShape<typeof de> = {
  timeline: {
    requested: "Requested: {{urgency}}",
    fields_completed: "Details completed",
    fields_missing_one: "Details added, 1 missing",
    fields_missing_other: "Details added, {{count}} missing",
    matched_one: "Round {{round}}: 1 person is eligible",
    matched_other: "Round {{round}}: {{count}} people are eligible",
    ring_started: "Ringing {{person}} (round {{round}}, step {{step}})",
    ring_delivered: "Delivered to {{person}}",
    ring_seen: "Seen by {{person}}",
    ring_ended: "{{person}} {{outcome}}",
    promised: "Will be there by {{time}}",
    promise_broken: "Did not come, ringing goes on",
    alarm: "Alarm: {{kind}}",
    accepted: "Accepted",
    study_attached: "Images attached",
    joined: "Entered the room",
    left: "Left the room",
    session_ended: "Session ended",
    answered: "Answer signed",
    acknowledged: "Answer acknowledged",
    closed: "Closed",
    cancelled: "Cancelled",
  },
  timelineEmpty: "Nothing has happened yet.",
};
