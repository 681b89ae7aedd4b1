import type { TimelineEntry, TimelineWhat } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Instant } from "../ui";
import "./consult.css";
import "./texts";
import { timelineText } from "./timelineText";

const LOUD: ReadonlySet<TimelineWhat["type"]> = new Set(["alarm", "promise_broken", "glass_broken", "study_detached"]);
const GOOD: ReadonlySet<TimelineWhat["type"]> = new Set(["accepted", "answered", "acknowledged", "replied", "report_taken_over"]);

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
