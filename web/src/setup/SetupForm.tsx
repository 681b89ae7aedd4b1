import { useState, type FormEvent } from "react";
import { adminApi } from "../api/admin";
import type { Setup } from "../api/types";
import { useTexts } from "../i18n";
import { isEmail, isPhone } from "../state/check";
import { MIN_PASSWORD, passwordProblem } from "../state/password";
import { Button, ErrorView, Field } from "../ui";
import { focusFault } from "../ui/focusFault";

type Draft = Omit<Setup, "token"> & { again: string };
const BLANK: Draft = { hospital: "", city: "", phone: "", name: "", email: "", password: "", again: "" };

interface SetupFormProps {
  token: string;
  /** `true` when the refusal is shown in place of the form. */
  onRefused: (failure: unknown) => boolean;
}

export function SetupForm({ token, onRefused }: SetupFormProps) {
  const t = useTexts("setup");
  const [draft, setDraft] = useState(BLANK);
  const [tried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const blank = (name: keyof Draft) => (draft[name].trim() === "" ? t("missing") : null);
  const problem = passwordProblem(draft.password, draft.again);
  const faults: Record<keyof Draft, string | null> = {
    hospital: blank("hospital"),
    city: blank("city"),
    phone: isPhone(draft.phone) ? null : t("badPhone"),
    name: blank("name"),
    email: isEmail(draft.email) ? null : t("badEmail"),
    password: problem === "short" ? t("tooShort", { count: MIN_PASSWORD }) : null,
    again: problem === "differs" ? t("different") : null,
  };

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    focusFault(event.currentTarget);
    if (isPending || Object.values(faults).some((fault) => fault !== null)) return;
    setPending(true);
    setError(null);
    try {
      const { again: _, ...rest } = draft;
      const trimmed = Object.fromEntries(
        Object.entries(rest).map(([name, value]) => [name, name === "password" ? value : value.trim()]),
      ) as Omit<Setup, "token">;
      await adminApi.setUp({ ...trimmed, token });
      location.assign("/admin/");
    } catch (failure) {
      if (!onRefused(failure)) setError(failure);
      setPending(false);
    }
  };

  const field = (name: keyof Draft) => ({
    name,
    label: t(name),
    value: draft[name],
    onChange: (value: string) => setDraft((old) => ({ ...old, [name]: value })),
    error: tried ? faults[name] : null,
    isRequired: true,
  });
  return (
    <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
      <fieldset className="setup-group">
        <legend>{t("house")}</legend>
        <Field {...field("hospital")} autoComplete="organization" maxLength={200} autoFocus />
        <Field {...field("city")} autoComplete="address-level2" maxLength={200} />
        <Field {...field("phone")} type="tel" autoComplete="tel" maxLength={40} />
      </fieldset>
      <fieldset className="setup-group">
        <legend>{t("account")}</legend>
        <Field {...field("name")} autoComplete="name" maxLength={200} />
        <Field {...field("email")} type="email" autoComplete="username" description={t("emailHint")} maxLength={200} />
        <Field
          {...field("password")}
          type="password"
          autoComplete="new-password"
          description={t("passwordHint", { count: MIN_PASSWORD })}
        />
        <Field {...field("again")} type="password" autoComplete="new-password" />
      </fieldset>
      {error !== null && <ErrorView error={error} />}
      <Button type="submit" variant="primary" size="large" block isPending={isPending}>
        {t("submit")}
      </Button>
    </form>
  );
}
