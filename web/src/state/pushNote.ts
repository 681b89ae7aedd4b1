/** What a push message shows on a locked screen: never a patient. Pure: told the time. */

import type { ConsultId, PushMessage, RingId, Urgency } from "../api/types";

export interface NoteData {
  receipt: string;
  ring: { ringId: RingId; consultId: ConsultId; service: string; hospital: string; urgency: Urgency; until: number; language: Language } | null;
  /** Where a press leads. */
  url: string;
}

type Language = "de" | "en";

/** `NotificationOptions` with what only some browsers know. */
export interface Note {
  title: string;
  options: {
    body: string;
    tag: string;
    data: NoteData;
    lang: Language;
    icon: string;
    badge: string;
    renotify: boolean;
    requireInteraction: boolean;
    silent: boolean;
    vibrate?: number[];
    actions?: { action: NoteAction; title: string }[];
  };
}

export type NoteAction = "accept" | "in_five";

const WORDS = {
  de: {
    urgency: { emergency: "Notfall", urgent: "Dringend", elective: "Elektiv" },
    eta: (time: string) => `Eintreffen ${time}`,
    open: "Tippen zum Antworten",
    over: "Der Ruf ist erledigt",
    late: "Der Ruf ist vorbei",
    accept: "Annehmen",
    inFive: "In 5 Minuten",
    alarm: "Alarm",
    note: "Ihre Dienste",
    test: "Selbsttest: angekommen",
    testBody: "Dieses Gerät wird geweckt.",
    done: { accept: "Angenommen", accept_in_five: "In 5 Minuten zugesagt", pass_on: "Weitergegeben", decline: "Abgelehnt" },
    waits: "Kein Netz – die Antwort wird gesendet, sobald es da ist",
    taken: (name: string | null) => (name === null ? "Zu spät: der Ruf war schon vorbei" : `Zu spät: ${name} hat übernommen`),
    refused: "Nicht angekommen – bitte in der App antworten",
  },
  en: {
    urgency: { emergency: "Emergency", urgent: "Urgent", elective: "Elective" },
    eta: (time: string) => `arrives ${time}`,
    open: "Tap to answer",
    over: "The call is settled",
    late: "The call is over",
    accept: "Accept",
    inFive: "In 5 minutes",
    alarm: "Alarm",
    note: "Your duties",
    test: "Self-test: arrived",
    testBody: "This device can be woken.",
    done: { accept: "Accepted", accept_in_five: "Promised in 5 minutes", pass_on: "Passed on", decline: "Declined" },
    waits: "No network – the answer is sent as soon as there is one",
    taken: (name: string | null) => (name === null ? "Too late: the call was over" : `Too late: ${name} has taken it`),
    refused: "It did not arrive – please answer in the app",
  },
};

export const wordsOf = (language: string) => WORDS[languageOf(language)];
export const languageOf = (language: string): Language => (language === "en" ? "en" : "de");

/** Long enough to wake somebody, short enough for the phone to accept it. Notifications vibrate once. */
const WAKE = [800, 200, 800, 200, 800, 200, 800, 200, 800];

export const ringTag = (ringId: RingId): string => `ring:${ringId}`;

/** `time` writes a wall time of the device's zone. */
export function noteOf(message: PushMessage, now: number, time: (at: number) => string): Note {
  const language = message.type === "ring_ended" ? "de" : languageOf(message.language);
  const words = WORDS[language];
  const base = (tag: string): Note["options"] => ({
    body: "",
    tag,
    data: { receipt: message.receipt, ring: null, url: "/oncall/" },
    lang: language,
    icon: "/oncall/icon-192.png",
    badge: "/oncall/badge-96.png",
    renotify: false,
    requireInteraction: false,
    silent: false,
  });
  switch (message.type) {
    case "ring": {
      const { ring_id, consult_id, service, hospital, urgency, until } = message;
      const isOver = until <= now;
      const where = [hospital, message.eta ? words.eta(time(message.eta)) : "", isOver ? words.late : words.open];
      const common = base(ringTag(ring_id));
      return {
        title: `${words.urgency[urgency]} · ${service}`,
        options: {
          ...common,
          body: where.filter(Boolean).join("\n"),
          data: { ...common.data, ring: { ringId: ring_id, consultId: consult_id, service, hospital, urgency, until, language } },
          // A repeat of the same ring wakes again; one that came late does not.
          renotify: !isOver,
          requireInteraction: !isOver,
          silent: isOver,
          ...(isOver
            ? {}
            : {
                vibrate: WAKE,
                actions: [
                  { action: "accept" as const, title: words.accept },
                  { action: "in_five" as const, title: words.inFive },
                ],
              }),
        },
      };
    }
    // Some browsers take the right to push away from whoever shows nothing: it replaces the ring, and is taken away.
    case "ring_ended":
      return { title: words.over, options: { ...base(ringTag(message.ring_id)), silent: true } };
    case "alarm":
      return {
        title: words.alarm,
        options: { ...base(`message:${message.message_id}`), body: message.text, renotify: true, requireInteraction: true, vibrate: WAKE },
      };
    case "note":
      return { title: words.note, options: { ...base(`message:${message.message_id}`), body: message.text } };
    case "test":
      return { title: words.test, options: { ...base("self-test"), body: words.testBody, renotify: true } };
  }
}
