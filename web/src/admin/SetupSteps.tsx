import type { AdminDirectory } from "../api/types";
import { useTexts } from "../i18n";
import { LinkButton } from "../ui";
import { setupSteps } from "./checklist";

/** What is still to do before a first consult can ring somebody; gone when it can. */
export function SetupSteps({ directory }: { directory: AdminDirectory }) {
  const t = useTexts("admin");
  const steps = setupSteps(directory);
  const next = steps.find((step) => !step.isDone);
  if (next === undefined) return null;
  const done = steps.filter((step) => step.isDone).length;
  return (
    <section className="card stack start" aria-labelledby="start-title">
      <div>
        <h2 id="start-title">{t("start.title")}</h2>
        <p className="muted">{t("start.intro", { done, count: steps.length })}</p>
      </div>
      <ol className="steps">
        {steps.map((step) => {
          const standing = step.isDone ? "done" : step === next ? "next" : "open";
          return (
            <li key={step.name} className={`step is-${standing}`}>
              <span className="step-mark" aria-hidden="true">
                {step.isDone ? "✓" : steps.indexOf(step) + 1}
              </span>
              <span className="step-text">
                <strong>{t(`start.step.${step.name}`)}</strong>
                <span className="visually-hidden"> ({t(`start.${standing}`)})</span>
                {step === next && <span className="muted small step-why">{t(`start.why.${step.name}`)}</span>}
              </span>
              {step === next && (
                <LinkButton variant="primary" href={step.href} aria-label={`${t("start.go")}: ${t(`start.step.${step.name}`)}`}>
                  {t("start.go")}
                </LinkButton>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
