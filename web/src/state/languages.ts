/** ISO 639-1 codes that are offered; others that somebody has already are offered as well. */
export const LANGUAGES: readonly string[] = ["de", "en", "fr", "tr", "ar", "ru", "uk", "pl", "es", "it"];
