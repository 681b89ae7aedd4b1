import { registerTexts, type SameShape } from "../i18n";

export const de = {
  opening: "Sie kommen gleich in den Raum …",
  noLink: "Dieser Seite fehlt der Code. Bitte den QR-Code im Raum noch einmal scannen.",
  used: "Dieser Code wurde schon benutzt oder ist abgelaufen. Bitte im Raum unter „Mehr“ einen neuen anzeigen lassen.",
} as const;

export const en: SameShape<typeof de> = {
  opening: "Taking you to the room …",
  noLink: "This page lacks the code. Please scan the QR code in the room again.",
  used: "This code was used before or has expired. Please have a new one shown in the room under “More”.",
};

registerTexts("phone", de, en);
