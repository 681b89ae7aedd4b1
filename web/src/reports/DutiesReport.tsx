import { localeOf, useLanguage, useTexts } from "../i18n";
import { csv, useDutyLines, type Span } from "./api";
import { BarPlot } from "./BarPlot";
import { Report, Table } from "./ReportsPage";

export function DutiesReport({ span }: { span: Span }) {
  const t = useTexts("reports");
  const language = useLanguage();
  const number = new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: 1 });
  const hours = (seconds: number) => number.format(seconds / 3600);
  const name = t("duties.heading");
  const head = [
    t("duties.person"),
    t("service"),
    t("duties.hours"),
    t("duties.nights"),
    t("duties.weekends"),
    t("duties.holidays"),
    t("duties.callOuts"),
    t("duties.weight"),
    t("duties.even"),
  ];
  return (
    <Report name={name} hint={t("duties.hint")} href={csv.duties(span, language)} query={useDutyLines(span)}>
      {(lines) => (
        <>
          <BarPlot
            caption={t("duties.plot")}
            markName={t("duties.mark")}
            bars={lines.map((line) => ({
              label: `${line.person.name} · ${line.service}`,
              value: line.burden.weight,
              mark: line.even,
              text: `${hours(line.burden.weight)} h`,
            }))}
          />
          <Table
            name={name}
            head={head}
            rows={lines.map(({ person, service, burden, even }) => [
              person.name,
              service,
              ...[burden.duty, burden.nights, burden.weekends, burden.holidays].map(hours),
              String(burden.call_outs),
              hours(burden.weight),
              hours(even),
            ])}
          />
        </>
      )}
    </Report>
  );
}
