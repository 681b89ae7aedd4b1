import { useState } from "react";
import type { Consent, ConsultDetail } from "../api/types";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { Banner, Button, Choice, Dialog, ErrorView } from "../ui";

const CONSENTS: readonly Consent[] = ["given", "given_by_representative", "presumed", "refused"];

/** What the patient said to this consultation. */
export function ConsentDialog({ detail, onClose }: { detail: ConsultDetail; onClose(): void }) {
  const t = useTexts("room");
  const work = useAct(detail.summary.id);
  const [consent, setConsent] = useState<Consent | null>(detail.consent?.consent ?? null);
  const record = async () => {
    if (consent !== null && (await work.act({ type: "record_consent", consent }))) onClose();
  };
  return (
    <Dialog
      title={t("consent.title")}
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
          {t("consent.record")}
        </Button>
      }
    >
      <div className="stack">
        <p>{t("consent.about")}</p>
        <Choice<Consent>
          label={t("consent.label")}
          value={consent}
          onChange={setConsent}
          options={CONSENTS.map((value) => ({ value, label: t(`consult:room.consents.${value}`) }))}
        />
        {consent === "refused" && <Banner tone="warn">{t("consent.refused")}</Banner>}
        {work.error !== null && <ErrorView error={work.error} />}
      </div>
    </Dialog>
  );
}
