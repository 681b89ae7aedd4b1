import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { adminApi } from "../api/admin";
import { asApiError, type FailureCode } from "../api/problem";
import { useTexts } from "../i18n";
import { Banner, ErrorView, LanguageSwitch, LinkButton, Loading } from "../ui";
import { SetupForm } from "./SetupForm";

/** What the server answers to a token that it did not give out, or not any more. */
const BAD_TOKEN: readonly FailureCode[] = ["link_used", "not_found", "forbidden", "wrong_credentials"];

/** The first administrator of an empty installation. */
export function SetupPage({ token }: { token: string }) {
  const t = useTexts("setup");
  const setup = useQuery({ queryKey: ["setup"], queryFn: adminApi.setupNeeded, staleTime: Infinity });
  const [refusal, setRefusal] = useState<FailureCode | null>(null);
  const isDone = setup.data?.needed === false || refusal === "already_set_up";
  const isBadLink = token === "" || (refusal !== null && BAD_TOKEN.includes(refusal));
  return (
    <div className="login">
      <div className="login-language">
        <LanguageSwitch />
      </div>
      <main className="login-card setup-card card">
        <header>
          <p className="login-product">{t("common:product")}</p>
          <h1>{t("title")}</h1>
          {setup.data && !isDone && !isBadLink && <p className="muted">{t("intro")}</p>}
        </header>
        {setup.isPending && <Loading />}
        {setup.isError && <ErrorView error={setup.error} onRetry={() => void setup.refetch()} />}
        {setup.data && (isDone ? <Done /> : isBadLink ? <BadLink /> : (
          <SetupForm
            token={token}
            onRefused={(failure) => {
              const code = asApiError(failure)?.code ?? null;
              const isFinal = code === "already_set_up" || (code !== null && BAD_TOKEN.includes(code));
              if (isFinal) setRefusal(code);
              return isFinal;
            }}
          />
        ))}
      </main>
    </div>
  );
}

function Done() {
  const t = useTexts("setup");
  return (
    <Ending title={t("notNeeded")} text={t("notNeededText")}>
      <LinkButton variant="primary" size="large" block href="/login">
        {t("signIn")}
      </LinkButton>
    </Ending>
  );
}

function BadLink() {
  const t = useTexts("setup");
  return <Ending title={t("badLink")} text={t("badLinkText")} />;
}

function Ending({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <>
      <Banner tone="warn" role="alert" title={title}>
        {text}
      </Banner>
      {children}
    </>
  );
}
