import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatElapsed, formatInstant, formatSecond, isoDuration, minutesUntil, secondsLeft } from "../state/time";
import { useNow } from "./useNow";

/** Running clock since an instant: `7:04`. Not announced: a screen reader reads it when asked. */
export function Elapsed({ since, until, className = "" }: { since: number; until?: number | null; className?: string }) {
  const now = useNow();
  const ms = (until ?? now) - since;
  return (
    <time className={`clock ${className}`} dateTime={isoDuration(ms)} role="timer" aria-live="off">
      {formatElapsed(ms)}
    </time>
  );
}

/** Whole seconds that are left. */
export function useSecondsLeft(until: number): number {
  return secondsLeft(until, useNow());
}

/** Wall time, with the day unless it is today. */
export function Instant({ at, seconds = false, zone }: { at: number; seconds?: boolean; zone?: string }) {
  const locale = localeOf(useLanguage());
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()}>{seconds ? formatSecond(at, locale) : formatInstant(at, now, locale, zone)}</time>
  );
}

/** When the patient arrives, as a number of minutes while that is near. */
export function Eta({ at }: { at: number }) {
  const t = useTexts("common");
  const now = useNow();
  const locale = localeOf(useLanguage());
  const minutes = minutesUntil(at, now);
  const text =
    minutes < 1
      ? t("eta.arrived")
      : minutes <= 90
        ? t("eta.in", { minutes })
        : t("eta.at", { time: formatInstant(at, now, locale) });
  return <span className="eta">{text}</span>;
}
