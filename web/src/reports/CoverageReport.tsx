import { localeOf, useLanguage, useTexts } from "../i18n";
import { SelectField } from "../ui";
import { csv, useCoverage } from "./api";
import { BarPlot } from "./BarPlot";
import { minutes, Report, Table } from "./ReportsPage";

interface Props {
  year: number;
  years: readonly number[];
  onYear: (year: number) => void;
}

export function CoverageReport({ year, years, onYear }: Props) {
  const t = useTexts("reports");
  const language = useLanguage();
  const number = new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: 1 });
  const name = t("coverage.heading");
  const head = [
    t("coverage.group"),
    t("service"),
    t("coverage.site"),
    t("coverage.quarter"),
    t("coverage.covered"),
    t("coverage.uncovered"),
    t("coverage.named"),
    t("coverage.asked"),
    t("coverage.median"),
  ];
  const tools = (
    <SelectField
      label={t("year")}
      placeholder={String(year)}
      value={String(year)}
      onChange={(value) => onYear(Number(value))}
      options={years.map((each) => ({ value: String(each), label: String(each) }))}
    />
  );
  return (
    <Report name={name} hint={t("coverage.hint")} href={csv.coverage(year, language)} query={useCoverage(year)} tools={tools}>
      {(lines) => (
        <>
          <BarPlot
            caption={t("coverage.plot")}
            bars={lines.map((line) => ({
              label: `Q${line.quarter} ${line.service} · ${line.hospital}`,
              value: line.uncovered_minutes,
              text: number.format(line.uncovered_minutes),
            }))}
          />
          <Table
            name={name}
            head={head}
            rows={lines.map((line) => [
              t(`common:specialty.${line.specialty}`),
              line.service,
              line.hospital,
              `${line.year} Q${line.quarter}`,
              number.format(line.covered_hundredths / 100),
              number.format(line.uncovered_minutes),
              line.specialists.map(({ person, hours }) => `${person.name} (${hours} h)`).join(", ") || "–",
              String(line.asked),
              minutes(line.median_seconds),
            ])}
          />
        </>
      )}
    </Report>
  );
}
