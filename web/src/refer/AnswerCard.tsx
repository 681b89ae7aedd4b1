import type { ConsultDetail } from "../api/types";
import type { Act } from "../consult/useAct";
import { useTexts } from "../i18n";
import { ReportView } from "../report/ReportView";
import { Banner, Button } from "../ui";

/** The signed report, and what the requesting house says about it. */
export function AnswerCard({ detail, work }: { detail: ConsultDetail; work: Act }) {
  const t = useTexts("consult");
  const { answer, actions, summary } = detail;
  if (!answer) return null;
  return (
    <section className="card stack" aria-labelledby="answer-title">
      <h2 id="answer-title">{t("refer:consult.answer")}</h2>
      <ReportView detail={detail} />
      {actions.includes("acknowledge") && (
        <div className="stack">
          <Button
            variant="primary"
            size="huge"
            block
            isPending={work.pending === "acknowledge"}
            onPress={() => void work.act({ type: "acknowledge" })}
          >
            {t("report.acknowledge")}
          </Button>
          <p className="muted small">{t("report.acknowledgeHint", { name: answer.author.name })}</p>
        </div>
      )}
      {actions.includes("report_taken_over") && (
        <div className="stack">
          <Button
            size="large"
            block
            isPending={work.pending === "report_taken_over"}
            onPress={() => void work.act({ type: "report_taken_over" })}
          >
            {t("report.takenOver")}
          </Button>
          <p className="muted small">{t("report.takenOverHint")}</p>
        </div>
      )}
      {summary.report_taken_over && <Banner tone="ok">✓ {t("report.isTakenOver")}</Banner>}
    </section>
  );
}
