import type { SameShape } from "../i18n";

export const de = {
  title: "Anmelden",
  intro: "Telekonsile anfordern, annehmen und führen.",
  email: "E-Mail-Adresse",
  password: "Passwort",
  signIn: "Anmelden",
  byLink: "Dieser Link meldet Sie ohne Passwort an. Er wirkt einmal.",
  emailMissing: "Bitte die E-Mail-Adresse eingeben.",
  passwordMissing: "Bitte das Passwort eingeben.",
  ended: "Ihre Sitzung ist zu Ende. Nach dem Anmelden geht es dort weiter, wo Sie waren.",
} as const;

export const en: SameShape<typeof de> = {
  title: "Sign in",
  intro: "Ask for, accept and hold expert consultations.",
  email: "E-mail address",
  password: "Password",
  signIn: "Sign in",
  byLink: "This link signs you in without a password. It works once.",
  emailMissing: "Please enter your e-mail address.",
  passwordMissing: "Please enter your password.",
  ended: "Your session has ended. After signing in you continue where you were.",
};
