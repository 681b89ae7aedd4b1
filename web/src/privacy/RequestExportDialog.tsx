import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { privacyApi } from "../api/privacy";
import { keys } from "../api/query";
import { useRequestId } from "../api/useRequestId";
import { useTexts } from "../i18n";
import { Button, Dialog, ErrorView, Field } from "../ui";
import { focusFault } from "../ui/focusFault";
import { ConsultField } from "./ConsultField";
import { findConsult, type Found } from "./consultRef";

/** Asks for an export; somebody else has to approve it. */
export function RequestExportDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts("privacy");
  const client = useQueryClient();
  const requestId = useRequestId();
  const [consult, setConsult] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const type = (text: string) => {
    setConsult(text);
    setFound(null);
  };
  const send = async (form: HTMLFormElement) => {
    const result = await findConsult(consult, privacyApi.namedConsults);
    setFound(result);
    focusFault(form);
    const wanted = reason.trim();
    if ("problem" in result || wanted === "") return;
    await privacyApi.requestExport(result.id, { id: requestId.of(`${result.id} ${wanted}`), reason: wanted });
    await client.invalidateQueries({ queryKey: keys.privacy });
    onClose();
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (isPending) return;
    setTried(true);
    setPending(true);
    setError(null);
    try {
      await send(form);
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(false);
    }
  };
  return (
    <Dialog title={t("exports.ask")} isOpen onClose={onClose}>
      <form className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <p>{t("exports.askText")}</p>
        <ConsultField value={consult} onChange={type} found={found} onChoose={type} isRequired autoFocus />
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
