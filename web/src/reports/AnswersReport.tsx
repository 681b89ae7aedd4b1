import { useLanguage, useTexts } from "../i18n";
import { csv, useAnswers, type Span } from "./api";
import { BarPlot } from "./BarPlot";
import { minutes, Report, Table } from "./ReportsPage";

export function AnswersReport({ span }: { span: Span }) {
  const t = useTexts("reports");
  const name = t("answers.heading");
  const head = [
    t("service"),
    t("answers.urgency"),
    t("answers.asked"),
    t("answers.accepted"),
    t("answers.declined"),
    t("answers.escalated"),
    t("answers.unanswered"),
    t("answers.cancelled"),
    t("answers.median"),
    t("answers.p95"),
  ];
  return (
    <Report name={name} hint={t("answers.hint")} href={csv.answers(span, useLanguage())} query={useAnswers(span)}>
      {(lines) => (
        <>
          <BarPlot
            caption={t("answers.plot")}
            markName={t("answers.mark")}
            bars={lines.flatMap((line) =>
              line.median_seconds === null || line.median_seconds === undefined
                ? []
                : [
                    {
                      label: `${line.service} · ${t(`common:urgency.${line.urgency}`)}`,
                      value: line.median_seconds,
                      mark: line.p95_seconds ?? null,
                      text: minutes(line.median_seconds),
                    },
                  ],
            )}
          />
          <Table
            name={name}
            head={head}
            rows={lines.map((line) => [
              line.service,
              t(`common:urgency.${line.urgency}`),
              ...[line.asked, line.accepted, line.declined, line.escalated, line.unanswered, line.cancelled].map(String),
              minutes(line.median_seconds),
              minutes(line.p95_seconds),
            ])}
          />
        </>
      )}
    </Report>
  );
}
