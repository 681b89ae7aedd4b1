import { useState, type FormEvent } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client";
import { asApiError } from "../api/problem";
import { keys } from "../api/query";
import { useTexts } from "../i18n";
import { MIN_PASSWORD, passwordProblem } from "../state/password";
import { Button } from "../ui/Button";
import { Banner, ErrorView } from "../ui/Feedback";
import { Field } from "../ui/Field";

/** Changes the own password; every other session ends. */
export function Password() {
  const t = useTexts("account");
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const [repeated, setRepeated] = useState("");
  const [tried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [isDone, setDone] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = passwordProblem(wanted, repeated);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setDone(false);
    if (isPending || problem !== null) return;
    setPending(true);
    setError(null);
    try {
      await api.changePassword({ current, new: wanted });
      setWanted("");
      setRepeated("");
      setTried(false);
      setDone(true);
      void client.invalidateQueries({ queryKey: keys.sessions });
    } catch (failure) {
      setError(failure);
      if (asApiError(failure)?.code !== "wrong_password") return setPending(false);
    }
    setCurrent("");
    setPending(false);
  };
  return (
    <section aria-labelledby="password-title">
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <h3 id="password-title">{t("password.heading")}</h3>
        <Field
          label={t("password.current")}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          description={t("password.currentHint")}
        />
        <Field
          label={t("password.new")}
          type="password"
          autoComplete="new-password"
          value={wanted}
          onChange={setWanted}
          description={t("password.hint", { count: MIN_PASSWORD })}
          error={tried && problem === "short" ? t("password.short", { count: MIN_PASSWORD }) : null}
        />
        <Field
          label={t("password.repeat")}
          type="password"
          autoComplete="new-password"
          value={repeated}
          onChange={setRepeated}
          error={tried && problem === "differs" ? t("password.differs") : null}
        />
        <p className="muted small">{t("password.effect")}</p>
        {error !== null && <ErrorView error={error} />}
        {isDone && <Banner tone="ok">{t("password.done")}</Banner>}
        <div>
          <Button type="submit" variant="primary" isPending={isPending}>
            {t("password.change")}
          </Button>
        </div>
      </form>
    </section>
  );
}
