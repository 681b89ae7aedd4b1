import i18next from "i18next";
import { expect, test } from "vitest";
import type { TimelineWhat } from "../api/types";
import { person } from "../state/samples";
import { setLanguage } from "../i18n";
import "./texts";
import { timelineText } from "./timelineText";

const P = person("falk");
const ALL: TimelineWhat[] = [
  { type: "prealerted", notified: [], eta: 0 },
  { type: "prealerted", notified: [] },
  { type: "requested", urgency: "emergency" },
  { type: "urgency_changed", urgency: "urgent" },
  { type: "stamped", stamp: "door", at: 0 },
  { type: "taken_over" },
  { type: "offered", to: P, is_hand_over: true },
  { type: "offered", to: P, is_hand_over: false },
  { type: "offer_ended", to: P, accepted: true },
  { type: "offer_ended", to: P, accepted: false },
  { type: "participant_added", person: P, part: "interpreter" },
  { type: "participant_removed", person: P },
  { type: "asked_for_more" },
  { type: "replied" },
  { type: "queued", behind: [P] },
  { type: "study_detached", study_id: "s" },
  { type: "roll_called", present: 3 },
  { type: "consent_recorded", consent: "given_by_representative" },
  { type: "guest_invited", part: "relative" },
  { type: "guest_waits" },
  { type: "guest_admitted" },
  { type: "guest_removed" },
  { type: "amended", version: 2 },
  { type: "report_taken_over" },
  { type: "fed_back" },
  { type: "glass_broken", person: P },
  { type: "fields_completed", missing: [] },
  { type: "fields_completed", missing: ["sex"] },
  { type: "matched", round: 1, eligible: 2 },
  { type: "ring_started", person: P, round: 1, step: 1 },
  { type: "ring_delivered", person: P },
  { type: "ring_seen", person: P },
  { type: "ring_ended", person: P, outcome: "timed_out" },
  { type: "ring_ended", person: P, outcome: "declined", declined_because: "no_capacity" },
  { type: "promised", until: 0 },
  { type: "promise_broken" },
  { type: "alarm", kind: "prealert_overdue" },
  { type: "alarm", kind: "queued" },
  { type: "alarm", kind: "fields_missing" },
  { type: "accepted" },
  { type: "study_attached", study_id: "s" },
  { type: "joined" },
  { type: "left" },
  { type: "session_ended" },
  { type: "answered" },
  { type: "acknowledged" },
  { type: "closed" },
  { type: "cancelled" },
];

test.each(["de", "en"] as const)("every line of the history is a sentence in %s, with every value filled in", (language) => {
  setLanguage(language);
  const t = i18next.getFixedT(language, "consult");
  for (const what of ALL) {
    const text = timelineText(what, t, language === "en" ? "en-GB" : "de-DE");
    expect(text, what.type).not.toMatch(/\{\{|timeline\.|clock\.|room\.|common:|alarm\./);
  }
});
