import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { privacyApi } from "../api/privacy";
import { keys } from "../api/query";
import { useTexts } from "../i18n";
import { Button, Dialog, ErrorView, Field } from "../ui";
import { focusFault } from "../ui/focusFault";
import { findConsult } from "./consultRef";
import { useKnownConsults } from "./queries";

/** Asks for an export; somebody else has to approve it. */
export function RequestExportDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts("privacy");
  const client = useQueryClient();
  const known = useKnownConsults();
  const [consult, setConsult] = useState("");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const found = findConsult(consult, known);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    focusFault(event.currentTarget);
    if (isPending || "problem" in found || reason.trim() === "") return;
    setPending(true);
    setError(null);
    try {
      await privacyApi.requestExport(found.id, reason.trim());
      await client.invalidateQueries({ queryKey: keys.privacy });
      onClose();
    } catch (failure) {
      setError(failure);
      setPending(false);
    }
  };
  return (
    <Dialog title={t("exports.ask")} isOpen onClose={onClose}>
      <form className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <p>{t("exports.askText")}</p>
        <Field
          label={t("consult.label")}
          description={t("consult.hint")}
          value={consult}
          onChange={setConsult}
          error={tried && "problem" in found ? t(`consult.${found.problem}`) : null}
          maxLength={36}
          isRequired
          autoFocus
        />
        <Field
          label={t("reason")}
          description={t("exports.reasonHint")}
          value={reason}
          onChange={setReason}
          error={tried && reason.trim() === "" ? t("exports.reasonMissing") : null}
          multiline
          maxLength={2000}
          isRequired
        />
        {error !== null && <ErrorView error={error} />}
        <div className="row dialog-buttons">
          <Button onPress={onClose}>{t("common:cancel")}</Button>
          <Button type="submit" variant="primary" isPending={isPending}>
            {t("exports.send")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
