import { useDuties, useServices } from "../api/query";
import type { Duty } from "../api/types";
import { useTexts } from "../i18n";
import { SubscribeButton } from "../swaps/Calendars";
import { ErrorView, Instant, Loading, useNow } from "../ui";
import { GiveAway } from "./Swaps";
import { TakeOver } from "./TakeOver";

/** On duty from now on, in a service that one has duties in. */
export function DutyTakeOver() {
  const t = useTexts("oncall");
  const duties = useDuties();
  const services = useServices();
  const own = [...new Set((duties.data ?? []).map((duty) => duty.service_id))];
  const name = (id: string) => services.data?.find((service) => service.id === id)?.name ?? t("duty.service");
  return <TakeOver key={own.length} services={own.map((id) => ({ id, name: name(id) }))} />;
}

/** When this person is on duty: now, and the next five stretches. */
export function Duties() {
  const t = useTexts("oncall");
  const duties = useDuties();
  const services = useServices();
  const now = useNow();
  const name = (duty: Duty) => services.data?.find((service) => service.id === duty.service_id)?.name ?? t("duty.service");
  const current = (duties.data ?? []).filter((duty) => duty.from <= now && duty.until > now);
  const ahead = (duties.data ?? []).filter((duty) => duty.from > now).toSorted((a, b) => a.from - b.from).slice(0, 5);
  return (
    <section className="stack" aria-labelledby="duty-title">
      <h2 id="duty-title">{t("duty.heading")}</h2>
      {duties.isPending && <Loading />}
      {duties.isError && !duties.data && <ErrorView error={duties.error} onRetry={() => void duties.refetch()} />}
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
                <GiveAway duty={duty} />
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
                <GiveAway duty={duty} />
              </li>
            ))}
          </ul>
          <SubscribeButton />
        </div>
      )}
    </section>
  );
}
