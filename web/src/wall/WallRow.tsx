import type { BoardSite, Duty, DutyLevel } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Elapsed, useNow } from "../ui";
import { shortTime, siteLight, sitesShown, type Light, type Reason, type Row } from "./status";

/** A sign beside each colour: not everybody sees the colour. */
const SIGN: Record<Light, string> = { red: "✕", yellow: "!", green: "✓" };
const LEVELS: readonly DutyLevel[] = ["primary", "secondary", "backup"];
/** Reasons and houses that have room. The others are on the desk. */
const REASONS = 2;
const SITES = 4;

/** One service: how it stands and why, who is on now and next, its houses, its consults. */
export function WallRow({ row }: { row: Row }) {
  const t = useTexts("wall");
  const { service } = row.entry;
  const shown = sitesShown(row.entry.sites ?? [], SITES);
  // Who is missing is told of first and second duty; not every service has a third.
  const levels = LEVELS.filter((level) => level !== "backup" || row.now.backup.length > 0);
  return (
    <li className={`wall-row is-${row.light}`} data-light={row.light}>
      <div className="wall-light">
        <span className="wall-sign" aria-hidden="true">
          {SIGN[row.light]}
        </span>
        <span className="wall-word">{t(`light.${row.light}`)}</span>
      </div>
      <div className="wall-service">
        <h2>{service.name}</h2>
        {row.reasons.length === 0 && <p className="wall-good">{t("good")}</p>}
        {row.reasons.slice(0, REASONS).map((reason, index) => (
          <p key={`${reason.kind}${index}`} className="wall-reason">
            <ReasonText reason={reason} zone={service.zone} />
          </p>
        ))}
      </div>
      <dl className="wall-duty" aria-label={t("onDuty")}>
        {levels.map((level) => (
          <div key={level} className={`wall-level is-${level}`}>
            <dt>{t(`level.${level}`)}</dt>
            <dd>
              <OnNow duties={row.now[level]} zone={service.zone} />
            </dd>
          </div>
        ))}
      </dl>
      <div className="wall-ahead">
        <Next duties={row.next} zone={service.zone} />
        <p>
          {row.entry.gap_at ? (
            <>
              {t("gap")}: <Short at={row.entry.gap_at} zone={service.zone} />
            </>
          ) : (
            t("gapNone")
          )}
        </p>
        {row.tests && (
          <p>
            {t("test")}: {row.tests.last === null ? t("testNever") : t("testPassed", row.tests)}
          </p>
        )}
      </div>
      <ul className="wall-sites" aria-label={t("sites")}>
        {shown.sites.map((site) => (
          <Site key={site.id} site={site} />
        ))}
        {shown.more > 0 && <li className="wall-site">{t("more", { count: shown.more })}</li>}
      </ul>
      <div className="wall-open">
        <strong>{t("open", { count: row.consults })}</strong>
        {row.waitingSince !== null && (
          <span className="wall-waits">
            <Waits since={row.waitingSince} />
          </span>
        )}
      </div>
    </li>
  );
}

/** A clock within a sentence. */
function Waits({ since }: { since: number }) {
  const t = useTexts("wall");
  const [before, after] = t("waits", { time: "|" }).split("|");
  return (
    <>
      {before}
      <Elapsed since={since} />
      {after}
    </>
  );
}

function ReasonText({ reason, zone }: { reason: Reason; zone: string }) {
  const t = useTexts("wall");
  const time = useShortTime(zone);
  switch (reason.kind) {
    case "gap":
      return <>{t("reason.gap", { time: time(reason.at) ?? "" })}</>;
    case "alarm":
      return <>{t("reason.alarm", { alarm: t(`common:alarm.${reason.alarm}`), label: reason.label })}</>;
    case "site":
    case "site_reserve":
      // Which ones stands beside it.
      return <>{t(`reason.${reason.kind}`, { count: reason.names.length, names: reason.names.join(", ") })}</>;
    case "resting":
    case "test_failed":
      return <>{t(`reason.${reason.kind}`, { names: reason.names.join(", ") })}</>;
    default:
      return <>{t(`reason.${reason.kind}`)}</>;
  }
}

function OnNow({ duties, zone }: { duties: readonly Duty[]; zone: string }) {
  const t = useTexts("wall");
  const time = useShortTime(zone);
  const [first] = duties;
  if (!first) return <span className="wall-nobody">{t("nobody")}</span>;
  const until = time(first.until);
  return (
    <>
      <strong>{[...new Set(duties.map((duty) => duty.person.name))].join(", ")}</strong>
      {until !== null && (
        <span className="wall-until">
          {t("until")} {until}
        </span>
      )}
    </>
  );
}

/** The next who has first duty; somebody weaker says less. */
function Next({ duties, zone }: { duties: readonly Duty[]; zone: string }) {
  const t = useTexts("wall");
  const duty = duties.find(({ level }) => level === "primary") ?? duties[0];
  if (!duty) return <p>{t("nextNone")}</p>;
  return (
    <>
      <p>
        {t("next")} {t("from")} <Short at={duty.from} zone={zone} />
      </p>
      <p className="wall-next">{duty.person.name}</p>
    </>
  );
}

function Short({ at, zone }: { at: number; zone: string }) {
  const time = useShortTime(zone);
  return <time dateTime={new Date(at).toISOString()}>{time(at)}</time>;
}

function useShortTime(zone: string): (at: number) => string | null {
  const locale = localeOf(useLanguage());
  const now = useNow();
  return (at) => shortTime(at, now, locale, zone);
}

function Site({ site }: { site: BoardSite }) {
  const t = useTexts("wall");
  const light = siteLight(site);
  return (
    <li className={`wall-site is-${light}`}>
      <span aria-hidden="true">{SIGN[light]}</span> {site.name} <span className="visually-hidden">{t(`site.${light}`)}</span>
    </li>
  );
}
