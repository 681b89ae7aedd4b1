import { useEffect, useState } from "react";
import { request } from "../api/client";
import { asApiError } from "../api/problem";
import type { AnswerView, DeclineReason, LinkAnswer } from "../api/types";
import { setLanguage, useTexts } from "../i18n";
import { takeToken } from "../state/fragment";
import { formatElapsed, secondsLeft } from "../state/time";
import { Banner, Button, Elapsed, ErrorView, Eta, LanguageSwitch, LinkButton, Loading, PhoneLink, UrgencyBadge, useErrorText, useNow } from "../ui";
import "./texts";

const token = takeToken();
const REASONS: readonly DeclineReason[] = ["no_capacity", "not_my_field", "conflict_of_interest", "technical_problem", "other"];

const ask = {
  view: () => request<AnswerView>("/api/answer/view", { method: "POST", body: { token }, anonymous: true }),
  answer: (answer: LinkAnswer) => request<AnswerView>("/api/answer", { method: "POST", body: { token, answer }, anonymous: true }),
};

/** `/answer/#token`, out of an SMS or e-mail: one ring, answered without an account. Never a patient's data. */
export function AnswerApp() {
  const t = useTexts("answer");
  const [view, setView] = useState<AnswerView>();
  const [error, setError] = useState<unknown>(null);
  const open = () => {
    if (token === undefined) return;
    setError(null);
    ask.view().then((found) => {
      setLanguage(found.language === "en" ? "en" : "de");
      setView(found);
    }, setError);
  };
  useEffect(open, []);
  const failure = asApiError(error);
  return (
    <main className="answer" data-testid="answer">
      <div className="row spread">
        <h1>{t("title")}</h1>
        <LanguageSwitch />
      </div>
      {token === undefined && <Banner tone="warn">{t("noLink")}</Banner>}
      {token !== undefined && !view && error === null && <Loading />}
      {!view && failure?.isTransient && <ErrorView error={error} onRetry={open} />}
      {!view && error !== null && !failure?.isTransient && (
        <Banner tone="warn" role="alert">
          {t("gone")}
        </Banner>
      )}
      {view && <Call view={view} onView={setView} />}
      {(!view || view.outcome !== "ringing") && (
        <p className="stack">
          <LinkButton variant="primary" size="large" block href="/oncall/">
            {t("app")}
          </LinkButton>
          <span className="muted small">{t("appHint")}</span>
        </p>
      )}
    </main>
  );
}

function Call({ view, onView }: { view: AnswerView; onView: (view: AnswerView) => void }) {
  const t = useTexts("answer");
  const errorText = useErrorText();
  const now = useNow();
  const [pending, setPending] = useState<LinkAnswer["type"] | null>(null);
  const [isDeclining, setDeclining] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const left = secondsLeft(view.until, now);
  const isOpen = view.outcome === "ringing" && left > 0;
  // Nobody has told this page yet that its time is over.
  const outcome = view.outcome === "ringing" ? "timed_out" : view.outcome;
  const answer = async (wanted: LinkAnswer) => {
    setPending(wanted.type);
    setError(null);
    try {
      onView(await ask.answer(wanted));
    } catch (failure) {
      const problem = asApiError(failure);
      if (problem?.code === "already_taken") setError(problem.takenBy === null ? t("over") : t("taken", { name: problem.takenBy }));
      else if (problem?.isTransient) setError(`${t("failed")} ${errorText(failure)}`);
      else setError(t("over"));
      await ask.view().then(onView, () => undefined);
    }
    setPending(null);
    setDeclining(false);
  };
  const button = (type: "accept" | "in_five" | "pass_on", label: string, look: "ok" | "secondary") => (
    <Button
      variant={look}
      size="huge"
      block
      isPending={pending === type}
      isDisabled={pending !== null && pending !== type}
      onPress={() => void answer({ type })}
      data-testid={`answer-${type}`}
    >
      {label}
    </Button>
  );
  return (
    <>
      <section className="card stack" aria-labelledby="answer-service">
        <div className="row spread">
          <UrgencyBadge urgency={view.urgency} />
          <span className="muted">{view.label}</span>
        </div>
        <h2 id="answer-service">{view.service}</h2>
        <p className="answer-hospital">{view.hospital}</p>
        {view.eta && (
          <p>
            <Eta at={view.eta} />
          </p>
        )}
        {isOpen && (
          <p>
            {t("waiting")} <strong><Elapsed since={view.started_at} /></strong> ·{" "}
            {t("until", { time: left > 90 ? formatElapsed(left * 1000) : `${left} s` })}
          </p>
        )}
        <p className="muted small">{t("forWhom", { name: view.person })}</p>
        <PhoneLink number={view.hospital_phone} label={t("switchboard")} />
      </section>
      {error !== null && (
        <Banner tone="danger" role="alert">
          {error}
        </Banner>
      )}
      {!isOpen && error === null && (
        <div data-testid="answer-outcome" data-outcome={view.outcome}>
          <Banner tone={view.outcome === "accepted" || view.outcome === "in_five" ? "ok" : "info"} title={t(`outcome.${outcome}`)}>
            {null}
          </Banner>
        </div>
      )}
      {isOpen && !isDeclining && (
        <div className="stack">
          {button("accept", t("accept"), "ok")}
          {button("in_five", t("inFive"), "secondary")}
          {button("pass_on", t("passOn"), "secondary")}
          <Button size="huge" block isDisabled={pending !== null} onPress={() => setDeclining(true)}>
            {t("decline")}
          </Button>
        </div>
      )}
      {isOpen && isDeclining && (
        <div className="stack">
          <h2>{t("why")}</h2>
          {REASONS.map((reason) => (
            <Button key={reason} size="large" block isDisabled={pending !== null} onPress={() => void answer({ type: "decline", reason })}>
              {t(`common:decline.${reason}`)}
            </Button>
          ))}
          <Button variant="quiet" onPress={() => setDeclining(false)}>
            {t("back")}
          </Button>
        </div>
      )}
    </>
  );
}
