import { useDuties, useServices } from "../api/query";
import type { Duty } from "../api/types";
import { useTexts } from "../i18n";
import { ErrorView, Instant, Loading, useNow } from "../ui";
import { TakeOver } from "./TakeOver";

/** When this person is on duty: now, and the next five stretches. */
export function Duties() {
  const t = useTexts("oncall");
  const duties = useDuties();
  const services = useServices();
  const now = useNow();
  const name = (duty: Duty) => services.data?.find((service) => service.id === duty.service_id)?.name ?? t("duty.service");
  const current = (duties.data ?? []).filter((duty) => duty.from <= now && duty.until > now);
  const ahead = (duties.data ?? []).filter((duty) => duty.from > now).toSorted((a, b) => a.from - b.from).slice(0, 5);
  const own = [...new Set((duties.data ?? []).map((duty) => duty.service_id))];
  return (
    <section className="stack" aria-labelledby="duty-title">
      <h2 id="duty-title">{t("duty.heading")}</h2>
      {duties.isPending && <Loading />}
      {duties.isError && <ErrorView error={duties.error} onRetry={() => void duties.refetch()} />}
      {duties.data && (
        <div className="card">
          <h3 className="muted small">{t("duty.now")}</h3>
          {current.length === 0 && <p>{t("duty.none")}</p>}
          <ul>
            {current.map((duty) => (
              <li key={`${duty.service_id}${duty.from}${duty.level}`} className="duty is-now">
                <strong>{name(duty)}</strong>
                <span>
                  {t(`common:duty.${duty.level}`)} · {t("duty.until")} <Instant at={duty.until} />
                  {duty.is_override && ` · ${t("duty.override")}`}
                </span>
              </li>
            ))}
          </ul>
          <h3 className="muted small duty-next">{t("duty.next")}</h3>
          {ahead.length === 0 && <p className="muted">{t("duty.noneAhead")}</p>}
          <ul>
            {ahead.map((duty) => (
              <li key={`${duty.service_id}${duty.from}${duty.level}`} className="duty">
                <strong>{name(duty)}</strong>
                <span>
                  {t(`common:duty.${duty.level}`)} · <Instant at={duty.from} /> – <Instant at={duty.until} />
                  {duty.is_override && ` · ${t("duty.override")}`}
                </span>
              </li>
            ))}
          </ul>
          <TakeOver
            key={own.length}
            services={own.map((id) => ({ id, name: services.data?.find((service) => service.id === id)?.name ?? t("duty.service") }))}
          />
        </div>
      )}
    </section>
  );
}
