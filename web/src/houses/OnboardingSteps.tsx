import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { HospitalId, OnboardingState, OnboardingStep } from "../api/types";
import { useTexts } from "../i18n";
import { Button, ErrorView, Field, Instant, LinkButton, Loading } from "../ui";
import { houseKeys, putStep, useOnboarding } from "./api";
import { TestEscalation } from "./TestEscalation";
import "./houses.css";
import "./texts";

interface Props {
  house: HospitalId;
  /** Where the reader came from. */
  back?: string;
}

/** What is to be done before a house can begin: who has done it and when. It can be printed, and gone on with at any time. */
export function OnboardingSteps({ house, back }: Props) {
  const t = useTexts("houses");
  const view = useOnboarding(house);
  if (view.isPending) return <Loading />;
  if (view.isError && view.data === undefined) return <ErrorView error={view.error} onRetry={() => void view.refetch()} />;
  const { hospital, steps } = view.data;
  const done = steps.filter((step) => step.done).length;
  return (
    <section className="stack onboarding" aria-labelledby="onboarding-title" data-testid="onboarding">
      <div className="row spread">
        <h2 id="onboarding-title">{t("steps.title", { name: hospital.name })}</h2>
        <div className="row no-print">
          {back !== undefined && (
            <LinkButton href={back} variant="quiet">
              {t("steps.back")}
            </LinkButton>
          )}
          <Button onPress={() => window.print()}>{t("steps.print")}</Button>
        </div>
      </div>
      <p className="muted">
        {hospital.city} · {hospital.phone}
      </p>
      <p>{t("steps.intro", { done, count: steps.length })}</p>
      <ol className="onboarding-steps">
        {steps.map((state, index) => (
          <Step key={state.step} house={house} state={state} number={index + 1}>
            {state.step === "test_escalation" && <TestEscalation house={house} state={state} ringable={view.data.ringable} />}
          </Step>
        ))}
      </ol>
    </section>
  );
}

interface StepProps {
  house: HospitalId;
  state: OnboardingState;
  number: number;
  children: React.ReactNode;
}

function Step({ house, state, number, children }: StepProps) {
  const t = useTexts("houses");
  const client = useQueryClient();
  const [note, setNote] = useState(state.note);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const name = t(`steps.step.${state.step}`);
  const put = async (step: OnboardingStep, is_done: boolean) => {
    setPending(true);
    setError(null);
    try {
      await putStep(house, step, { is_done, note });
      await client.invalidateQueries({ queryKey: houseKeys.onboarding(house) });
    } catch (failed) {
      setError(failed);
    } finally {
      setPending(false);
    }
  };
  return (
    <li className={`card onboarding-step${state.done ? " is-done" : ""}`} data-step={state.step}>
      <span className="onboarding-mark" aria-hidden="true">
        {state.done ? "✓" : number}
      </span>
      <div className="stack onboarding-text">
        <div>
          <h3>
            {name} <span className="visually-hidden">({state.done ? t("steps.done") : t("steps.open")})</span>
          </h3>
          <p className="muted">{t(`steps.why.${state.step}`)}</p>
        </div>
        {state.seen !== null && state.seen !== undefined && state.step !== "test_escalation" && (
          <p className={state.seen ? "onboarding-seen" : "muted"}>
            {state.seen ? `✓ ${t("steps.seenYes", { count: state.count })}` : t("steps.seenNo")}
          </p>
        )}
        {children}
        {state.done && (
          <p className="onboarding-done">
            {t("steps.doneBy", { name: state.done.by.name })} <Instant at={state.done.at} />
          </p>
        )}
        {state.note !== "" && <p className="print-only">{state.note}</p>}
        {error !== null && <ErrorView error={error} />}
        <div className="row no-print onboarding-tools">
          <Field label={t("steps.note")} aria-label={`${t("steps.note")}: ${name}`} value={note} onChange={setNote} />
          {note !== state.note && (
            <Button isPending={pending} onPress={() => void put(state.step, Boolean(state.done))}>
              {t("steps.save")}
            </Button>
          )}
          <Button
            variant={state.done ? "quiet" : "primary"}
            isPending={pending}
            aria-label={`${t(state.done ? "steps.undo" : "steps.done")}: ${name}`}
            onPress={() => void put(state.step, !state.done)}
          >
            {t(state.done ? "steps.undo" : "steps.done")}
          </Button>
        </div>
      </div>
    </li>
  );
}
