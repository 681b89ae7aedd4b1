import { useState } from "react";
import type { ConsultId } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Dialog, ErrorView, Field } from "../ui";
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
      <Dialog
        title={t("cancel.title")}
        isOpen={isAsking}
        onClose={close}
        role="alertdialog"
        actions={
          <>
            <Button onPress={close}>{t("cancel.keep")}</Button>
            <Button
              variant="danger"
              isDisabled={reason.trim() === ""}
              isPending={work.pending !== null}
              onPress={() => void confirm()}
            >
              {t("cancel.confirm")}
            </Button>
          </>
        }
      >
        <p>{t("cancel.text")}</p>
        <Field label={t("cancel.reason")} value={reason} onChange={setReason} isRequired maxLength={300} />
        {work.error !== null && <ErrorView error={work.error} />}
      </Dialog>
    </>
  );
}
