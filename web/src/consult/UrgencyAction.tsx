import { useState } from "react";
import type { ConsultSummary, Urgency } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Choice, Dialog, ErrorView } from "../ui";
import "./texts";
import { useAct } from "./useAct";

export const URGENCIES: readonly Urgency[] = ["emergency", "urgent", "elective"];

/** A human picks another urgency. */
export function UrgencyAction({ summary }: { summary: ConsultSummary }) {
  const t = useTexts("consult");
  const work = useAct(summary.id);
  const [isOpen, setOpen] = useState(false);
  const [urgency, setUrgency] = useState<Urgency>(summary.urgency);
  const close = () => {
    setOpen(false);
    work.clear();
  };
  const confirm = async () => {
    if (await work.act({ type: "change_urgency", urgency })) close();
  };
  return (
    <>
      <Button
        onPress={() => {
          setUrgency(summary.urgency);
          setOpen(true);
        }}
      >
        {t("urgency.change")}
      </Button>
      <Dialog
        title={t("urgency.title")}
        isOpen={isOpen}
        onClose={close}
        actions={
          <>
            <Button onPress={close}>{t("common:cancel")}</Button>
            <Button
              variant="primary"
              isDisabled={urgency === summary.urgency}
              isPending={work.pending !== null}
              onPress={() => void confirm()}
            >
              {t("urgency.confirm")}
            </Button>
          </>
        }
      >
        <Choice<Urgency>
          label={t("urgency.label")}
          value={urgency}
          onChange={setUrgency}
          options={URGENCIES.map((value) => ({ value, label: t(`common:urgency.${value}`), tone: value }))}
        />
        {(summary.state === "ringing" || summary.state === "unanswered") && <p className="muted">{t("urgency.restarts")}</p>}
        {work.error !== null && <ErrorView error={work.error} />}
      </Dialog>
    </>
  );
}
