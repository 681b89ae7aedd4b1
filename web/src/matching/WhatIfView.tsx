import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { matchingApi } from "../api/matching";
import type { ConsultSummary, HospitalId, PersonId, PersonRef, Service, Urgency, WhatIf, WhatIfAnswer } from "../api/types";
import { useTexts } from "../i18n";
import { Checks, Choice, ErrorView, Loading, SelectField } from "../ui";
import { Explanation } from "./Explanation";
import "./texts";

const URGENCIES: readonly Urgency[] = ["emergency", "urgent", "elective"];

interface WhatIfViewProps {
  service: Service;
  /** As if it were this one. */
  consult?: ConsultSummary;
}

/** Who would be called now, with somebody ill, for another house. Nothing rings. */
export function WhatIfView({ service, consult }: WhatIfViewProps) {
  const t = useTexts("matching");
  const [hospital, setHospital] = useState<HospitalId | "">(consult?.hospital.id ?? "");
  const [urgency, setUrgency] = useState<Urgency>(consult?.urgency ?? "emergency");
  // By name, because whoever is ill is no longer among those on duty.
  const [ill, setIll] = useState<readonly PersonRef[]>([]);
  const wish: WhatIf = {
    urgency,
    without: ill.map((person) => person.id),
    ...(hospital !== "" && { hospital_id: hospital }),
    ...(consult && { consult_id: consult.id }),
  };
  const answer = useQuery({
    queryKey: ["what-if", service.id, wish],
    queryFn: () => matchingApi.whatIf(service.id, wish),
    placeholderData: keepPreviousData,
    staleTime: 0,
    retry: false,
  });
  if (answer.isPending) return <Loading />;
  if (answer.isError) return <ErrorView error={answer.error} onRetry={() => void answer.refetch()} />;
  const { hospitals, explanation, hospital_id } = answer.data;
  if (hospitals.length === 0) return <p className="muted">{t("whatIf.noHospital")}</p>;
  const people = [...ill, ...onDuty(answer.data).filter(({ id }) => ill.every((person) => person.id !== id))];
  return (
    <div className="stack" aria-busy={answer.isFetching} data-testid="what-if">
      <p className="muted">{t("whatIf.about")}</p>
      <SelectField<HospitalId>
        label={t("whatIf.hospital")}
        placeholder={t("whatIf.choose")}
        value={hospital_id ?? ""}
        onChange={setHospital}
        options={hospitals.map(({ id, name, city }) => ({ value: id, label: `${name}, ${city}` }))}
      />
      <Choice<Urgency>
        label={t("whatIf.urgency")}
        look="pills"
        value={urgency}
        onChange={setUrgency}
        options={URGENCIES.map((value) => ({ value, label: t(`common:urgency.${value}`) }))}
      />
      {people.length === 0 ? (
        <p className="muted">{t("whatIf.nobodyOnDuty")}</p>
      ) : (
        <Checks<PersonId>
          label={t("whatIf.without")}
          value={ill.map((person) => person.id)}
          onChange={(ids) => setIll(people.filter((person) => ids.includes(person.id)))}
          options={people.toSorted((a, b) => a.name.localeCompare(b.name)).map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      <Steps answer={answer.data} />
      <Explanation explanation={explanation} />
    </div>
  );
}

/** Who has a duty at the moment. */
const onDuty = ({ explanation }: WhatIfAnswer): PersonRef[] =>
  explanation.candidates
    .filter(({ rules }) => rules.some(({ rule, passed }) => rule === "on_duty" && passed))
    .map(({ person }) => person);

function Steps({ answer }: { answer: WhatIfAnswer }) {
  const t = useTexts("matching");
  const names = (people: readonly PersonRef[]) => people.map(({ name }) => name).join(", ");
  return (
    <section className="stack" aria-live="polite">
      <h4>{t("whatIf.steps")}</h4>
      {answer.steps.length === 0 ? (
        <p className="field-error">{answer.busy.length > 0 ? t("whatIf.busy", { names: names(answer.busy) }) : t("whatIf.nobody")}</p>
      ) : (
        <ol className="what-if-steps">
          {answer.steps.map((step, index) => (
            <li key={index}>{t("whatIf.step", { names: names(step.people), seconds: step.ring_seconds })}</li>
          ))}
        </ol>
      )}
    </section>
  );
}
