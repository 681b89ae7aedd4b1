import type { TFunction } from "i18next";
import type { TimelineEntry, TimelineWhat } from "../api/types";
import { localeOf, registerTexts, useLanguage, useTexts } from "../i18n";
import { formatSecond } from "../state/time";
import { Instant } from "../ui";
import "./consult.css";
import { de, en } from "./texts";

registerTexts("consult", de, en);

/** One line of the history as a sentence. */
export function timelineText(what: TimelineWhat, t: TFunction, locale: string): string {
  switch (what.type) {
    case "requested":
      return t("timeline.requested", { urgency: t(`common:urgency.${what.urgency}`) });
    case "fields_completed":
      return what.missing.length === 0
        ? t("timeline.fields_completed")
        : t("timeline.fields_missing", { count: what.missing.length });
    case "matched":
      return t("timeline.matched", { round: what.round, count: what.eligible });
    case "ring_started":
      return t("timeline.ring_started", { person: what.person.name, round: what.round, step: what.step });
    case "ring_delivered":
    case "ring_seen":
      return t(`timeline.${what.type}`, { person: what.person.name });
    case "ring_ended":
      return t("timeline.ring_ended", { person: what.person.name, outcome: t(`common:outcome.${what.outcome}`) });
    case "promised":
      return t("timeline.promised", { time: formatSecond(what.until, locale) });
    case "alarm":
      return t("timeline.alarm", { kind: t(`common:alarm.${what.kind}`) });
    default:
      return t(`timeline.${what.type}`);
  }
}

const LOUD: ReadonlySet<TimelineWhat["type"]> = new Set(["alarm", "promise_broken"]);
const GOOD: ReadonlySet<TimelineWhat["type"]> = new Set(["accepted", "answered", "acknowledged"]);

/** What happened, the newest last. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  const t = useTexts("consult");
  const locale = localeOf(useLanguage());
  if (entries.length === 0) return <p className="muted">{t("timelineEmpty")}</p>;
  return (
    <ol className="timeline">
      {entries.map((entry) => (
        <li
          key={entry.seq}
          className={`timeline-entry${LOUD.has(entry.what.type) ? " is-loud" : ""}${GOOD.has(entry.what.type) ? " is-good" : ""}`}
        >
          <span className="timeline-time">
            <Instant at={entry.at} seconds />
          </span>
          <span>
            {timelineText(entry.what, t, locale)}
            {entry.actor && <span className="muted"> · {entry.actor.name}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
