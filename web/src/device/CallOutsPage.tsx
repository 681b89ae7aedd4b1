import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { EmptyState, ErrorView, Instant, Loading, SelectField, UrgencyBadge, useNow } from "../ui";
import { callOutsCsv, deviceApi, keys } from "./api";
import "./texts";

/** Months to choose from: what a time sheet is asked for. */
const MONTHS = 13;

/** What one was called out for, month by month. */
export function CallOutsPage() {
  const t = useTexts("device");
  const locale = localeOf(useLanguage());
  const now = new Date(useNow());
  const [back, setBack] = useState("0");
  const first = (months: number) => new Date(now.getFullYear(), now.getMonth() - months, 1).getTime();
  const [from, until] = [first(Number(back)), first(Number(back) - 1)];
  const lines = useQuery({ queryKey: [...keys.callOuts, from], queryFn: () => deviceApi.callOuts(from, until) });
  const month = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" });
  const sum = (lines.data ?? []).reduce((all, line) => all + line.minutes, 0);
  return (
    <div className="stack" data-testid="call-outs">
      <h1>{t("callOuts.title")}</h1>
      <p className="muted">{t("callOuts.about")}</p>
      <SelectField
        label={t("callOuts.month")}
        value={back}
        placeholder={month.format(first(0))}
        onChange={(value) => setBack(value === "" ? "0" : value)}
        options={Array.from({ length: MONTHS }, (_, months) => ({ value: String(months), label: month.format(first(months)) }))}
      />
      {lines.isPending && <Loading />}
      {lines.isError && <ErrorView error={lines.error} onRetry={() => void lines.refetch()} />}
      {lines.data?.length === 0 && <EmptyState title={t("callOuts.none")} />}
      {lines.data && lines.data.length > 0 && (
        <div className="card stack">
          <ul className="contact-list">
            {lines.data.map((line) => (
              <li key={line.consult_id} className="row spread">
                <span>
                  <UrgencyBadge urgency={line.urgency} /> <strong>{line.hospital}</strong>
                  <span className="block muted small">
                    {line.service} · {line.label} · <Instant at={line.accepted_at} zone={line.zone} /> –{" "}
                    {line.ended_at ? <Instant at={line.ended_at} zone={line.zone} /> : t("callOuts.running")}
                  </span>
                </span>
                <span className="clock">
                  {t("callOuts.minutes", { count: line.minutes })}
                  <span className="block muted small">{t("callOuts.inRoom", { count: line.room_minutes })}</span>
                </span>
              </li>
            ))}
          </ul>
          <p className="row spread">
            <strong>
              {t("callOuts.sum")}: {t("callOuts.minutes", { count: sum })}
            </strong>
            <a className="button button-secondary button-normal" href={callOutsCsv(from, until)} download>
              {t("callOuts.csv")}
            </a>
          </p>
        </div>
      )}
    </div>
  );
}
