/** The pre-alert: before any data, two taps. */

import type { SameShape } from "../../i18n";

export const de = {
  prealert: {
    heading: "Notfall-Voralarm",
    text: "Der Patient ist noch unterwegs? Fachrichtung antippen, dann das Eintreffen.",
    sendTo: "Notfall-Voralarm senden. Der Patient kommt in",
    minutes: "{{minutes}} min",
    send: "{{minutes}} min: Notfall-Voralarm an {{service}} senden",
    sent: "Voralarm ist gesendet",
    sentText: "{{service}} ist seit {{time}} informiert. Noch klingelt es bei niemandem.",
    notified: "Informiert: {{names}}",
    nobody: "Gerade hat niemand Dienst. Bitte auch anrufen.",
    arrival: "Eintreffen",
    changeEta: "Eintreffen ändern",
    noEta: "ohne Zeitangabe",
    requestUrgency: "Dringlichkeit der Anforderung",
    request: "Jetzt anfordern",
    requestHint: "Dann klingelt es. Die Angaben unten können vorher und nachher ergänzt werden.",
    withEdits: "Die unten eingetragenen Angaben werden mitgesendet.",
  },
} as const;

export const en: SameShape<typeof de> = {
  prealert: {
    heading: "Emergency pre-alert",
    text: "Is the patient still on the way? Tap the service, then the arrival.",
    sendTo: "Send the emergency pre-alert. The patient arrives in",
    minutes: "{{minutes}} min",
    send: "{{minutes}} min: send the emergency pre-alert to {{service}}",
    sent: "The pre-alert is sent",
    sentText: "{{service}} has known since {{time}}. Nobody is being rung yet.",
    notified: "Told: {{names}}",
    nobody: "Nobody is on duty right now. Please use the telephone as well.",
    arrival: "Arrival",
    changeEta: "Change the arrival",
    noEta: "no time given",
    requestUrgency: "Urgency of the request",
    request: "Request now",
    requestHint: "Then it rings. The details below can be completed before and after.",
    withEdits: "The details entered below are sent along.",
  },
};
