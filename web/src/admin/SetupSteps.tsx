import { useState } from "react";
import type { AdminDirectory } from "../api/types";
import { OnboardingSteps } from "../houses/OnboardingSteps";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Tables } from "../tables/Tables";
import { LinkButton, SelectField } from "../ui";
import { useHash } from "../ui/useHash";
import { setupSteps } from "./checklist";
import { byName } from "./directory";
import { parseAdminRoute } from "./route";

/**
 * What is still to do before a first consult can ring somebody; gone when it can. On the page of houses also what each
 * house has before it, and the tables that a whole directory comes from.
 */
export function SetupSteps({ directory }: { directory: AdminDirectory }) {
  const isHouses = parseAdminRoute(useHash()).kind === "hospitals";
  return (
    <>
      <FirstSteps directory={directory} />
      {isHouses && (
        <>
          <HouseSteps directory={directory} />
          <Tables />
        </>
      )}
    </>
  );
}

/** What one house has before it. */
function HouseSteps({ directory }: { directory: AdminDirectory }) {
  const t = useTexts("houses");
  const locale = localeOf(useLanguage());
  const [chosen, setChosen] = useState("");
  if (directory.hospitals.length === 0) return null;
  return (
    <section className="card stack" aria-label={t("begin")}>
      <h2 className="no-print">{t("begin")}</h2>
      <div className="no-print">
        <SelectField
          label={t("steps.house")}
          placeholder="–"
          value={chosen}
          onChange={setChosen}
          options={byName(directory.hospitals, locale).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </div>
      {chosen !== "" && <OnboardingSteps key={chosen} house={chosen} />}
    </section>
  );
}

function FirstSteps({ directory }: { directory: AdminDirectory }) {
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
