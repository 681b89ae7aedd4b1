import { useState } from "react";
import type { ConsultId } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Field } from "../ui";
import { ActDialog } from "./ActDialog";
import "./texts";
import { useAct } from "./useAct";

/** Cancels, after asking for the reason. */
export function CancelAction({ id }: { id: ConsultId }) {
  const t = useTexts("consult");
  const work = useAct(id);
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const close = () => {
    setAsking(false);
    work.clear();
  };
  const confirm = async () => {
    if (await work.act({ type: "cancel", reason: reason.trim() })) close();
  };
  return (
    <>
      <Button variant="quiet" onPress={() => setAsking(true)}>
        {t("cancel.open")}
      </Button>
      <ActDialog
        title={t("cancel.title")}
        isOpen={isAsking}
        onClose={close}
        work={work}
        confirm={t("cancel.confirm")}
        onConfirm={() => void confirm()}
        canConfirm={reason.trim() !== ""}
        keep={t("cancel.keep")}
      >
        <p>{t("cancel.text")}</p>
        <Field label={t("cancel.reason")} value={reason} onChange={setReason} isRequired maxLength={300} />
      </ActDialog>
    </>
  );
}
