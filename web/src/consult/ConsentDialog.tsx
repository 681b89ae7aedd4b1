import { useState } from "react";
import type { Consent, ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Choice, Dialog, ErrorView } from "../ui";
import "./texts";
import { useAct } from "./useAct";

const CONSENTS: readonly Consent[] = ["given", "given_by_representative", "presumed", "refused"];

/** What the patient said to this consultation. */
export function ConsentDialog({ detail, onClose }: { detail: ConsultDetail; onClose(): void }) {
  const t = useTexts("consult");
  const work = useAct(detail.summary.id);
  const [consent, setConsent] = useState<Consent | null>(detail.consent?.consent ?? null);
  const record = async () => {
    if (consent !== null && (await work.act({ type: "record_consent", consent }))) onClose();
  };
  return (
    <Dialog
      title={t("room.consent")}
      isOpen
      onClose={onClose}
      actions={
        <Button
          variant="primary"
          isDisabled={consent === null}
          isPending={work.pending !== null}
          onPress={() => void record()}
          data-testid="consent-record"
        >
          {t("room.ask.record")}
        </Button>
      }
    >
      <div className="stack">
        <p>{t("room.ask.about")}</p>
        <Choice<Consent>
          label={t("room.consent")}
          value={consent}
          onChange={setConsent}
          options={CONSENTS.map((value) => ({ value, label: t(`room.consents.${value}`) }))}
        />
        {consent === "refused" && <Banner tone="warn">{t("room.ask.refused")}</Banner>}
        {work.error !== null && <ErrorView error={work.error} />}
      </div>
    </Dialog>
  );
}
