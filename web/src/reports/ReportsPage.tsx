import { useState } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Service } from "../api/types";
import { useTexts } from "../i18n";
import { wallOf } from "../rota/zoneTime";
import { EmptyState, ErrorView, LinkButton, Loading, SelectField, useNow } from "../ui";
import { AnswersReport } from "./AnswersReport";
import { CoverageReport } from "./CoverageReport";
import { DutiesReport } from "./DutiesReport";
import { daysOfPreset, PRESETS, spanOf, type Preset } from "./period";
import "../ui/table.css";
import "./reports.css";
import "./texts";

/** Where the services have no zone yet. */
const ZONE = "Europe/Berlin";

/** What a coordinator reports: answers, coverage, duties; each with a plot, a table and a file. */
export function ReportsPage({ services }: { services: readonly Service[] }) {
  const t = useTexts("reports");
  const zone = services[0]?.zone ?? ZONE;
  const now = useNow();
  const thisYear = Number(wallOf(now, zone).slice(0, 4));
  const [preset, setPreset] = useState<Preset>("this_quarter");
  const [days, setDays] = useState(() => daysOfPreset("this_quarter", now, zone));
  const [year, setYear] = useState(thisYear);
  const span = spanOf(days, zone);
  const choose = (value: string) => {
    const next = PRESETS.find((each) => each === value) ?? "free";
    setPreset(next);
    if (next !== "free") setDays(daysOfPreset(next, now, zone));
  };
  const free = (part: Partial<typeof days>) => {
    setPreset("free");
    setDays({ ...days, ...part });
  };
  return (
    <div className="stack reports" data-testid="reports">
      <h2>{t("heading")}</h2>
      <div className="row report-period no-print" role="group" aria-label={t("period")}>
        <SelectField
          label={t("period")}
          placeholder={t(`preset.${preset}`)}
          value={preset}
          onChange={choose}
          options={PRESETS.map((value) => ({ value, label: t(`preset.${value}`) }))}
        />
        <DayField label={t("first")} value={days.first} onChange={(first) => free({ first })} />
        <DayField label={t("last")} value={days.last} onChange={(last) => free({ last })} />
      </div>
      {span === null ? (
        <p role="alert" className="field-error">
          {t("badPeriod")}
        </p>
      ) : (
        <>
          <AnswersReport span={span} />
          <DutiesReport span={span} />
        </>
      )}
      <CoverageReport
        year={year}
        years={Array.from({ length: 6 }, (_, index) => thisYear - index)}
        onYear={setYear}
      />
    </div>
  );
}

function DayField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label className="field">
      <span className="field-label">{label}</span>
      <input className="input" type="date" value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

/** Heading, file, hint, and what came of the question. */
export function Report<T>(props: {
  name: string;
  hint: string;
  href: string;
  query: UseQueryResult<T[]>;
  tools?: ReactNode;
  children: (lines: T[]) => ReactNode;
}) {
  const t = useTexts("reports");
  const { query } = props;
  return (
    <section className="card stack report" aria-label={props.name}>
      <div className="row spread">
        <h3>{props.name}</h3>
        <div className="row no-print">
          {props.tools}
          <LinkButton href={props.href} download="" aria-label={t("csvOf", { name: props.name })}>
            {t("csv")}
          </LinkButton>
        </div>
      </div>
      <p className="muted small">{props.hint}</p>
      {query.isPending && <Loading />}
      {query.isError && <ErrorView error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && <EmptyState title={t("empty")} />}
      {query.data && query.data.length > 0 && props.children(query.data)}
    </section>
  );
}

/** A wide table scrolls by itself; what scrolls must be reachable by keyboard. */
export function Table({ name, head, rows }: { name: string; head: readonly string[]; rows: readonly (readonly string[])[] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={name}>
      <table className="table">
        <thead>
          <tr>
            {head.map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index}>
              {cells.map((text, place) =>
                place === 0 ? (
                  <th key={place} scope="row">
                    {text}
                  </th>
                ) : (
                  <td key={place} className={/^[\d.,:–]+$/.test(text) ? "is-number" : undefined}>
                    {text}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Seconds as minutes and seconds; a dash where there is nothing. */
export const minutes = (seconds: number | null | undefined): string =>
  seconds === null || seconds === undefined ? "–" : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
