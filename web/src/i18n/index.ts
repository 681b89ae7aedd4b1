/**
 * Texts. German first; English by the switch, remembered per browser. Each app brings its own namespace:
 *
 *     registerTexts("refer", de, en);        // once, in the app's texts.ts
 *     const t = useTexts("refer");           // in a component
 *     t("send"); t("ringing", { count: 2 }); // plural: keys `ringing_one`, `ringing_other`
 *
 * `en` must have exactly the keys of `de`, which the compiler checks.
 */

import i18next, { type TFunction } from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import * as common from "./common";
import * as problem from "./problem";

export type Language = "de" | "en";
const STORE = "telekonsil.language";

/** Nested texts of the same shape, whatever they say. */
export type SameShape<T> = { readonly [K in keyof T]: T[K] extends string ? string : SameShape<T[K]> };

function storedLanguage(): Language {
  try {
    return localStorage.getItem(STORE) === "en" ? "en" : "de";
  } catch {
    return "de";
  }
}

const isBrowser = typeof document !== "undefined";

void i18next.use(initReactI18next).init({
  resources: {
    de: { common: common.de, problem: problem.de },
    en: { common: common.en, problem: problem.en },
  },
  lng: isBrowser ? storedLanguage() : "de",
  fallbackLng: "de",
  defaultNS: "common",
  initAsync: false,
  // A key on the screen says nothing to anybody: it counts as a fault of the page.
  saveMissing: true,
  missingKeyHandler: (_languages, namespace, key, _fallback, _update, options) => {
    const { defaultValue } = (options ?? {}) as { defaultValue?: string };
    if (defaultValue === undefined) console.error(`no text for ${namespace}:${key}`);
  },
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
});

if (isBrowser) {
  const mark = (language: string) => document.documentElement.setAttribute("lang", language);
  mark(i18next.language);
  i18next.on("languageChanged", mark);
}

/** Adds an app's texts; call it once per namespace, before rendering. */
export function registerTexts<const T extends object>(namespace: string, de: T, en: SameShape<T>): void {
  i18next.addResourceBundle("de", namespace, de);
  i18next.addResourceBundle("en", namespace, en);
}

/** The translating function of one namespace; keys of other namespaces as `common:key`. */
export function useTexts(namespace: string): TFunction {
  return useTranslation(namespace).t as TFunction;
}

/** Translates outside of React. */
export function translate(key: string, values?: Record<string, unknown>): string {
  return i18next.t(key, values ?? {});
}

export function useLanguage(): Language {
  return useTranslation().i18n.language === "en" ? "en" : "de";
}

/** BCP 47 tag for `Intl`. */
export const localeOf = (language: Language): string => (language === "en" ? "en-GB" : "de-DE");

export function setLanguage(language: Language): void {
  try {
    localStorage.setItem(STORE, language);
  } catch {
    // Private mode without storage: the choice lasts as long as the page.
  }
  void i18next.changeLanguage(language);
}
