/** The person's own sessions and password, and emergency access; namespace `account`, loaded with every page's shell. */

import { registerTexts, type SameShape } from "../i18n";

export const de = {
  title: "Mein Konto",
  sessions: {
    heading: "Angemeldete Geräte",
    current: "dieses Gerät",
    phone: "Telefon, nur für ein Konsil",
    since: "angemeldet {{time}}",
    lastSeen: "zuletzt benutzt {{time}}",
    until: "läuft ab {{time}}",
    end: "Abmelden",
    endFor: "Gerät abmelden, angemeldet {{time}}",
  },
  password: {
    heading: "Passwort ändern",
    current: "Bisheriges Passwort",
    currentHint: "Leer lassen, wenn Sie mit einem Link gekommen sind und noch keines haben.",
    new: "Neues Passwort",
    repeat: "Neues Passwort wiederholen",
    hint: "Mindestens {{count}} Zeichen. Eine Wortgruppe ist leichter zu merken als Sonderzeichen.",
    effect: "Alle anderen Geräte werden dabei abgemeldet.",
    short: "Bitte mindestens {{count}} Zeichen.",
    differs: "Die beiden Eingaben sind verschieden.",
    change: "Passwort ändern",
    done: "Das Passwort ist geändert. Alle anderen Geräte sind abgemeldet.",
  },
  glass: {
    title: "Notfallzugriff",
    text: "Öffnet ein Konsil, zu dem Sie nicht gehören, zum Lesen. Der Zugriff endet von selbst, wird festgehalten, und der Datenschutz wird benachrichtigt.",
    consult: "Kennung des Konsils",
    consultHint: "Zum Beispiel TK-7F3A",
    consultMissing: "Bitte die Kennung eintragen.",
    reason: "Warum ist der Zugriff nötig?",
    reasonHint: "Mindestens zehn Zeichen. Liest der Datenschutz.",
    reasonShort: "Bitte den Grund mit mindestens zehn Zeichen nennen.",
    confirm: "Konsil öffnen",
  },
} as const;

export const en: SameShape<typeof de> = {
  title: "My account",
  sessions: {
    heading: "Signed-in devices",
    current: "this device",
    phone: "telephone, for one consult only",
    since: "signed in {{time}}",
    lastSeen: "last used {{time}}",
    until: "expires {{time}}",
    end: "Sign out",
    endFor: "Sign out the device, signed in {{time}}",
  },
  password: {
    heading: "Change the password",
    current: "Current password",
    currentHint: "Leave empty if you came by a link and have none yet.",
    new: "New password",
    repeat: "Repeat the new password",
    hint: "At least {{count}} characters. A few words are easier to remember than special characters.",
    effect: "All other devices are signed out.",
    short: "Please use at least {{count}} characters.",
    differs: "The two entries differ.",
    change: "Change the password",
    done: "The password is changed. All other devices are signed out.",
  },
  glass: {
    title: "Emergency access",
    text: "Opens a consult that you are not part of, for reading. The access ends by itself, is recorded, and data protection is told.",
    consult: "Name of the consult",
    consultHint: "For instance TK-7F3A",
    consultMissing: "Please enter the name.",
    reason: "Why is the access needed?",
    reasonHint: "At least ten characters. Data protection reads it.",
    reasonShort: "Please give the reason in at least ten characters.",
    confirm: "Open the consult",
  },
};

registerTexts("account", de, en);
