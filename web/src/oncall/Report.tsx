import type { ConsultDetail, Me } from "../api/types";
import { useTexts } from "../i18n";
import { ReportWork } from "../report/ReportWork";
import { Banner } from "../ui";

/** The report: to be written while it is not there, to be read and amended afterwards. */
export function Report({ detail, me }: { detail: ConsultDetail; me: Me }) {
  const t = useTexts("oncall");
  const { summary, actions } = detail;
  const canSign = actions.includes("sign_report");
  if (!detail.answer && !canSign && !detail.fields) return null;
  return (
    <section className="card stack" aria-labelledby="answer-title">
      <h2 id="answer-title">{t("consult.answer")}</h2>
      {summary.state === "reported" && (
        <Banner tone="ok" title={t("form.signed")}>
          {t("consult.waitForRead", { name: summary.requester.name })}
        </Banner>
      )}
      {!detail.answer && !canSign && (
        <p className="muted">
          {summary.specialist && summary.specialist.id !== me.person.id
            ? t("consult.noReportFrom", { name: summary.specialist.name })
            : t("consult.noAnswerYet")}
        </p>
      )}
      {canSign && summary.state === "accepted" && <p className="muted">{t("consult.endHint")}</p>}
      <ReportWork detail={detail} />
    </section>
  );
}
