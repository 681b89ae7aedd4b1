import { useState, type FormEvent } from "react";
import { api } from "../api/client";
import { asApiError, type FailureCode } from "../api/problem";
import { useTexts } from "../i18n";
import * as problems from "../i18n/problem";
import { takeToken } from "../state/fragment";
import { Banner, Button, ErrorView, Field, LanguageSwitch } from "../ui";
import { LinkForm } from "./LinkForm";
import { destination } from "./next";

/** Of a one-time link, `/login/#token`. */
const token = takeToken();

/** A one-time link that did not work comes here as `?problem=link_used`. */
function problemOfLink(search: string): FailureCode | null {
  const code = new URLSearchParams(search).get("problem");
  return code !== null && Object.hasOwn(problems.de, code) ? (code as FailureCode) : null;
}

export function LoginPage() {
  const t = useTexts("login");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [linkProblem, setLinkProblem] = useState(() => problemOfLink(location.search));
  const hasLink = token !== undefined && linkProblem === null;
  const cameBack = new URLSearchParams(location.search).has("next");

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isPending || email.trim() === "" || password === "") return;
    setPending(true);
    setError(null);
    try {
      const me = await api.signIn({ email: email.trim(), password });
      location.assign(destination(location.search, me.home, location.origin));
    } catch (failure) {
      setError(failure);
      setPending(false);
      if (asApiError(failure)?.code === "wrong_credentials") setPassword("");
    }
  };

  return (
    <div className="login">
      <div className="login-language">
        <LanguageSwitch />
      </div>
      <main className="login-card card">
        <header>
          <p className="login-product">{t("common:product")}</p>
          <h1>{t("title")}</h1>
          <p className="muted">{t("intro")}</p>
        </header>
        {linkProblem !== null && (
          <Banner tone="warn" role="alert">
            {t(`problem:${linkProblem}`)}
          </Banner>
        )}
        {cameBack && linkProblem === null && <Banner tone="info">{t("ended")}</Banner>}
        {hasLink ? (
          <LinkForm token={token} onUsed={() => setLinkProblem("link_used")} />
        ) : (
          <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
            <Field
              label={t("email")}
              name="email"
              type="email"
              autoComplete="username"
              value={email}
              onChange={setEmail}
              error={tried && email.trim() === "" ? t("emailMissing") : null}
              autoFocus
            />
            <Field
              label={t("password")}
              name="password"
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={setPassword}
              error={tried && password === "" && error === null ? t("passwordMissing") : null}
            />
            {error !== null && <ErrorView error={error} />}
            <Button type="submit" variant="primary" size="large" block isPending={isPending}>
              {t("signIn")}
            </Button>
          </form>
        )}
      </main>
    </div>
  );
}
