import type { ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import type { KeyImageSource } from "../report/keyImages";
import { ReportWork } from "../report/ReportWork";
import { Panel } from "./Panel";
import { ShownSection } from "./result/ShownSection";
import type { ResultsInRoom } from "./result/useResults";

interface Props {
  detail: ConsultDetail;
  keyImages: KeyImageSource;
  results: ResultsInRoom;
  onClose(): void;
}

/** The report beside the images, so that they can be looked at while it is written. */
export function AnswerPanel({ detail, keyImages, results: { shown, inRoom }, onClose }: Props) {
  const t = useTexts("room");
  const canSign = detail.actions.includes("sign_report");
  const canAmend = detail.actions.includes("amend");
  return (
    <Panel
      title={canSign ? t("writeReport") : t("readReport")}
      testId="answer-panel"
      className="answer-panel"
      onClose={onClose}
    >
      {shown && <ShownSection detail={detail} shown={shown} />}
      <ReportWork detail={detail} keyImages={keyImages} inRoom={inRoom} />
      {!canSign && !canAmend && !detail.answer && !shown && <p>{t("noReport")}</p>}
    </Panel>
  );
}
