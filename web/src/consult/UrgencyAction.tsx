import { useState } from "react";
import type { ConsultSummary, Urgency } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Choice } from "../ui";
import { ActDialog } from "./ActDialog";
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
      <ActDialog
        title={t("urgency.title")}
        isOpen={isOpen}
        onClose={close}
        work={work}
        confirm={t("urgency.confirm")}
        onConfirm={() => void confirm()}
        canConfirm={urgency !== summary.urgency}
      >
        <Choice<Urgency>
          label={t("urgency.label")}
          value={urgency}
          onChange={setUrgency}
          options={URGENCIES.map((value) => ({ value, label: t(`common:urgency.${value}`), tone: value }))}
        />
        {(summary.state === "ringing" || summary.state === "unanswered") && <p className="muted">{t("urgency.restarts")}</p>}
      </ActDialog>
    </>
  );
}
