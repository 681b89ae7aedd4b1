import { useDuties, useServices } from "../api/query";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { onDuty } from "../state/dutyClock";
import { Instant, useNow } from "../ui";

/** The time, large enough for half-open eyes, and until when one is on duty. */
export function DutyClock() {
  const t = useTexts("oncall");
  const now = useNow();
  const locale = localeOf(useLanguage());
  const duties = useDuties();
  const services = useServices().data ?? [];
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  const { now: current, next } = onDuty(duties.data ?? [], now);
  const running = (current?.duties ?? []).filter((duty) => duty.from <= now && duty.until > now);
  const names = running.map(({ service_id, level }) => {
    const name = services.find((service) => service.id === service_id)?.name ?? t("duty.service");
    return `${name} (${t(`common:duty.${level}`)})`;
  });
  return (
    <section className={`duty-clock${current ? " is-on" : ""}`} aria-label={t("clock.label")} data-testid="duty-clock">
      <p className="duty-time clock" role="timer" aria-live="off">
        {clock.format(now)}
      </p>
      {duties.data && (
        <div>
          <p className="duty-until">
            {current ? (
              <>
                {t("clock.on")} <Instant at={current.until} />
              </>
            ) : (
              t("duty.none")
            )}
          </p>
          {names.length > 0 && <p className="muted">{[...new Set(names)].join(" · ")}</p>}
          {!current && next && (
            <p className="muted">
              {t("clock.next")} <Instant at={next.from} />
            </p>
          )}
        </div>
      )}
    </section>
  );
}
