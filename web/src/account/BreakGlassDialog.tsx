import { useState, type FormEvent } from "react";
import { api } from "../api/client";
import type { ConsultId } from "../api/types";
import { useTexts } from "../i18n";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Banner, ErrorView } from "../ui/Feedback";
import { Field } from "../ui/Field";
import "./texts";

/** The server refuses a shorter one (`BreakGlass::reason`). */
const MIN_REASON = 10;

/** Opens a consult outside of the team, for reading, with a reason. */
export function BreakGlassDialog({ onClose, onOpened }: { onClose: () => void; onOpened: (id: ConsultId) => void }) {
  const t = useTexts("account");
  const [consult, setConsult] = useState("");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isShort = reason.trim().length < MIN_REASON;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isPending || consult.trim() === "" || isShort) return;
    setPending(true);
    setError(null);
    try {
      onOpened((await api.breakGlass({ consult: consult.trim(), reason: reason.trim() })).consult_id);
    } catch (failure) {
      setError(failure);
      setPending(false);
    }
  };
  return (
    <Dialog title={t("glass.title")} isOpen onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <Banner tone="warn" role="note">
          {t("glass.text")}
        </Banner>
        <Field
          label={t("glass.consult")}
          value={consult}
          onChange={setConsult}
          autoComplete="off"
          autoFocus
          description={t("glass.consultHint")}
          error={tried && consult.trim() === "" ? t("glass.consultMissing") : null}
        />
        <Field
          label={t("glass.reason")}
          multiline
          rows={2}
          value={reason}
          onChange={setReason}
          maxLength={500}
          description={t("glass.reasonHint")}
          error={tried && isShort ? t("glass.reasonShort") : null}
        />
        {error !== null && <ErrorView error={error} />}
        <div className="row">
          <Button onPress={onClose}>{t("common:cancel")}</Button>
          <Button type="submit" variant="danger" isPending={isPending}>
            {t("glass.confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
