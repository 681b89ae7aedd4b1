import { useState } from "react";
import { api } from "../api/client";
import { asApiError } from "../api/problem";
import type { Answer, ConsultDetail, Me } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Dialog, ErrorView, Field } from "../ui";

interface Props {
  detail: ConsultDetail;
  me: Me;
  answer: Answer;
  after: number;
  reason: string;
  onClose(): void;
  onSigned(detail: ConsultDetail): void;
  /** Somebody else signed first. */
  onConflict(): void;
}

/** Asks for the password again: a signature is more than a session. */
export function SignDialog({ detail, me, answer, after, reason, onClose, onSigned, onConflict }: Props) {
  const t = useTexts("report");
  const [password, setPassword] = useState("");
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [tried, setTried] = useState(false);

  const sign = async () => {
    setTried(true);
    if (isPending || password === "") return;
    setPending(true);
    setError(null);
    try {
      onSigned(await api.signReport(detail.summary.id, { answer, password, after_version: after, reason: reason.trim() }));
    } catch (failure) {
      const code = asApiError(failure)?.code;
      if (code === "conflict") return onConflict();
      if (code === "wrong_password") setPassword("");
      setError(failure);
    } finally {
      setPending(false);
    }
  };

  const isWrong = asApiError(error)?.code === "wrong_password";
  const passwordError = isWrong ? t("problem:wrong_password") : tried && password === "" ? t("passwordNeeded") : null;
  return (
    <Dialog
      title={t("signTitle")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t("common:cancel")}</Button>
          <Button variant="primary" isPending={isPending} onPress={() => void sign()} data-testid="sign-now">
            {t("signNow")}
          </Button>
        </>
      }
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void sign();
        }}
      >
        <p>{after === 0 ? t("signText") : t("signTextAmend", { version: after + 1 })}</p>
        <p>{t("signAs", { name: me.person.name, hospital: me.person.hospital })}</p>
        <Field
          label={t("password")}
          type="password"
          autoComplete="current-password"
          autoFocus
          isRequired
          value={password}
          onChange={(value) => {
            setPassword(value);
            if (isWrong) setError(null);
          }}
          error={passwordError}
        />
        {me.is_demo && (
          <Banner tone="info" role="note">
            {t("demo")}
          </Banner>
        )}
        {error !== null && !isWrong && <ErrorView error={error} />}
      </form>
    </Dialog>
  );
}
