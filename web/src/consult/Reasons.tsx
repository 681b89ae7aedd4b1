import type { ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import { Banner } from "../ui";
import "./texts";

/** Why it was cancelled, or closed with details missing; shown to those who may read the case. */
export function Reasons({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("consult");
  const { cancelled_because: cancelled, missing_because: missing } = detail;
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
