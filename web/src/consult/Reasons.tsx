import type { ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import { whyMissing } from "../state/closeOut";
import { Banner } from "../ui";
import "./texts";

/** Why it was cancelled, or closed with details missing; shown to those who may read the case. */
export function Reasons({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("consult");
  const { cancelled_because: cancelled } = detail;
  const missing = whyMissing(detail.summary.missing, detail.missing_because);
  return (
    <>
      {cancelled && (
        <Banner tone="info" role="note" title={t("reasons.cancelled")}>
          {cancelled}
        </Banner>
      )}
      {missing && (
        <Banner tone="info" role="note" title={t("reasons.missing")}>
          {missing}
        </Banner>
      )}
    </>
  );
}
