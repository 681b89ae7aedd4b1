import { useEffect, useState, useSyncExternalStore } from "react";
import type { ConsultSummary } from "../api/types";
import { useTexts } from "../i18n";
import { isLoud, loudAlarms } from "../state/board";
import { askedSince } from "../state/lists";
import { Button, Elapsed, LinkButton, PhoneLink, UrgencyBadge } from "../ui";
import { ringer } from "../ui/Ringer";

/** Consults that need somebody now. It sounds until each alarm was seen here; a new one sounds again. */
export function Alarms({ consults }: { consults: readonly ConsultSummary[] }) {
  const t = useTexts("desk");
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const isArmed = useSyncExternalStore(ringer.subscribe, ringer.isArmed);
  const alarmed = consults.filter((consult) => consult.alarm);
  const loud = loudAlarms(consults);
  const isSounding = loud.some((alarm) => !seen.has(alarm));

  useEffect(() => {
    if (isSounding && isArmed) ringer.start("alarm");
    else ringer.stop();
    return () => ringer.stop();
  }, [isSounding, isArmed]);

  useEffect(() => {
    const base = document.title.replace(/^\(\d+\) /, "");
    document.title = loud.length > 0 ? `(${loud.length}) ${base}` : base;
  }, [loud.length]);

  if (alarmed.length === 0) return null;
  return (
    <section className="alarms" aria-labelledby="alarms-title">
      {/* Announces what is alarmed, and not the clocks beside it. */}
      <p className="visually-hidden" role="alert">
        {alarmed.map((consult) => `${t(`common:alarm.${consult.alarm ?? "ladder_exhausted"}`)}: ${consult.service.name}`).join(". ")}
      </p>
      <div className="row spread">
        <h2 id="alarms-title">
          {t("alarms.heading")} ({alarmed.length})
        </h2>
        {isSounding && (
          <Button onPress={() => setSeen(new Set([...seen, ...loud]))}>{t("alarms.silence")}</Button>
        )}
      </div>
      <ul className="alarm-list">
        {alarmed.map((consult) => (
          <li key={consult.id} className={`alarm${consult.alarm && isLoud(consult.alarm) ? " is-loud" : ""}`}>
            <div className="alarm-what">
              <strong className="alarm-kind">{t(`common:alarm.${consult.alarm ?? "ladder_exhausted"}`)}</strong>
              <span>
                <UrgencyBadge urgency={consult.urgency} /> {consult.service.name} · {consult.hospital.name} · {consult.label}
              </span>
            </div>
            <span className="alarm-clock" aria-label={t("alarms.since")}>
              <Elapsed since={askedSince(consult)} />
            </span>
            <PhoneLink number={consult.requester.phone ?? consult.hospital.phone} label={consult.requester.name} />
            <LinkButton href={`#/consult/${consult.id}`}>{t("alarms.open")}</LinkButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
