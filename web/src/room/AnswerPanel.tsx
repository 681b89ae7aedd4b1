import type { ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import type { KeyImageSource } from "../report/keyImages";
import { ReportWork } from "../report/ReportWork";
import { Panel } from "./Panel";

interface Props {
  detail: ConsultDetail;
  keyImages: KeyImageSource;
  onClose(): void;
}

/** The report beside the images, so that they can be looked at while it is written. */
export function AnswerPanel({ detail, keyImages, onClose }: Props) {
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
      <ReportWork detail={detail} keyImages={keyImages} />
      {!canSign && !canAmend && !detail.answer && <p>{t("noReport")}</p>}
    </Panel>
  );
}
