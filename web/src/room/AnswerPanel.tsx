import { AnswerView } from "../consult/AnswerView";
import type { ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import { AnswerForm } from "../oncall/AnswerForm";
import { Button } from "../ui";

/** The written answer beside the images, so that they can be looked at while it is written. */
export function AnswerPanel({ detail, onClose }: { detail: ConsultDetail; onClose(): void }) {
  const t = useTexts("room");
  const canAnswer = detail.actions.includes("submit_answer");
  return (
    <aside
      className="answer-panel"
      aria-label={canAnswer ? t("writeAnswer") : t("readAnswer")}
      data-testid="answer-panel"
    >
      <header className="answer-panel-head">
        <h2>{canAnswer ? t("writeAnswer") : t("readAnswer")}</h2>
        <Button variant="quiet" aria-label={t("common:close")} onPress={onClose}>
          <span aria-hidden="true">×</span>
        </Button>
      </header>
      {canAnswer && <AnswerForm id={detail.summary.id} />}
      {detail.answer && <AnswerView signed={detail.answer} />}
      {!canAnswer && !detail.answer && <p>{t("sessionEnded")}</p>}
    </aside>
  );
}
